/**
 * Folding of what people type (DOC-2): full-width forms and their ideographic space become plain ASCII,
 * and the many hyphens of input methods become one. Deliberately narrower than NFKC, which would also turn
 * `①` or `㎏` into letters and digits that nobody typed.
 */
export function toHalfWidth(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u3000]/g, ' ')
    .replace(/[\u2010-\u2015\u2212\ufe63]/g, '-');
}

/** ASCII letters only: `toUpperCase` would turn `ß` into `SS` and `ı` into `I`. */
export const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

/** DOC-2: trim, full-width to half-width, upper-case. */
export const normaliseNumber = (raw: string): string => upperAscii(toHalfWidth(raw).trim());
