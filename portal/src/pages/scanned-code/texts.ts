import { texts } from '../../i18n/index.ts';

export const useScannedCodeTexts = texts('scanned-code', {
  zh: {
    title: '请使用手机 APP 扫描',
    what: '您扫描的是安徽省电子税务局页面上的二维码，用手机相机或其他 APP 不能继续办理。',
    how: '请打开并登录以下任一手机 APP，使用其中的“扫一扫”重新扫描页面上的二维码。',
    beware: '请只扫描您本人正在使用的页面上的二维码，不要扫描他人发来的二维码。',
  },
  en: {
    title: 'Please scan with a phone app',
    what: 'This is a code of the Anhui e-tax bureau. A camera or another app cannot go on with it.',
    how: 'Open one of these phone apps, log in, and scan the code on the page again with the app’s own scanner.',
    beware: 'Scan only codes of a page that you are using yourself, never one that somebody sent you.',
  },
});
