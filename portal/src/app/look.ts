import { useSyncExternalStore } from 'react';
import { afterPaint } from './after-paint.ts';
import { isDarkSystem, onSystemColours, remember, remembered } from './optional.ts';
import { hasDark, type Look, loadDark } from './theme.ts';

/**
 * How the person wants it: 大字版 is larger type, 长辈版 large type, larger targets and fewer choices at once. Both are
 * remembered, like the language (DOC-4); light or dark is the system's word. `<html>` says it to the style sheets.
 */
const keys = { large: 'large-type', elder: 'elder' } as const;
const listeners = new Set<() => void>();
const look = (): Look =>
  remembered(keys.elder) === 'yes' ? 'elder' : remembered(keys.large) === 'yes' ? 'large' : 'normal';
const show = (): void => {
  const { dataset } = document.documentElement;
  const now = look();
  dataset.type = now === 'normal' ? 'normal' : 'large';
  dataset.mode = now === 'elder' ? 'elder' : 'all';
};
show();

export function chooseLook(chosen: Look): void {
  remember(keys.large, chosen === 'large' ? 'yes' : undefined);
  remember(keys.elder, chosen === 'elder' ? 'yes' : undefined);
  show();
  // Type and targets are there with the next paint; antd's parts, which are computed anew, follow it.
  afterPaint(() => {
    for (const listener of listeners) listener();
  });
}
const onLook = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** What was made at build time shows neither a choice nor a dark system; the page itself corrects it at once. */
export const useLook = (): Look => useSyncExternalStore(onLook, look, () => 'normal');
export const useIsElder = (): boolean => useLook() === 'elder';

/** Before anything is shown. Where the dark colours do not arrive, antd's parts stay light. */
export const startLook = async (): Promise<void> => {
  if (isDarkSystem()) await loadDark().catch(() => undefined);
};
const onDark = (listener: () => void): (() => void) => onSystemColours(() => void startLook().then(listener));
const isDark = (): boolean => isDarkSystem() && hasDark();
export const useDark = (): boolean => useSyncExternalStore(onDark, isDark, () => false);
