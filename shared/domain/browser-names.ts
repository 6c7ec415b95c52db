/** Browsers whose Chinese name people here know, by the English one. */
export const chineseBrowsers = {
  WeChat: '微信',
  Alipay: '支付宝',
  'QQ Browser': 'QQ浏览器',
  'UC Browser': 'UC浏览器',
  'Mi Browser': '小米浏览器',
  'Samsung Internet': '三星浏览器',
  'Huawei Browser': '华为浏览器',
} as const;
/** A browser that does not say what it is. */
export const unknownBrowser = { zh: '未知浏览器', en: 'Unknown browser' } as const;

const english = new Map<string, string>([
  ...Object.entries(chineseBrowsers).map(([en, zh]) => [zh, en] as const),
  [unknownBrowser.zh, unknownBrowser.en],
]);

/** `微信 · iPhone` in English: `WeChat · iPhone` (QR-2, SES-4). Rows and answers have the Chinese names. */
export const browserInEnglish = (browser: string): string =>
  browser
    .split(' · ')
    .map((part) => english.get(part) ?? part)
    .join(' · ');
