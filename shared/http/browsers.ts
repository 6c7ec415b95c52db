import Bowser from 'bowser';

/** Browser names as people here know them, if the library uses others. */
const names: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  WeChat: '微信',
  'QQ Browser': 'QQ浏览器',
  'UC Browser': 'UC浏览器',
  Miui: '小米浏览器',
  'Samsung Internet for Android': '三星浏览器',
};
/** Apps whose built-in browser the library reports as the browser engine only. */
const apps: readonly (readonly [RegExp, string])[] = [
  [/AlipayClient\//, '支付宝'],
  [/HuaweiBrowser\//, '华为浏览器'],
];

const families: ReadonlySet<string> = new Set([...Object.values(Bowser.BROWSER_MAP), ...Object.keys(names)]);
const unknown = '未知浏览器';

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
