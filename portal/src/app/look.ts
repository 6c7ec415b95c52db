import { useSyncExternalStore } from 'react';
import { afterPaint } from './after-paint.ts';
import { isDarkSystem, localItem, onDarkSystemChange, setLocalItem } from './browser-features.ts';
import { hasDarkTheme, type Look, loadDarkTheme } from './theme.ts';

/**
 * The look that the person chose. 大字版 has larger type. 长辈版 has large type, larger targets and fewer choices at
 * once. Both choices are remembered, like the language (DOC-4). The system decides between light and dark. `<html>`
 * passes the look to the style sheets.
 */
const keys = { large: 'large-type', elder: 'elder' } as const;
const listeners = new Set<() => void>();
const currentLook = (): Look =>
  localItem(keys.elder) === 'yes' ? 'elder' : localItem(keys.large) === 'yes' ? 'large' : 'normal';
const applyLook = (): void => {
  const { dataset } = document.documentElement;
  const now = currentLook();
  dataset.type = now === 'normal' ? 'normal' : 'large';
  dataset.mode = now === 'elder' ? 'elder' : 'all';
};
applyLook();

export function chooseLook(chosen: Look): void {
  setLocalItem(keys.large, chosen === 'large' ? 'yes' : undefined);
  setLocalItem(keys.elder, chosen === 'elder' ? 'yes' : undefined);
  applyLook();
  // Type and targets change with the next paint; antd's parts are computed again after that.
  afterPaint(() => {
    for (const listener of listeners) listener();
  });
}
const onLookChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** A page that was made at build time shows neither a chosen look nor a dark system; the page corrects that at once. */
export const useLook = (): Look => useSyncExternalStore(onLookChange, currentLook, () => 'normal');
export const useIsElder = (): boolean => useLook() === 'elder';

/** Runs before anything is shown. If the dark colours cannot be loaded, antd's parts stay light. */
export const prepareLook = async (): Promise<void> => {
  if (isDarkSystem()) await loadDarkTheme().catch(() => undefined);
};
const onDarkChange = (listener: () => void): (() => void) =>
  onDarkSystemChange(() => void prepareLook().then(listener));
const isDark = (): boolean => isDarkSystem() && hasDarkTheme();
export const useIsDark = (): boolean => useSyncExternalStore(onDarkChange, isDark, () => false);
