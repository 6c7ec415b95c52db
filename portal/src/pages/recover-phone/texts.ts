import { texts } from '../../i18n/index.ts';

export const useRecoverTexts = texts('recover-phone', {
  zh: {
    title: '找回手机号码',
    steps: '找回手机号码步骤',
    stepIdentify: '身份信息和新号码',
    stepCode: '验证新号码',
    identifyHint: '原手机号码已不使用、但仍记得密码的，可在此换成新的默认手机号码。原号码会收到提醒短信。',
    newPhone: '新手机号码',
    codeTitle: '验证新手机号码',
    done: '确定更换',
    takenHint: '如果这个号码是您本人的，可以通过扫脸验证把它转到您的名下，原持有人将不能再使用该号码登录。',
    takeover: '扫脸验证并转到我的名下',
    faceNeeded: '还需要由您本人完成扫脸验证。',
    nextCode: '下一步：验证新号码',
    backToLogin: '返回登录页',
    doneText:
      '默认手机号码已更换，请登录。新号码在 24 小时内不能单独用于修改手机、密码等敏感操作，请届时使用扫脸验证。',
    forgot: '忘记密码',
  },
  en: {
    title: 'Recover the phone number',
    steps: 'Steps to a new number',
    stepIdentify: 'Who you are, and the new number',
    stepCode: 'Check the new number',
    identifyHint:
      'If the old number is no longer yours but you know the password, make another number the default one here. The old numbers are told by SMS.',
    newPhone: 'New phone number',
    codeTitle: 'Check the new number',
    done: 'Make it my number',
    takenHint:
      'If the number is really yours, a face check moves it to you; its present holder can no longer log in with it.',
    takeover: 'Face check, and move it to me',
    faceNeeded: 'A face check is needed as well.',
    nextCode: 'Next: check the new number',
    backToLogin: 'Back to the login page',
    doneText:
      'The default number is new, please log in. For 24 hours the new number alone does not suffice for sensitive changes such as phone or password; please use the face check for these.',
    forgot: 'Forgotten password',
  },
});
