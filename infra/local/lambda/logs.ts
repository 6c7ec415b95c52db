import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isObject, parseJson } from '../http/json.ts';

export interface LogLine {
  readonly function: string;
  readonly line: string;
  readonly isError: boolean;
}

const kept = 5_000;

/** The newest log lines of all functions; also printed at once if the runtime was started with that option. */
export class Logs {
  private lines: LogLine[] = [];
  private readonly print: 'all' | 'errors' | 'nothing';

  constructor(print: 'all' | 'errors' | 'nothing') {
    this.print = print;
  }

  collect(name: string, stream: Readable, isErrorStream: boolean): void {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
      this.add(name, line, isErrorStream),
    );
  }

  add(name: string, line: string, isErrorStream: boolean): void {
    const isError = isErrorLine(line, isErrorStream);
    this.lines.push({ function: name, line, isError });
    if (this.lines.length > kept * 1.2) this.lines = this.lines.slice(-kept);
    if (this.print === 'all' || (this.print === 'errors' && isError))
      process.stderr.write(`[${name}] ${line}\n`);
  }

  clear(): void {
    this.lines = [];
  }

  all(): LogLine[] {
    return this.lines.slice(-kept);
  }
}

/** Structured lines have a level; other lines count as errors if they were written to standard error. */
function isErrorLine(line: string, isErrorStream: boolean): boolean {
  const parsed = line.startsWith('{') ? parseJson(line) : undefined;
  if (!isObject(parsed) || typeof parsed.level !== 'string') return isErrorStream;
  return /^(error|fatal)$/i.test(parsed.level);
}
