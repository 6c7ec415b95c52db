/**
 * Every colour of the portal, by what it is for, for a light and a dark system. vite.config.ts writes them as custom
 * properties (`--ink` …) for our own sheets, theme.ts gives them to antd. Names that belong together as text and ground
 * stand in `pairs`; a test holds their contrast.
 */
export interface Palette {
  /** Text, and text that is less important. */
  readonly ink: string;
  readonly soft: string;
  /** Links, what is chosen. */
  readonly blue: string;
  /** A filled ground of that colour, with `on` as its text; the header goes from `deep` to it. */
  readonly fill: string;
  readonly deep: string;
  readonly on: string;
  /** The page, and what lies on it. */
  readonly pale: string;
  readonly card: string;
  readonly raised: string;
  /** Between things, and around what can be filled in (3 : 1). */
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
};

/** Text and the grounds that it stands on: 4.5 : 1 at least. */
export const pairs: readonly (readonly [keyof Palette, ...(keyof Palette)[]])[] = [
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
/** Borders and rings that say something, beside their grounds: 3 : 1 at least. */
export const edges: typeof pairs = [
  ['edge', 'card', 'pale', 'raised'],
  ['ring', 'card', 'pale', 'raised', 'info-ground'],
  ['fill', 'pale', 'card'],
];

const properties = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** As a style sheet: the system decides, and paper is always light. */
export const paletteSheet = (): string =>
  `:root{color-scheme:light dark;${properties(light)}}
@media screen and (prefers-color-scheme:dark){:root{${properties(dark)}}}
@media print{:root{color-scheme:light}}`;
