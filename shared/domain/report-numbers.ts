import { Problem } from './problem.ts';
import { toHalfWidth, upperAscii } from './text.ts';

/** SPC-2: characters of a number's ending that are enough to search by, and that the index knows. */
export const endingLength = 4;
const longest = 64;

/** Letters of any script, digits and what bureaus put between them: `皖税跨报〔2027〕0012号`, `KQ-2027-000123`. */
const shape = /^[\p{L}\p{N}\-_/.()[\]〔〕【】]+$/u;

/** DOC-2 for the numbers of 跨区域涉税事项报告: as people type them, with spaces anywhere. */
const tidy = (raw: string): string => upperAscii(toHalfWidth(raw).normalize('NFC').replace(/\s+/g, ''));

/** The number in its one spelling; undefined where the text is none. */
export function readReportNumber(raw: string): string | undefined {
  if (raw.length > 2 * longest) return undefined;
  const number = tidy(raw);
  const length = [...number].length;
  return length >= endingLength && length <= longest && shape.test(number) ? number : undefined;
}

/**
 * How a number ends, as somebody types it (SPC-2).
 * @throws Problem ENDING_TOO_SHORT; BAD_REQUEST naming the field `ending` for what no number ends with
 */
export function parseEnding(raw: string): string {
  const ending = tidy(raw);
  if ([...ending].length < endingLength) throw new Problem('ENDING_TOO_SHORT');
  if (readReportNumber(ending) === undefined)
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'ending', message: 'expected the end of a report number' }],
    });
  return ending;
}

/** The part of a number or of an ending that the index finds it by. */
export const lastCharacters = (text: string): string => [...text].slice(-endingLength).join('');
