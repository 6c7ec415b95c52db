import { texts } from '../../../i18n/index.ts';

export const useSwitchTexts = texts('me-switch', {
  zh: {
    hint: '无需退出即可切换到您在其他企业的身份，或切换回自然人。切换后，本浏览器中其他打开的页面会停止。',
    list: '可切换的身份',
    none: '没有可切换的身份',
    clients: '企业切换：切换到其他委托企业',
    special: '特定主体登录只能切换回自然人；办理其他企业的业务，请退出后从相应入口登录。',
  },
  en: {
    hint: 'Switch to another of your companies or back to yourself without logging out. Other open pages of this browser stop then.',
    list: 'What you can switch to',
    none: 'There is nothing to switch to',
    clients: 'Switch to another client',
    special:
      'From a special entry you can only switch back to yourself. For other companies, please log out and use their entry.',
  },
});
