import type { Locale } from 'antd/es/locale';
import zhCN from 'antd/es/locale/zh_CN';
import { useMemo, useSyncExternalStore } from 'react';
import { localItem, setLocalItem } from '../app/browser-features.ts';
import { zh } from './zh.ts';

/**
 * Two languages, keys checked by the compiler, values in `{{…}}`: we need nothing else of a library, and i18next costs
 * 14 KB of the login page's 200 (ADR 0021).
 */
export type Language = 'zh-CN' | 'en';
const key = 'language';
const storedLanguage = (): Language => (localItem(key) === 'en' ? 'en' : 'zh-CN');

type Tree = { readonly [key: string]: string | Tree };
/** By namespace. */
const trees: Record<Language, Record<string, Tree>> = { 'zh-CN': { common: zh }, en: {} };
let english: typeof import('./en.ts') | undefined;
let current: Language = 'zh-CN';
const listeners = new Set<() => void>();

export const language = (): Language => current;

/** English is loaded when it is chosen, because most visitors never need it. */
async function applyLanguage(chosen: Language): Promise<void> {
  if (chosen === 'en') {
    english ??= await import('./en.ts');
    trees.en.common ??= english.en;
  }
  current = chosen;
  document.documentElement.lang = chosen;
  for (const listener of listeners) listener();
}
export async function chooseLanguage(chosen: Language): Promise<void> {
  await applyLanguage(chosen);
  setLocalItem(key, chosen);
}
/** Runs before anything is shown. If English cannot be loaded, the page is in Chinese. */
export const prepareLanguage = (): Promise<void> => applyLanguage(storedLanguage()).catch(() => undefined);

const onLanguageChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** The chosen language; renders again when it changes. */
export const useLanguage = (): Language =>
  useSyncExternalStore(onLanguageChange, language, () => 'zh-CN' as const);

/** The words of antd's own parts. */
export const antdLocale = (chosen: Language): Locale => (chosen === 'en' && english?.antdLocale) || zhCN;

/** The text at `a.b.c`; the key itself if there is none, so that a gap is visible and nothing breaks. */
function textAt(chosen: Language, name: string, path: string, values: Values = {}): string {
  let at: string | Tree | undefined = trees[chosen][name];
  for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'string'
    ? at.replace(/{{(\w+)}}/g, (_, value: string) => String(values[value] ?? ''))
    : path;
}

function useNamespace<T>(name: string): Translate<T> {
  const chosen = useLanguage();
  return useMemo(() => (path, values) => textAt(chosen, name, path, values), [chosen, name]);
}

/** `a.b.c` for every text of a tree. */
type Keys<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Keys<T[K]>}` }[keyof T & string];
type Same<T> = { readonly [K in keyof T]: T[K] extends string ? string : Same<T[K]> };
type Values = Readonly<Record<string, string | number>>;
export type Translate<T> = (key: Keys<T>, values?: Values) => string;

/**
 * Registers the texts of one page or component and returns its hook: `const t = useTexts(); t('title')`. Values are
 * written as `{{name}}` in a text. English must have the same keys as Chinese.
 */
export function texts<const T extends Tree>(
  name: string,
  { zh: chinese, en }: { zh: T; en: Same<T> },
): () => Translate<T> {
  trees['zh-CN'][name] = chinese;
  trees.en[name] = en as Tree;
  return function useTexts() {
    return useNamespace<T>(name);
  };
}

/** The texts that every page may need. */
export const useCommon = (): Translate<typeof zh> => useNamespace('common');
/** For use outside of components; takes the language of the moment. */
export const translate: Translate<typeof zh> = (path, values) => textAt(current, 'common', path, values);
