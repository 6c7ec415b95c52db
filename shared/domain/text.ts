/**
 * The one folding of what people type (DOC-2), for API, feed and pages alike. Three strengths: `foldText` for names and
 * words, `foldNumber` for numbers and codes, `searchForm` for what is only compared and never kept.
 */

/**
 * What shows nothing and comes along with pasted text: format characters (directions, joiners, byte order marks), variation
 * selectors, and the few marks that are invisible by definition.
 */
const invisible = /[\p{Cf}\p{Variation_Selector}]|\u034f|\u17b4|\u17b5/gu;
/** Parts of characters as the indexes of dictionaries print them, and PDF files copy them: `⼀` for `一`. */
const radicals = /[\u2e80-\u2fdf]/g;
const plainAscii = /^[\x20-\x7e]*$/;

/**
 * Full-width forms and their ideographic space become plain ASCII, and the many hyphens of input methods become one.
 * Deliberately narrower than NFKC, which would also turn `①` or `㎏` into letters and digits that nobody typed.
 */
export function toHalfWidth(text: string): string {
  if (plainAscii.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u3000]/g, ' ')
    .replace(/[\u2010-\u2015\u2043\u2212\ufe58\ufe63]/g, '-');
}

/** ASCII letters only: `toUpperCase` would turn `ß` into `SS` and `ı` into `I`. */
export const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

/** DOC-2: without what nobody sees, in half width and one Unicode form (NFC), without blanks at its ends. */
export function foldText(raw: string): string {
  if (plainAscii.test(raw)) return raw.trim();
  // Radicals after composing and once more composed: folding what is folded changes nothing.
  return toHalfWidth(raw.replace(invisible, ''))
    .normalize('NFC')
    .replace(radicals, (radical) => radical.normalize('NFKC'))
    .normalize('NFC')
    .trim();
}

/** A folded text without any blank, in capitals: a number whose hyphens say something (free forms, DOC-2). */
export const foldWithHyphens = (raw: string): string => upperAscii(foldText(raw).replace(/\s+/g, ''));

/** DOC-2 for numbers and codes: without the blanks and hyphens that they are printed or pasted with, in capitals. */
export const foldNumber = (raw: string): string => foldWithHyphens(raw).replaceAll('-', '');

/** Six digits however they are pasted (SMS-2): `354 718`, `３５４７１８`. */
export const readCode = (raw: string): string | undefined => {
  const code = foldNumber(raw);
  return /^\d{6}$/.test(code) ? code : undefined;
};

/** DOC-2: a password is taken as typed, but for white space at its ends, which a keyboard or a paste adds. */
export const typedPassword = (raw: string): string => raw.trim();

/** Whether a text came through whole: no half of a surrogate pair, no U+FFFD, which stands where bytes were no UTF-8. */
export const isWhole = (text: string): boolean => !/[\p{Cs}\ufffd]/u.test(text);

/**
 * Free text of the registry and of counters (ENT-5): names of companies, places, reasons. Kept in its own width, because
 * that is how a company writes its name, but without what nobody sees.
 * @returns undefined for what is empty, longer than `longest` characters, shows no letter or digit, or has controls
 */
export function readFreeText(raw: string, longest: number): string | undefined {
  // Bounds the work; format characters may come beside the characters that count.
  if (raw.length > 8 * longest) return undefined;
  const text = raw.replace(invisible, '').normalize('NFC').trim();
  const length = [...text].length;
  const good =
    length >= 1 &&
    length <= longest &&
    isWhole(text) &&
    /[\p{L}\p{N}]/u.test(text) &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
  return good ? text : undefined;
}

/** Every kind of brackets is one kind when something is looked for. */
const opening = /[[{（［｛〔【〖「『《〈⟨]/g;
const closing = /[\]}）］｝〕】〗」』》〉⟩]/g;
/**
 * What a text is looked for by (ENT-5): width, case, brackets and blanks make no difference. The text typed and the
 * text kept go through here; the result is never shown and never kept in place of the text.
 */
export const searchForm = (text: string): string =>
  text
    .replace(invisible, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(opening, '(')
    .replace(closing, ')')
    .replace(/\s+/g, '');
