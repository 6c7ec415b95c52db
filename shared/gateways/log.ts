import type { LogLine } from '#contract/log-events.ts';

/** Straight to standard output: Lambda's console would wrap the line, and CloudWatch reads metrics only at the top level. */
export const writeLine = (line: LogLine & Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
