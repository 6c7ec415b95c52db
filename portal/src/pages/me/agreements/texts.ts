import { texts } from '../../../i18n/index.ts';

export const useAgreementsTexts = texts('me-agreements', {
  zh: {
    hint: '涉税专业服务机构录入的协议，经本企业的法定代表人或财务负责人确认后生效。您可以随时终止协议。',
    confirm: '确认协议',
    confirmChange: '确认变更',
    confirmAsk: '确认后，协议所列代理人员可以在服务期限和服务项目内为本企业办税。确定确认吗？',
    confirmed: '已确认，协议生效',
    reject: '拒绝',
    rejectAsk: '确定拒绝吗？拒绝变更不影响原协议。',
    rejected: '已拒绝',
  },
  en: {
    hint: 'What an agency enters holds once the legal representative or finance head confirms it. You can end any agreement.',
    confirm: 'Confirm',
    confirmChange: 'Confirm the change',
    confirmAsk: 'The named agents may then work for this company, for these services and days. Confirm?',
    confirmed: 'Confirmed; the agreement holds',
    reject: 'Refuse',
    rejectAsk: 'Refuse? What holds already stays.',
    rejected: 'Refused',
  },
});
