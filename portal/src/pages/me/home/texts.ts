import { texts } from '../../../i18n/index.ts';

export const useHomeTexts = texts('me-home', {
  zh: {
    systems: '业务系统',
    shortcuts: '常用功能',
    waiting: '您有 {{count}} 项待确认授权',
    companies: '您有 {{count}} 户企业等待信息确认',
    applications: '有 {{count}} 人申请成为本企业办税人员，等待您确认',
    agreements: '有 {{count}} 份涉税服务协议或变更等待本企业确认',
    handle: '去办理',
    stay: '关闭浏览器或窗口不会退出电子税务局，他人可能继续以您的身份办税。办理完毕，请务必点击页面上方的“退出”。',
  },
  en: {
    systems: 'Tax systems',
    shortcuts: 'Often used',
    waiting: 'Authorisations waiting for you: {{count}}',
    companies: 'Companies waiting for your confirmation: {{count}}',
    applications: 'People who apply to work for this company: {{count}}',
    agreements: 'Tax service agreements or changes that wait for this company: {{count}}',
    handle: 'Look at them',
    stay: 'Closing the browser or the window does not log you out: somebody else could go on in your name. When you are done, always use “Log out” at the top of the page.',
  },
});
