import { describe, expect, it } from 'vitest';
import { dark, light, linePairs, type Palette, textPairs } from '../../portal/src/app/tokens.ts';

/** Relative luminance of `#rrggbb` (WCAG 2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}
const tooLow = (palette: Palette, list: typeof textPairs, least: number): string[] =>
  list.flatMap(([text, ...grounds]) =>
    grounds
      .filter((ground) => contrast(palette[text], palette[ground]) < least)
      .map((ground) => `${text} on ${ground}: ${contrast(palette[text], palette[ground]).toFixed(2)}`),
  );

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('the colours of a %s system (WCAG 1.4.3, 1.4.11)', (_name, palette) => {
  it('text has a contrast of 4.5 : 1 on every ground that it stands on', () => {
    expect(tooLow(palette, textPairs, 4.5)).toEqual([]);
  });
  it('what can be filled in, and the ring around it, stand out by 3 : 1', () => {
    expect(tooLow(palette, linePairs, 3)).toEqual([]);
  });
});
