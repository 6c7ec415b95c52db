import { texts } from '../../i18n/index.ts';

export const useChangeTexts = texts('change-password', {
  zh: {
    title: '请修改初始密码',
    hint: '您的密码是系统设置的初始密码，为保障账户安全，修改后才能办理业务。',
    oldPassword: '初始密码',
    save: '修改密码',
    done: '密码已修改',
  },
  en: {
    title: 'Please change the initial password',
    hint: 'Your password was set by the system. For the safety of your account it has to be changed before anything else.',
    oldPassword: 'Initial password',
    save: 'Change the password',
    done: 'The password is changed',
  },
});
