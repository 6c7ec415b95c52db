import { texts } from '../../../i18n/index.ts';

export const useSystemsTexts = texts('me-systems', {
  zh: {
    hint: '这里列出您在本次登录中进入的业务系统。退出电子税务局或切换身份时，这些系统会同时收到通知并结束您的使用。',
    entered: '本次登录中已进入的系统',
    none: '您在本次登录中还没有进入任何业务系统',
    enteredAt: '进入时间',
    leave: '退出该系统',
    leaveAsk: '该系统将结束您的使用，未保存的内容会丢失。您在电子税务局的登录不受影响。确定退出吗？',
    left: '已退出该系统',
    open: '可以进入的系统',
  },
  en: {
    hint: 'The tax systems that you entered in this login. When you log out here, or switch identity, they are told at once and let you go.',
    entered: 'Entered in this login',
    none: 'You have not entered a tax system in this login',
    enteredAt: 'Entered',
    leave: 'Leave it',
    leaveAsk: 'The system lets you go; what was not saved there is lost. You stay logged in here. Leave it?',
    left: 'You have left the system',
    open: 'Systems that you can enter',
  },
});
