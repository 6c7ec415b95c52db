import { describe, expect, it } from 'vitest';
import { browserInEnglish, chineseBrowsers } from '#domain/browser-names.ts';
import { browserOf } from '#http/browsers.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const android = `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${webkit}`;
const windows = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit}`;
const chrome = 'Chrome/126.0.0.0';

describe('browsers by their user agent', () => {
  it.each([
    ['Chrome · Android', `${android} ${chrome} Mobile Safari/537.36`],
    ['Firefox · Android', 'Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0'],
    ['Edge · Android', `${android} ${chrome} Mobile Safari/537.36 EdgA/125.0.2535.51`],
    ['Chrome · iPhone', `${iphone} CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1`],
    ['Firefox · iPhone', `${iphone} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`],
    ['Edge · iPhone', `${iphone} Version/17.0 EdgiOS/125.0.2535.96 Mobile/15E148 Safari/604.1`],
    ['Safari · iPhone', `${iphone} Version/17.5 Mobile/15E148 Safari/604.1`],
    ['Safari · iPad', `${iphone.replaceAll('iPhone', 'iPad')} Version/17.5 Mobile/15E148 Safari/604.1`],
    [
      'Safari · macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
    ],
    ['Chrome · Windows', `${windows} ${chrome} Safari/537.36`],
    ['Edge · Windows', `${windows} ${chrome} Safari/537.36 Edg/126.0.0.0`],
    ['Opera · Windows', `${windows} ${chrome} Safari/537.36 OPR/112.0.0.0`],
    ['Firefox · Linux', 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'],
    ['Chrome · Linux', `Mozilla/5.0 (X11; Linux x86_64) ${webkit} Headless${chrome} Safari/537.36`],
    [
      '华为浏览器 · HarmonyOS',
      `Mozilla/5.0 (Phone; OpenHarmony 5.0) ${webkit} ${chrome} Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300`,
    ],
    [
      'Chrome · HarmonyOS',
      `Mozilla/5.0 (Tablet; OpenHarmony 5.0) ${webkit} ${chrome} Safari/537.36 ArkWeb/4.1.6.1`,
    ],
    [
      '华为浏览器 · HarmonyOS',
      `Mozilla/5.0 (Linux; Android 10; HarmonyOS; ALN-AL00; HMSCore 6.13) ${webkit} ${chrome} HuaweiBrowser/15.0.4 Mobile Safari/537.36`,
    ],
    [
      '微信 · Android',
      `${android} Version/4.0 ${chrome} Mobile Safari/537.36 XWEB/1160065 MicroMessenger/8.0.47`,
    ],
    [
      '微信 · iPhone',
      `${iphone} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN`,
    ],
    [
      '支付宝 · Android',
      `${android} Version/4.0 ${chrome} UWS/5.10 Mobile Safari/537.36 AlipayClient/10.5.56`,
    ],
    ['QQ浏览器 · Android', `${android} Version/4.0 ${chrome} MQQBrowser/14.3 Mobile Safari/537.36`],
    ['小米浏览器 · Android', `${android} Version/4.0 ${chrome} Mobile Safari/537.36 XiaoMi/MiuiBrowser/17.8`],
  ])('QR-2 SES-4 tells %s', (told, userAgent) => {
    expect(browserOf(userAgent)).toBe(told);
  });

  it('QR-2 says nothing that a program says of itself, and takes whatever is sent', () => {
    for (const userAgent of [
      '',
      ' ',
      'curl/8.5.0',
      'node',
      '安徽税务官方/1.0',
      '<script>/1',
      '\u0000',
      'x'.repeat(100_000),
    ])
      expect(browserOf(userAgent), userAgent.slice(0, 20)).toBe('未知浏览器');
    expect(browserOf('安徽税务官方/1.0 (iPhone; iOS 17.5; Scale/3.00)')).toBe('iPhone');
  });

  it('SES-4 every Chinese name has an English one, and the rest stays', () => {
    for (const [english, chinese] of Object.entries(chineseBrowsers))
      expect(browserInEnglish(`${chinese} · iPhone`)).toBe(`${english} · iPhone`);
    expect(browserInEnglish(browserOf(''))).toBe('Unknown browser');
    expect(browserInEnglish('Chrome · Windows')).toBe('Chrome · Windows');
  });
});
