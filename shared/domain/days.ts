/**
 * Calendar days of Asia/Shanghai: UTC+8 all year (no daylight saving since 1991), so plain arithmetic is exact for
 * every instant that this system meets. A day is `YYYY-MM-DD`; days sort and compare as text.
 */
const hour = 3_600_000;
const dayLength = 24 * hour;
const offset = 8 * hour;

/** The calendar day in Shanghai at an instant. */
export const shanghaiDay = (at: Date): string => new Date(at.getTime() + offset).toISOString().slice(0, 10);

export const calendarYear = (at: Date): number => new Date(at.getTime() + offset).getUTCFullYear();

/** The first 00:00 after an instant; at 00:00 itself, the 00:00 of the following day. */
export const nextMidnight = (at: Date): Date =>
  new Date((Math.floor((at.getTime() + offset) / dayLength) + 1) * dayLength - offset);

/** The clock hour of an instant: epoch seconds of its beginning and its end. */
export function clockHour(at: Date): { readonly from: number; readonly until: number } {
  const from = Math.floor(at.getTime() / hour) * 3600;
  return { from, until: from + 3600 };
}

/** Whether a text is a calendar day. */
export function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts !== null && isCalendarDate(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/**
 * The 00:00 at which a day begins.
 * @throws RangeError if the text is no day: then a stored key is wrong, never a caller's input
 */
export function midnightOf(day: string): Date {
  if (!isDay(day)) throw new RangeError('not a calendar day');
  return new Date(Date.parse(`${day}T00:00:00Z`) - offset);
}

export const previousDay = (day: string): string =>
  shanghaiDay(new Date(midnightOf(day).getTime() - dayLength));
export const followingDay = (day: string): string =>
  shanghaiDay(new Date(midnightOf(day).getTime() + dayLength));

/** An instant in ISO 8601 with the offset of Shanghai, in whole seconds: `2026-11-23T09:30:00+08:00`. */
export const isoShanghai = (at: Date): string =>
  `${new Date(at.getTime() + offset).toISOString().slice(0, 19)}+08:00`;

/** Whether a Gregorian date exists. */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length =
    month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= length;
}
