/** EventBridge Scheduler's `cron(minutes hours day-of-month month day-of-week year)` and `rate(…)`, as far as we use them. */
export interface Schedule {
  /** Whether the schedule is due in the minute that holds this instant. */
  due(epochMs: number): boolean;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Day 1 is Sunday. */
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const rateMinutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };

/** Throws an Error for an expression this runtime does not know. */
export function parseSchedule(expression: string, timezone: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const every = Number(rate[1]) * (rateMinutes[rate[2] ?? ''] ?? 1);
    return { due: (epochMs) => Math.floor(epochMs / 60_000) % every === 0 };
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) throw new Error(`The schedule ${expression} is not understood`);
  const [minute, hour, day, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const wanted = {
    minute: field(minute, 0, 59),
    hour: field(hour, 0, 23),
    day: field(day, 1, 31),
    month: field(month, 1, 12, monthNames),
    weekday: field(weekday, 1, 7, dayNames),
    year: field(year, 1970, 2199),
  };
  const local = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  return {
    due: (epochMs) => {
      const parts = new Map(local.formatToParts(epochMs).map(({ type, value }) => [type, value] as const));
      const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
      return (
        wanted.minute(of('minute')) &&
        wanted.hour(of('hour')) &&
        wanted.day(of('day')) &&
        wanted.month(of('month')) &&
        wanted.weekday(dayNames.indexOf((parts.get('weekday') ?? '').toUpperCase()) + 1) &&
        wanted.year(of('year'))
      );
    },
  };
}

/** One field: `*`, `?`, numbers, names, ranges, steps and lists of these. */
function field(
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): (n: number) => boolean {
  const wanted = new Set<number>();
  for (const part of text.split(',')) {
    const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from, to] = range === '*' || range === '?' ? [least, most] : bounds(range ?? '', names, least);
    const end = to ?? (step === undefined ? from : most);
    if (!(from >= least && end <= most && from <= end))
      throw new Error(`The schedule field ${text} is not understood`);
    for (let n = from; n <= end; n += Number(step ?? 1) || 1) wanted.add(n);
  }
  return (n) => wanted.has(n);
}

function bounds(range: string, names: readonly string[], least: number): [number, number?] {
  const numbers = range.split('-').map((word) => {
    const named = names.indexOf(word.toUpperCase());
    if (named >= 0) return named + least;
    return /^\d+$/.test(word) ? Number(word) : Number.NaN;
  });
  const [from = Number.NaN, to] = numbers;
  return to === undefined ? [from] : [from, to];
}
