import { texts } from '../../i18n/index.ts';

export const useForgotTexts = texts('forgot-password', {
  zh: {
    title: '忘记密码',
    steps: '重置密码步骤',
    stepIdentify: '身份信息',
    stepProve: '验证并设置新密码',
    identifyHint: '请填写账号，以及注册时的姓名和证件号码。重置后，被锁定的账号会立即解锁。',
    proveTitle: '验证身份并设置新密码',
    facePassed: '扫脸验证已通过，请设置新密码。',
    set: '设置新密码',
    noPhone: '您的账号没有可用的手机号码，请使用扫脸验证。',
    doneText: '密码已重置，锁定已解除，其他登录已全部退出。请使用新密码登录。',
    nextProve: '下一步：验证身份',
    backToLogin: '返回登录页',
    register: '用户注册',
  },
  en: {
    title: 'Forgotten password',
    steps: 'Steps to a new password',
    stepIdentify: 'Who you are',
    stepProve: 'Proof and new password',
    identifyHint:
      'Please give your account, and name and document number as registered. A locked account is unlocked at once.',
    proveTitle: 'Prove that it is you and set a new password',
    facePassed: 'The face check is passed. Please set the new password.',
    set: 'Set the new password',
    noPhone: 'Your account has no phone number; please use the face check.',
    doneText:
      'The password is new, the lock is lifted and every other login has ended. Please log in with the new password.',
    nextProve: 'Next: verify yourself',
    backToLogin: 'Back to the login page',
    register: 'Register',
  },
});
