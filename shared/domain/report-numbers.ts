import { Problem } from './problem.ts';
import { foldWithHyphens } from './text.ts';

/** SPC-2: characters of a number's ending that are enough to search by, and that the index knows. */
export const endingLength = 4;
const longest = 64;

/** Letters of any script, digits and what bureaus put between them: `皖税跨报〔2027〕0012号`, `KQ-2027-000123`. */
const shape = /^[\p{L}\p{Script=Han}\p{N}\-_/.〔〕]+$/u;

/** DOC-2 for the numbers of 跨区域涉税事项报告, with spaces anywhere; brackets are those that official papers have. */
const tidy = (raw: string): string =>
  foldWithHyphens(raw)
    .replace(/[([【〖［]/g, '〔')
    .replace(/[)\]】〗］]/g, '〕');

/** What counts of a number when it is searched for: neither 号 nor punctuation. */
const essence = (number: string): string => number.replace(/[^\p{L}\p{Script=Han}\p{N}]|号/gu, '');

/** The number in its one spelling; undefined where the text is none. */
export function readReportNumber(raw: string): string | undefined {
  if (raw.length > 2 * longest) return undefined;
  const number = tidy(raw);
  const length = [...number].length;
  return length <= longest && shape.test(number) && [...essence(number)].length >= endingLength
    ? number
    : undefined;
}

/** How a number ends, as somebody types it. */
export interface Ending {
  /** In the spelling of whole numbers, in case it is one. */
  readonly number: string;
  /** What is searched by: letters and digits. */
  readonly essence: string;
}

/** Whether enough was typed to search by (SPC-2). */
export const isEndingLongEnough = (raw: string): boolean => [...essence(tidy(raw))].length >= endingLength;

/**
 * How a number ends, as somebody types it (SPC-2).
 * @throws Problem ENDING_TOO_SHORT; BAD_REQUEST naming the field `ending` for what no number ends with
 */
export function parseEnding(raw: string): Ending {
  const number = tidy(raw);
  if (shape.test(number) || number === '') {
    if (!isEndingLongEnough(number)) throw new Problem('ENDING_TOO_SHORT');
    if (readReportNumber(number) !== undefined) return { number, essence: essence(number) };
  }
  throw new Problem('BAD_REQUEST', {
    errors: [{ path: 'ending', message: 'expected the end of a report number' }],
  });
}

/** Whether a number in its one spelling ends so. */
export const endsIn = (number: string, ending: Pick<Ending, 'essence'>): boolean =>
  essence(number).endsWith(ending.essence);

/** The part of a number or of an ending that the index finds it by. */
export const lastCharacters = (text: string): string => [...essence(text)].slice(-endingLength).join('');
