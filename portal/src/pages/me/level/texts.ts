import { texts } from '../../../i18n/index.ts';

export const useLevelTexts = texts('me-level', {
  zh: {
    now: '您的实名等级为 {{level}} 级',
    three:
      '您尚未完成扫脸认证。使用安徽税务 APP 或个人所得税 APP 扫脸认证后，实名等级提升至四级；办理风险事项时通过扫脸验证的，也会自动提升。',
    four: '您已通过扫脸认证，无需再次提升。',
    five: '您已在办税服务厅采集实名信息，无需再次提升。',
    begin: '开始扫脸认证',
    done: '扫脸认证已通过，您的实名等级为四级',
  },
  en: {
    now: 'Your real-name level is {{level}}',
    three:
      'You have not passed a face check yet. With one in the Anhui Tax app or the Individual Income Tax app your level becomes 4; a face check for a risk matter raises it too.',
    four: 'You have passed a face check. There is nothing to do.',
    five: 'Your identity was recorded at a tax service hall. There is nothing to do.',
    begin: 'Begin the face check',
    done: 'The face check is passed; your real-name level is 4',
  },
});
