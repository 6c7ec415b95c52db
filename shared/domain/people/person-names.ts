import { Problem } from '../problem.ts';
import { foldText } from '../text.ts';

const longestName = 60;
/**
 * Letters of any script with their marks, spaces, `·`, `-`, `.`, apostrophes. A name begins with a letter, or with an
 * apostrophe and a letter. Tested by script, so that `〇`, which Unicode calls a number, is a Han letter.
 */
const nameShape = /^'?[\p{L}\p{Script=Han}][\p{L}\p{Script=Han}\p{M}·.'\- ]*$/u;
/** Hangul fillers are letters in Unicode but invisible: two different names would look the same. */
const invisibleLetter = /[\u115f\u1160\u3164\uffa0]/;

/** Middle dots, and dots that are typed instead of one between Han letters (`阿里.买买提`). */
const middleDots = /[\u2022\u2024\u2027\u2219\u22c5\u2e31\u30fb\uff65]/g;
const dotBetweenHan = /(?<=\p{Script=Han}) *[·.\u3002\ufe52\uff61] *(?=\p{Script=Han})/gu;
const apostrophes = /[\u0060\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032]/g;

/** One spelling for characters that input methods write differently. */
const unifiedSpelling = (raw: string): string =>
  foldText(raw)
    .replace(middleDots, '·')
    .replace(apostrophes, "'")
    .replace(/\s+/g, ' ')
    .replace(dotBetweenHan, '·');

/** A name of 1–60 characters (code points); undefined if the text is no name. */
function readName(raw: string): string | undefined {
  // Bounds the work before the Unicode normalisation; a name of 60 letters with their marks is much shorter.
  if (raw.length > 512) return undefined;
  const name = unifiedSpelling(raw);
  const valid = nameShape.test(name) && [...name].length <= longestName && !invisibleLetter.test(name);
  return valid ? name : undefined;
}

/**
 * A person's name in its one spelling (DOC-2).
 * @throws Problem BAD_REQUEST naming the field `name`
 */
export function normaliseName(raw: string): string {
  const name = readName(raw);
  if (name === undefined) throw new Problem('BAD_REQUEST', { errors: [{ path: 'name', message: 'name' }] });
  return name;
}

/**
 * A normalised name in the form in which names are compared: capitals make no difference (passports print capitals
 * only).
 */
export const comparedName = (name: string): string => name.toLowerCase();

/** Whether two names are the same after normalisation. */
export function sameName(a: string, b: string): boolean {
  const [left, right] = [readName(a), readName(b)];
  return left !== undefined && right !== undefined && comparedName(left) === comparedName(right);
}
