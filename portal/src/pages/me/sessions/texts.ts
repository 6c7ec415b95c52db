import { texts } from '../../../i18n/index.ts';

export const useSessionsTexts = texts('me-sessions', {
  zh: {
    hint: '这里列出您在网页端的登录。手机 APP 的登录由 APP 自行管理。如有不是您本人的登录，请立即结束，并修改密码。',
    list: '我的登录',
    none: '没有登录',
    this: '本次登录',
    browser: '浏览器',
    address: '网络地址',
    startedAt: '登录时间',
    lastSeenAt: '最近使用',
    end: '结束登录',
    endAsk: '该处的登录将立即结束，未保存的内容会丢失。确定结束吗？',
    ended: '该处的登录已结束',
    leave: '要结束本次登录，请使用页面上方的“退出”。',
  },
  en: {
    hint: 'Your logins on the web. Phone apps keep their own. If one of these is not yours, end it and change your password at once.',
    list: 'My logins',
    none: 'No logins',
    this: 'this one',
    browser: 'Browser',
    address: 'Network address',
    startedAt: 'Logged in',
    lastSeenAt: 'Last used',
    end: 'End it',
    endAsk: 'That login ends at once; what was not saved there is lost. End it?',
    ended: 'That login has ended',
    leave: 'To end this one, use “Log out” at the top of the page.',
  },
});
