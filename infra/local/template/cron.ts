export interface Schedule {
  /** Whether the schedule is due in the minute that holds this instant. */
  due(epochMs: number): boolean;
}

/**
 * EventBridge Scheduler's `cron(minute hour * * ? *)`, once a day, and `cron(0/minutes * * * ? *)`, every so many
 * minutes from each full hour on, in the schedule's time zone. Throws an Error for every other expression: a schedule
 * that this machine cannot run must not seem to run.
 */
export function parseSchedule(expression: string, timezone: string): Schedule {
  const [, step] = /^cron\(0\/(\d{1,2}) \* \* \* \? \*\)$/.exec(expression) ?? [];
  // Time zones differ by whole quarters of an hour, so for these steps the minutes of an hour are the same everywhere.
  if (step !== undefined && Number(step) > 0 && 15 % Number(step) === 0)
    return { due: (epochMs) => Math.floor(epochMs / 60_000) % Number(step) === 0 };
  const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/.exec(expression) ?? [];
  if (minute === undefined || Number(minute) > 59 || Number(hour) > 23)
    throw new Error(
      `The schedule ${expression} is not understood: only cron(minute hour * * ? *) and cron(0/minutes * * * ? *) are`,
    );
  const local = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
  });
  return {
    due: (epochMs) => {
      const parts = new Map(local.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
      return parts.get('minute') === Number(minute) && parts.get('hour') === Number(hour);
    },
  };
}
