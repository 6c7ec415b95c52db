/**
 * How typed text is folded (DOC-2), the same for API, feed and pages. There are three strengths: `foldText` for names
 * and words, `foldNumber` for numbers and codes, `searchForm` for text that is only compared and never stored.
 */

/**
 * Invisible characters that come along with pasted text: format characters (directions, joiners, byte order marks),
 * variation selectors, and the few marks that are invisible by definition.
 */
const invisible = /[\p{Cf}\p{Variation_Selector}]|\u034f|\u17b4|\u17b5/gu;
/** Parts of characters, as dictionaries print them in their index and PDF files copy them: `⼀` for `一`. */
const radicals = /[\u2e80-\u2fdf]/g;
const plainAscii = /^[\x20-\x7e]*$/;

/**
 * Full-width forms and the ideographic space become plain ASCII, and the many hyphens of input methods become one.
 * Narrower than NFKC on purpose: NFKC would also turn `①` or `㎏` into letters and digits that nobody typed.
 */
export function toHalfWidth(text: string): string {
  if (plainAscii.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u3000]/g, ' ')
    .replace(/[\u2010-\u2015\u2043\u2212\ufe58\ufe63]/g, '-');
}

/** Only ASCII letters: `toUpperCase` would turn `ß` into `SS` and `ı` into `I`. */
export const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

/**
 * DOC-2: the text without invisible characters and without blanks at its ends, in half width and in one Unicode form
 * (NFC).
 */
export function foldText(raw: string): string {
  if (plainAscii.test(raw)) return raw.trim();
  // Radicals are replaced after composing, and the result is composed again: folding a folded text changes nothing.
  return toHalfWidth(raw.replace(invisible, ''))
    .normalize('NFC')
    .replace(radicals, (radical) => radical.normalize('NFKC'))
    .normalize('NFC')
    .trim();
}

/** A folded text without any blank, in capitals: for numbers in which hyphens have a meaning (free forms, DOC-2). */
export const foldWithHyphens = (raw: string): string => upperAscii(foldText(raw).replace(/\s+/g, ''));

/** DOC-2 for numbers and codes: without blanks and hyphens, in capitals. */
export const foldNumber = (raw: string): string => foldWithHyphens(raw).replaceAll('-', '');

/** Six digits, however they were pasted (SMS-2): `354 718`, `３５４７１８`. */
export const readCode = (raw: string): string | undefined => {
  const code = foldNumber(raw);
  return /^\d{6}$/.test(code) ? code : undefined;
};

/** DOC-2: a password is taken exactly as typed, except for white space at its ends, which keyboards and pasting add. */
export const typedPassword = (raw: string): string => raw.trim();

/**
 * Whether a text arrived complete: no half of a surrogate pair, and no U+FFFD, which replaces bytes that were no UTF-8.
 */
export const isWhole = (text: string): boolean => !/[\p{Cs}\ufffd]/u.test(text);

/**
 * Free text from the registry or a counter (ENT-5): names of companies, places, reasons. The text keeps its own width,
 * because a company writes its name that way, but loses invisible characters.
 * @returns undefined if the text is empty, is longer than `longest` characters, has no letter or digit, or contains
 * control characters
 */
export function readFreeText(raw: string, longest: number): string | undefined {
  // Bounds the work; format characters may stand between the characters that count.
  if (raw.length > 8 * longest) return undefined;
  const text = raw.replace(invisible, '').normalize('NFC').trim();
  const good =
    [...text].length <= longest &&
    isWhole(text) &&
    /[\p{L}\p{N}]/u.test(text) &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
  return good ? text : undefined;
}

/** In a search, all kinds of brackets are the same. */
const opening = /[[{（［｛〔【〖「『《〈⟨]/g;
const closing = /[\]}）］｝〕】〗」』》〉⟩]/g;
/**
 * The form in which texts are compared in a search (ENT-5): width, case, brackets and blanks make no difference. Both
 * the typed text and the stored text go through this function; the result is never shown and never stored instead of
 * the text.
 */
export const searchForm = (text: string): string =>
  text
    .replace(invisible, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(opening, '(')
    .replace(closing, ')')
    .replace(/\s+/g, '');
