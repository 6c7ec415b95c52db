import type { Chapter } from './chapter.ts';

export const general: Chapter = {
  id: 'general',
  zh: '一、登录方式',
  en: '1. Ways to log in',
  answers: [
    {
      id: 'two-factors',
      zh: [
        '为什么要输入密码后再验证一次？',
        '每次登录都要两道验证：先是个人用户密码，再是短信验证码或扫脸。这样即使密码被人知道，也不能冒用您的身份。同一个个人密码可以用于企业、自然人和代理业务各个入口，不再有企业密码。',
      ],
      en: [
        'Why am I checked again after the password?',
        'Every login takes two checks: your personal password, then an SMS code or a face check, so that a password alone lets nobody in. One personal password serves all entries; companies have no password of their own any more.',
      ],
    },
    {
      id: 'account',
      zh: [
        '登录时可以填哪些账号？',
        '居民身份证号码（或您注册时使用的其他证件号码）、您名下的任一手机号码，或用户名。同一串字符可能既是证件号码又是用户名，这时页面会请您选择一次。',
      ],
      en: [
        'What can I enter as my account?',
        'Your ID number (or the number of the document that you registered with), any of your mobile numbers, or your username. Where the same characters could be two of these, the page asks which one you mean.',
      ],
    },
    {
      id: 'scan',
      zh: [
        '“扫码登录”和“扫脸验证”有什么不同？',
        '扫码登录：用已登录的手机 APP 或小程序扫登录页的二维码，在手机上确认后，网页直接进入手机上的身份，不用输入密码。扫脸验证：密码通过后的第二道验证，扫码后在手机上扫脸。安徽税务 APP 不登录也能扫脸；个人所得税 APP 须先以本人登录。',
      ],
      en: [
        'QR login and face check: what is the difference?',
        'QR login: a phone app that is logged in scans the code of the login page and confirms; the page takes over the identity of the phone, without a password. Face check: the second check after the password; you scan a code and show your face in the app. The Anhui Tax app needs no login for it, the Individual Income Tax app does.',
      ],
    },
    {
      id: 'apps',
      zh: [
        '在哪里下载手机 APP？',
        '在应用市场搜索“安徽税务”或“个人所得税”，或点击二维码下方的“下载手机 APP”。微信、支付宝中的安徽税务小程序可以扫码登录和办理发票类事项的扫码验证。',
      ],
      en: [
        'Where do I get the apps?',
        'Search for them in your app store, or use “Get the phone app” below the code. The WeChat and Alipay mini programs can scan the login code and codes of invoice matters.',
      ],
    },
    {
      id: 'log-out',
      zh: [
        '关闭浏览器就退出了吗？',
        '没有。只关闭浏览器仍是登录状态，他人可能继续以您的身份办理。办完请点击页面上方的“退出”。30 分钟不操作会自动退出。',
      ],
      en: [
        'Does closing the browser log me out?',
        'No. Somebody else could go on in your name. Use “Log out” at the top when you are done. After 30 minutes without use you are logged out by itself.',
      ],
    },
    {
      id: 'ended',
      zh: [
        '提示登录已结束，或已在其他地方登录，怎么办？',
        '同一时间只能在一处网页登录，新的登录会替代旧的，页面会说明时间和设备。如果不是您本人，请立即用“忘记密码”设置新密码，再到【登录设备】和【安全记录】核对。长时间不操作、在另一个页面点击“退出”，登录也会结束，重新登录即可。',
      ],
      en: [
        'My login has ended, or somebody logged in elsewhere',
        'You can be logged in on the web at one place at a time; a new login replaces the older one, and the page says when and on which device. If that was not you, set a new password by “Forgot password” at once and look at Security history. A login also ends after a time without use or when you log out in another tab; then log in again.',
      ],
    },
    {
      id: 'again',
      zh: [
        '提示“操作超时”“状态已变化”或“访问过于频繁”怎么办？',
        '每次办理都有时限，超时请重新开始，已填写的内容会保留。状态已变化，是指他人或另一个页面刚刚办理过，请查看最新内容后再决定。访问过于频繁或系统繁忙时，请等待一分钟再试，不要反复点击。',
      ],
      en: [
        'Timed out, changed meanwhile, or too many requests',
        'Every journey has a time limit; begin again, what you typed stays. “Changed meanwhile” means that somebody else or another page acted just before you: look at what is there now, then decide. If there are too many requests or the system is busy, wait a minute and try again.',
      ],
    },
    {
      id: 'old-login',
      zh: [
        '旧版登录还能用吗？',
        '过渡期内可以，登录页右上角有入口并写明停用日期。请尽早改用新版，并由法定代表人或财务负责人添加办税人员。',
      ],
      en: [
        'Can I still use the old login?',
        'Until the day that the login page names. Please move to the new one early and let the legal representative or finance head add the people who work for the company.',
      ],
    },
  ],
};
