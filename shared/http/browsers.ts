import Bowser from 'bowser';
import { chineseBrowsers, unknownBrowser } from '#domain/browser-names.ts';

/** Browser names as people here know them, if the library uses others. */
const names: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  WeChat: chineseBrowsers.WeChat,
  'QQ Browser': chineseBrowsers['QQ Browser'],
  'UC Browser': chineseBrowsers['UC Browser'],
  Miui: chineseBrowsers['Mi Browser'],
  'Samsung Internet for Android': chineseBrowsers['Samsung Internet'],
};
/** Apps whose built-in browser the library reports as the browser engine only. */
const apps: readonly (readonly [RegExp, string])[] = [
  [/AlipayClient\//, chineseBrowsers.Alipay],
  [/HuaweiBrowser\//, chineseBrowsers['Huawei Browser']],
];

const families: ReadonlySet<string> = new Set([...Object.values(Bowser.BROWSER_MAP), ...Object.keys(names)]);
const unknown = unknownBrowser.zh;

/** Many people have the same browser, and parsing takes longer than most of a request. */
const recent = new Map<string, string>();
const mostRecent = 500;

/**
 * The browser as people recognise it: family and system, not the whole User-Agent (QR-2, SES-4). The library bowser
 * parses it, because there are many names and they change; the apps and systems common on Chinese phones are added
 * here.
 */
export function browserOf(userAgent: string): string {
  const ua = userAgent.slice(0, 512);
  const seen = recent.get(ua);
  if (seen !== undefined) return seen;
  if (recent.size >= mostRecent) recent.clear();
  const browser = parsed(ua);
  recent.set(ua, browser);
  return browser;
}

function parsed(ua: string): string {
  if (ua.trim() === '') return unknown;
  const { browser, os, platform } = Bowser.parse(ua);
  const app = apps.find(([mark]) => mark.test(ua))?.[1];
  // For an unknown browser the library repeats the first word, which anybody could choose to deceive the person who
  // confirms.
  const known = browser.name && families.has(browser.name) ? browser.name : undefined;
  const family = app ?? (known && (names[known] ?? known));
  // Older phones with HarmonyOS also name Android, so that old pages accept them.
  const system = /\b(Open)?HarmonyOS?\b/.test(ua)
    ? 'HarmonyOS'
    : os.name === 'iOS'
      ? platform.type === 'tablet'
        ? 'iPad'
        : 'iPhone'
      : os.name;
  return [family, system].filter(Boolean).join(' · ') || unknown;
}
