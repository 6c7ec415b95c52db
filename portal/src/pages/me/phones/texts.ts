import { texts } from '../../../i18n/index.ts';

export const usePhonesTexts = texts('me-phones', {
  zh: {
    hint: '一个手机号码只能对应一个人，一个人可以有多个手机号码，最多 10 个。默认号码和其他号码都可以用于登录。请不要绑定他人的手机号码。',
    list: '我的手机号码',
    none: '您还没有手机号码，请添加一个',
    isDefault: '默认',
    makeDefault: '设为默认',
    nowDefault: '默认手机号码已修改',
    removeAsk: '删除后，将不能再用 {{phone}} 登录和接收验证码。确定删除吗？',
    removed: '手机号码已删除',
    add: '添加手机号码',
    asDefault: '同时设为默认手机号码',
    added: '手机号码 {{phone}} 已添加',
    takeover: '扫脸后转到自己名下',
    takeoverText:
      '该手机号码登记在其他人名下。如果号码确为您本人使用，请完成扫脸验证，将号码转到您的名下；原使用人将不能再使用该号码登录。',
    doTakeover: '开始扫脸验证',
  },
  en: {
    hint: 'A number belongs to one person; one person may have up to 10. Each of them can be used for login. Please never add somebody else’s number.',
    list: 'My mobile numbers',
    none: 'You have no mobile number yet. Please add one.',
    isDefault: 'default',
    makeDefault: 'Make default',
    nowDefault: 'The default number was changed',
    removeAsk: '{{phone}} will no longer serve for login and codes. Delete it?',
    removed: 'The number was deleted',
    add: 'Add a mobile number',
    asDefault: 'Make it the default number too',
    added: 'The number {{phone}} was added',
    takeover: 'Take the number over with a face check',
    takeoverText:
      'The number is registered for somebody else. If it really is yours, pass a face check to take it over; the former holder can no longer log in with it.',
    doTakeover: 'Begin the face check',
  },
});
