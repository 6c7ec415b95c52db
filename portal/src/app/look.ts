import { useSyncExternalStore } from 'react';
import { afterPaint } from './after-paint.ts';
import { isDarkSystem, onSystemColours, remember, remembered } from './optional.ts';
import { hasDark, type Look, loadDark } from './theme.ts';

/**
 * The look that the person chose. 大字版 has larger type. 长辈版 has large type, larger targets and fewer choices at once.
 * Both choices are remembered, like the language (DOC-4). The system decides between light and dark. `<html>` passes
 * the look to the style sheets.
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
  // Type and targets change with the next paint; antd's parts are computed again after that.
  afterPaint(() => {
    for (const listener of listeners) listener();
  });
}
const onLook = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** A page that was made at build time shows neither a chosen look nor a dark system; the page corrects that at once. */
export const useLook = (): Look => useSyncExternalStore(onLook, look, () => 'normal');
export const useIsElder = (): boolean => useLook() === 'elder';

/** Runs before anything is shown. If the dark colours cannot be loaded, antd's parts stay light. */
export const startLook = async (): Promise<void> => {
  if (isDarkSystem()) await loadDark().catch(() => undefined);
};
const onDark = (listener: () => void): (() => void) => onSystemColours(() => void startLook().then(listener));
const isDark = (): boolean => isDarkSystem() && hasDark();
export const useDark = (): boolean => useSyncExternalStore(onDark, isDark, () => false);
