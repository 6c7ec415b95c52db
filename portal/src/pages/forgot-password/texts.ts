import { texts } from '../../i18n/index.ts';

export const useForgotTexts = texts('forgot-password', {
  zh: {
    title: '忘记密码',
    steps: '重置密码步骤',
    stepWho: '身份信息',
    stepProve: '验证并设置新密码',
    whoHint: '请填写账号，以及注册时的姓名和证件号码。重置后，被锁定的账号会立即解锁。',
    proveTitle: '验证身份并设置新密码',
    facePassed: '扫脸验证已通过，请设置新密码。',
    set: '设置新密码',
    noPhone: '您的账号没有可用的手机号码，请使用扫脸验证。',
    doneTitle: '密码已重置',
    doneText: '账号的其他登录已全部退出，锁定已解除。请使用新密码登录。',
    toLogin: '去登录',
    register: '用户注册',
    restart: '重新填写身份信息',
  },
  en: {
    title: 'Forgotten password',
    steps: 'Steps to a new password',
    stepWho: 'Who you are',
    stepProve: 'Proof and new password',
    whoHint:
      'Please give your account, and name and document number as registered. A locked account is unlocked at once.',
    proveTitle: 'Prove that it is you and set a new password',
    facePassed: 'The face check is passed. Please set the new password.',
    set: 'Set the new password',
    noPhone: 'Your account has no phone number; please use the face check.',
    doneTitle: 'The password is new',
    doneText: 'Every other login has ended and the lock is lifted. Please log in with the new password.',
    toLogin: 'Log in',
    register: 'Register',
    restart: 'Change who you are',
  },
});
