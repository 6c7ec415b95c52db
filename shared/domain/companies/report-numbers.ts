import { Problem } from '../problem.ts';
import { foldWithHyphens } from '../text.ts';

/** SPC-2: how many characters of a number's ending are enough for a search; the index stores this many. */
export const endingLength = 4;
const longest = 64;

/** Letters of any script, digits and the punctuation that bureaus use: `皖税跨报〔2027〕0012号`, `KQ-2027-000123`. */
const shape = /^[\p{L}\p{Script=Han}\p{N}\-_/.〔〕]+$/u;

/** DOC-2 for numbers of a 跨区域涉税事项报告: spaces are removed, and brackets become those of official papers. */
const unifiedSpelling = (raw: string): string =>
  foldWithHyphens(raw)
    .replace(/[([【〖［]/g, '〔')
    .replace(/[)\]】〗］]/g, '〕');

/** The part of a number that a search compares: without 号 and punctuation. */
const comparedPart = (number: string): string => number.replace(/[^\p{L}\p{Script=Han}\p{N}]|号/gu, '');

/** The number in its one spelling; undefined if the text is no such number. */
export function readReportNumber(raw: string): string | undefined {
  if (raw.length > 2 * longest) return undefined;
  const number = unifiedSpelling(raw);
  const length = [...number].length;
  return length <= longest && shape.test(number) && [...comparedPart(number)].length >= endingLength
    ? number
    : undefined;
}

/** The ending of a number as somebody types it. */
export interface Ending {
  /** The ending in the spelling of complete numbers, in case somebody typed the complete number. */
  readonly number: string;
  /** The letters and digits that the search compares. */
  readonly comparedPart: string;
}

/** Whether the typed text is long enough for a search (SPC-2). */
export const isEndingLongEnough = (raw: string): boolean =>
  [...comparedPart(unifiedSpelling(raw))].length >= endingLength;

/**
 * The ending of a number as somebody types it (SPC-2).
 * @throws Problem ENDING_TOO_SHORT; BAD_REQUEST that names the field `ending` if no number can end like that
 */
export function parseEnding(raw: string): Ending {
  const number = unifiedSpelling(raw);
  if (shape.test(number) || number === '') {
    if (!isEndingLongEnough(number)) throw new Problem('ENDING_TOO_SHORT');
    if (readReportNumber(number) !== undefined) return { number, comparedPart: comparedPart(number) };
  }
  throw new Problem('BAD_REQUEST', {
    errors: [{ path: 'ending', message: 'expected the end of a report number' }],
  });
}

/** Whether a number in its one spelling ends with this text. */
export const endsIn = (number: string, ending: Pick<Ending, 'comparedPart'>): boolean =>
  comparedPart(number).endsWith(ending.comparedPart);

/** The last characters of a number or of an ending, by which the index finds it. */
export const lastCharacters = (text: string): string => [...comparedPart(text)].slice(-endingLength).join('');
