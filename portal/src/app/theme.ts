import type { ThemeConfig } from 'antd';
import { prefersReducedMotion } from './browser-features.ts';
import { corners, light, type Palette, sizes } from './tokens.ts';

export type Look = 'normal' | 'large' | 'elder';

/** The base colours; antd derives the other ones from them. */
const lightSeeds = {
  colorPrimary: light.fill,
  colorLink: light.blue,
  colorInfo: light.blue,
  colorError: '#c62828',
  colorSuccess: light.green,
};
let dark: typeof import('./dark-theme.ts') | undefined;
/** A browser on a light system never fetches the dark colours. */
export async function loadDarkTheme(): Promise<void> {
  dark ??= await import('./dark-theme.ts');
}
export const hasDarkTheme = (): boolean => dark !== undefined;

const surfaceTokens = ({
  ink,
  soft,
  card,
  raised,
  pale,
  line,
  edge,
  lift,
}: Palette): ThemeConfig['token'] => ({
  colorText: ink,
  colorTextSecondary: soft,
  colorTextDescription: soft,
  colorTextPlaceholder: soft,
  colorBgContainer: card,
  colorBgElevated: raised,
  colorBgLayout: pale,
  colorBorder: edge,
  colorBorderSecondary: line,
  boxShadow: lift,
  boxShadowSecondary: lift,
});

/** A calm blue; every pair of text and background has a contrast of at least 4.5 : 1 (tokens.ts). */
const themeOf = (look: Look, isDark: boolean): ThemeConfig => {
  const { font, control, gap, tab } = sizes[look];
  const shade = isDark ? dark : undefined;
  return {
    hashed: false,
    cssVar: { key: 'portal' },
    ...(shade ? { algorithm: shade.algorithm } : {}),
    token: {
      ...(shade?.seeds ?? lightSeeds),
      ...surfaceTokens(shade?.palette ?? light),
      // antd waits for the end of its transitions; with reduced motion there are no transitions (styles.css).
      motion: !prefersReducedMotion(),
      // Only one ring around the focused element: the one of styles.css.
      controlOutlineWidth: 0,
      borderRadius: corners.control,
      fontFamily: 'var(--font)',
      fontSize: font,
      controlHeight: control,
    },
    components: {
      Tabs: { titleFontSize: tab },
      Form: { itemMarginBottom: gap, verticalLabelPadding: '0 0 4px' },
      ...shade?.components,
    },
  };
};

const themes = new Map<string, ThemeConfig>();
/** The same object for the same look, so that nothing is computed twice. */
export function themeFor(look: Look, isDark: boolean): ThemeConfig {
  const name = `${look} ${isDark}`;
  const theme = themes.get(name) ?? themeOf(look, isDark);
  themes.set(name, theme);
  return theme;
}
