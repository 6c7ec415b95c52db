import type { ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';
import { remember, remembered, wantsLessMotion } from './optional.ts';

/** 大字版: remembered, like the language, and nothing else is. */
const key = 'large-type';
const listeners = new Set<() => void>();
const read = (): boolean => remembered(key) === 'yes';
const show = (): void => {
  document.documentElement.dataset.type = read() ? 'large' : 'normal';
};
show();

export function chooseLargeType(large: boolean): void {
  remember(key, large ? 'yes' : undefined);
  show();
  for (const listener of listeners) listener();
}
export const useLargeType = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);

/** A calm blue; every pair of text and ground has a contrast of at least 4.5 : 1. */
export const themeOf = (large: boolean): ThemeConfig => ({
  hashed: false,
  cssVar: { key: 'portal' },
  token: {
    // antd's own motions wait for a transition to end, and there is none where less motion is asked for (styles.css).
    motion: !wantsLessMotion(),
    colorPrimary: '#0b57a4',
    colorLink: '#0b57a4',
    colorInfo: '#0b57a4',
    colorError: '#c62828',
    colorSuccess: '#1b7f3b',
    colorTextPlaceholder: '#6b7280',
    colorTextDescription: '#4b5563',
    colorTextSecondary: '#4b5563',
    // One ring around what has the focus: that of styles.css.
    controlOutlineWidth: 0,
    borderRadius: 6,
    fontFamily: 'var(--font)',
    fontSize: large ? 20 : 16,
    controlHeight: large ? 52 : 40,
  },
  components: {
    Tabs: { titleFontSize: large ? 22 : 17 },
    Form: { itemMarginBottom: large ? 20 : 16, verticalLabelPadding: '0 0 4px' },
  },
});
