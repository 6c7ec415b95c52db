import { texts } from '../../i18n/index.ts';

export const useAboutTexts = texts('about', {
  zh: {
    title: '网站信息',
    privacy: '个人信息保护',
    accessibility: '无障碍声明',
    access:
      '本网站按照《Web 内容无障碍指南》（WCAG）2.2 AA 级和《互联网内容无障碍可访问性技术要求与测试方法》（GB/T 37668）建设：可以只用键盘操作，可以使用读屏软件，放大到 400% 或在 360 像素宽的屏幕上不丢失内容，可以切换大字版和长辈版（选项更少、按钮更大），并跟随系统的深色、高对比度和减少动态效果设置。',
    accessHelp: '遇到困难时，请拨打 12366 或前往办税服务厅，我们会提供其他办理方式。',
    browsers: '支持的浏览器',
    browserList:
      'Chrome 111、Edge 111、Firefox 114、Safari 16.4 及以上版本，以及 360、QQ、搜狗等浏览器的极速模式。不支持 IE 浏览器。',
    map: '网站地图',
    forAll: '不需要登录',
    forYou: '登录后',
  },
  en: {
    title: 'About this site',
    privacy: 'Privacy',
    accessibility: 'Accessibility',
    access:
      'This site follows the Web Content Accessibility Guidelines (WCAG) 2.2, level AA, and GB/T 37668: it works by keyboard alone and with screen readers, loses nothing at 400 % or on a screen of 360 pixels, has large type and an easy mode with fewer choices and larger buttons, and follows the system’s settings of dark colours, high contrast and less motion.',
    accessHelp:
      'If something is hard to use, please call 12366 or visit a tax service hall; there is another way.',
    browsers: 'Browsers',
    browserList:
      'Chrome 111, Edge 111, Firefox 114, Safari 16.4 and later. Internet Explorer is not supported.',
    map: 'Site map',
    forAll: 'Without logging in',
    forYou: 'After logging in',
  },
});
