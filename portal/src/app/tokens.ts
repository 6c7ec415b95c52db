/*
 * The portal's design values in one file: colours, spaces, type, corners and shadows. vite.config.ts writes them as
 * custom properties (`--ink`, `--space-4` …) for our own style sheets, and theme.ts gives them to antd.
 */

/** Steps of a quarter rem, between things and inside of them: `--space-1` … `--space-8`. */
const space = { 1: '0.25rem', 2: '0.5rem', 3: '0.75rem', 4: '1rem', 5: '1.25rem', 6: '1.5rem', 8: '2rem' };

/** Sizes of type, named by their use; in rem, so that every size follows the chosen look. */
const type = {
  tiny: '0.75rem',
  small: '0.8125rem',
  note: '0.875rem',
  text: '1rem',
  tab: '1.0625rem',
  section: '1.125rem',
  brand: '1.25rem',
  title: '1.375rem',
  sign: '4rem',
};

/** Radius of corners in pixels: of a mark, of a button or field, of a tile, of a card. */
export const corners = { small: 4, control: 6, tile: 8, card: 10 };

/** Values in pixels that antd needs, for each look: type, height of controls, gap between fields, type of tabs. */
export const sizes = {
  normal: { font: 16, control: 40, gap: 16, tab: 17 },
  large: { font: 20, control: 52, gap: 20, tab: 22 },
  elder: { font: 20, control: 60, gap: 24, tab: 22 },
} as const;

/**
 * Every colour, named by its use, for a light and a dark system. `pairs` lists which text is used on which background;
 * a test checks their contrast.
 */
export interface Palette {
  /** Text, and text that is less important. */
  readonly ink: string;
  readonly soft: string;
  /** Links and chosen items. */
  readonly blue: string;
  /** A background of that colour, with text in `on`; the header's colour changes from `deep` to this one. */
  readonly fill: string;
  readonly deep: string;
  readonly on: string;
  /** The page, and the surfaces on it. */
  readonly pale: string;
  readonly card: string;
  readonly raised: string;
  /** Lines between things, and borders of fields (3 : 1). */
  readonly line: string;
  readonly edge: string;
  readonly ring: string;
  readonly gold: string;
  readonly red: string;
  readonly green: string;
  readonly 'warn-edge': string;
  readonly 'info-ground': string;
  readonly 'bad-ground': string;
  readonly 'good-ground': string;
  readonly 'good-ink': string;
  readonly 'warn-ground': string;
  readonly 'warn-ink': string;
  readonly 'plain-ground': string;
  readonly 'news-ground': string;
  readonly 'news-line': string;
  readonly 'news-ink': string;
  readonly 'foot-ink': string;
  readonly veil: string;
  /** Shadows of surfaces on the page, and of surfaces above it. */
  readonly rise: string;
  readonly lift: string;
}

export const light: Palette = {
  ink: '#1f2937',
  soft: '#4b5563',
  blue: '#0b57a4',
  fill: '#0b57a4',
  deep: '#083f78',
  on: '#ffffff',
  pale: '#eef4fb',
  card: '#ffffff',
  raised: '#ffffff',
  line: '#cfd8e3',
  edge: '#7b8794',
  ring: '#1d6fd1',
  gold: '#c8963e',
  red: '#b3261e',
  green: '#1b7f3b',
  'warn-edge': '#8a5a00',
  'info-ground': '#e8f1fb',
  'bad-ground': '#fdecea',
  'good-ground': '#e7f5ec',
  'good-ink': '#14602d',
  'warn-ground': '#fff4df',
  'warn-ink': '#6d4700',
  'plain-ground': '#e9edf2',
  'news-ground': '#fff8e6',
  'news-line': '#ecd9a4',
  'news-ink': '#4a3a10',
  'foot-ink': '#dbe7f4',
  veil: '#ffffffeb',
  rise: '0 1px 2px #0a27470f, 0 4px 16px #0a27470f',
  lift: '0 2px 6px #0a27471f, 0 12px 40px #0a274733',
};

export const dark: Palette = {
  ink: '#e5e9f0',
  soft: '#aeb8c6',
  blue: '#7db4f0',
  fill: '#2b6fb5',
  deep: '#0a2747',
  on: '#ffffff',
  pale: '#0e141d',
  card: '#171e29',
  raised: '#1f2836',
  line: '#364354',
  edge: '#78879a',
  ring: '#7db4f0',
  gold: '#c8963e',
  red: '#ff9c94',
  green: '#6fce8b',
  'warn-edge': '#e0a93b',
  'info-ground': '#152a42',
  'bad-ground': '#3b1d1c',
  'good-ground': '#14301f',
  'good-ink': '#8fdba6',
  'warn-ground': '#35290f',
  'warn-ink': '#f0c674',
  'plain-ground': '#273141',
  'news-ground': '#2c2410',
  'news-line': '#5a4a1e',
  'news-ink': '#f1dca5',
  'foot-ink': '#c6d4e4',
  veil: '#171e29eb',
  rise: '0 1px 2px #00000066',
  lift: '0 2px 6px #00000080, 0 12px 40px #000000b3',
};

/** Text and its backgrounds: a contrast of at least 4.5 : 1. */
export const textPairs: readonly (readonly [keyof Palette, ...(keyof Palette)[]])[] = [
  ['ink', 'card', 'raised', 'pale', 'info-ground', 'bad-ground', 'good-ground', 'warn-ground'],
  ['soft', 'card', 'raised', 'pale', 'info-ground', 'bad-ground', 'plain-ground'],
  ['blue', 'card', 'raised', 'pale', 'info-ground', 'bad-ground', 'good-ground', 'warn-ground'],
  ['red', 'card', 'raised', 'bad-ground'],
  ['green', 'card', 'raised'],
  ['on', 'fill', 'deep'],
  ['good-ink', 'good-ground'],
  ['warn-ink', 'warn-ground'],
  ['news-ink', 'news-ground'],
  ['foot-ink', 'deep'],
];
/** Borders and rings that carry meaning, and their backgrounds: a contrast of at least 3 : 1. */
export const linePairs: typeof textPairs = [
  ['edge', 'card', 'pale', 'raised'],
  ['ring', 'card', 'pale', 'raised', 'info-ground'],
  ['fill', 'pale', 'card'],
];

const properties = (values: object, prefix = '', unit = ''): string =>
  Object.entries(values)
    .map(([name, value]) => `--${prefix}${name}:${value}${unit}`)
    .join(';');

/** The values as a style sheet: the system's setting decides between light and dark, and print is always light. */
export const tokensSheet = (): string =>
  `:root{color-scheme:light dark;${[
    properties(space, 'space-'),
    properties(type, 'type-'),
    properties(corners, 'corner-', 'px'),
    properties(light),
  ].join(';')}}
@media screen and (prefers-color-scheme:dark){:root{${properties(dark)}}}
@media print{:root{color-scheme:light}}`;
