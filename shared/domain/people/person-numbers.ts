import { isCalendarDate } from '../days.ts';

/** Citizen number (公民身份号码, GB 11643): 17 digits and a MOD 11-2 check character. */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const checkCharacters = '10X98765432';
const shape = /^\d{17}[\dX]$/;

/** The 18th character for the first 17 digits; undefined where there are fewer. */
export function personNumberCheckDigit(first17: string): string | undefined {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (weights[i] ?? 0) * (first17.charCodeAt(i) - 48);
  return checkCharacters[sum % 11];
}

/** The date in positions 7–14 as `YYYY-MM-DD`, undefined where there is no such date. */
function birthDay(number: string): string | undefined {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)];
  if (!isCalendarDate(Number(year), Number(month), Number(day))) return undefined;
  return `${year}-${month}-${day}`;
}

/** Whether a normalised text is a citizen number: shape, check character and an existing date. */
export const isPersonNumber = (number: string): boolean =>
  shape.test(number) &&
  personNumberCheckDigit(number.slice(0, 17)) === number[17] &&
  birthDay(number) !== undefined;

/** DOC-2: nobody who holds a document was born earlier than this many years ago. */
const oldestYears = 150;

/** Whether a number belongs to somebody born before `today` and within the last 150 years (DOC-2). */
export function isPersonNumberBornBefore(number: string, today: string): boolean {
  const born = birthDay(number) ?? today;
  return isPersonNumber(number) && born < today && born > yearsBefore(today, oldestYears);
}
const yearsBefore = (day: string, years: number): string =>
  `${Number(day.slice(0, 4)) - years}${day.slice(4)}`;

/**
 * DOC-4: whether a text may be a citizen number, even with a wrong check character: its digits contain a plausible date
 * of birth.
 */
export function resemblesPersonNumber(number: string): boolean {
  const year = Number(number.slice(6, 10));
  return shape.test(number) && birthDay(number) !== undefined && year >= 1850 && year < 2100;
}
