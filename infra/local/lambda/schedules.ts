import { randomUUID } from 'node:crypto';
import { parseSchedule } from '../template/cron.ts';
import type { ScheduleModel } from '../template/model.ts';
import type { Clock } from './clock.ts';
import type { Functions } from './functions.ts';

export interface Schedules {
  /** By the name in the template or the end of it; undefined if there is none. */
  find(name: string): ScheduleModel | undefined;
  /** Starts the function as the scheduler would, and returns its result (JSON text). Throws FunctionError. */
  run(schedule: ScheduleModel): Promise<string>;
  stop(): void;
}

/** Runs the template's schedules by the machine's time, as long as the virtual clock is not set. */
export function startSchedules(
  models: readonly ScheduleModel[],
  functions: Functions,
  clock: Clock,
  failed: (name: string, error: unknown) => void,
): Schedules {
  const parsed = models
    .filter((model) => model.enabled)
    .map((model) => ({ model, schedule: parseSchedule(model.expression, model.timezone) }));
  const run = (model: ScheduleModel): Promise<string> =>
    functions.invoke(model.functionName, inputOf(model, clock.now()), `schedule ${model.name}`);

  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const now = Date.now();
    const minute = Math.floor(now / 60_000) * 60_000 + 60_000;
    timer = setTimeout(
      () => {
        wait();
        if (clock.isSet()) return;
        for (const { model, schedule } of parsed)
          if (schedule.due(minute)) run(model).catch((error: unknown) => failed(model.name, error));
      },
      minute - now + 20,
    );
    timer.unref();
  };
  wait();
  return {
    find: (name) => models.find((model) => model.name === name || model.name.endsWith(`-${name}`)),
    run,
    stop: () => clearTimeout(timer),
  };
}

/** Scheduler's context attributes, filled in. */
function inputOf({ input, name }: ScheduleModel, now: number): unknown {
  const attributes: Readonly<Record<string, string>> = {
    'scheduled-time': new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    'schedule-arn': name,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  const text = JSON.stringify(input).replace(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (whole, attribute: string) => attributes[attribute] ?? whole,
  );
  return JSON.parse(text);
}
