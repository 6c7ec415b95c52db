import { texts } from '../../../i18n/index.ts';

export const usePasswordTexts = texts('me-password', {
  zh: {
    hint: '同一个个人用户密码用于企业业务、自然人业务和代理业务的登录。修改后，您在其他地方的登录会立即结束。',
    choose: '请选择验证方式',
    old: '验证原密码',
    face: '扫脸验证',
    oldPassword: '原密码',
    submit: '修改密码',
    toFace: '下一步：扫脸验证',
    faceText: '忘记原密码时，可以先填写新密码，再由本人扫脸验证后完成修改。',
    done: '密码已修改，其他地方的登录已结束',
  },
  en: {
    hint: 'One personal password serves all entries. After a change you are logged out everywhere else.',
    choose: 'How to prove that it is you',
    old: 'By the old password',
    face: 'By a face check',
    oldPassword: 'Old password',
    submit: 'Change the password',
    toFace: 'Next: face check',
    faceText: 'If you forgot the old password: choose the new one, then pass a face check yourself.',
    done: 'The password was changed; you are logged out everywhere else',
  },
});
