import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sampleLines } from '../infra/feed/sample-lines.ts';
import { atStart, type Progress, sendLines } from '../infra/feed/send-lines.ts';
import { progress, say, table, title } from './print.ts';

const usualPeople = 100_000;
const shares = { oldHashes: 0.1, duplicatePhones: 0.01 };
/** The highest memory is recorded for each stretch of this many lines; the first and the last stretch are compared. */
const stretch = 10_000;

/**
 * Part `import`: 100,000 people who move over (MIG-1; BENCH_PEOPLE for another number), a tenth of them with old hashes
 * and one in a hundred with another person's number. A local runtime of its own gets the lines as `npm run feed` sends
 * them, and then gets them once more. The feed's function is a thread of that process: its CPU is the CPU of the
 * process without the main thread, and the memory is the memory of the whole process with all functions.
 */
export async function importPeople(): Promise<void> {
  const people = Number(process.env.BENCH_PEOPLE ?? usualPeople);
  title(`Moving people over: ${people} people, a tenth with old hashes`);
  const runtime = await startRuntime();
  try {
    // The first calls load and compile code; that is not counted as import.
    await give(runtime, 500, 99);
    const usage = () => fetch(new URL('/local/usage', runtime.url), { method: 'DELETE' });
    await usage();
    const first = await measured(runtime, people, 'import');
    const units = await unitsOf(runtime.url);
    await usage();
    const again = await measured(runtime, people, 'repeated');
    report(people, first, again);
    say(
      `\n${(units.calls / people).toFixed(2)} DynamoDB calls, ${(units.readUnits / people).toFixed(1)} read and ${(units.writeUnits / people).toFixed(1)} write units a person.`,
    );
  } finally {
    runtime.process.kill('SIGINT');
    await once(runtime.process, 'exit');
  }
}

interface Started {
  readonly url: string;
  readonly process: ChildProcess;
  readonly pid: number;
}
async function startRuntime(): Promise<Started> {
  const main = fileURLToPath(new URL('../infra/local/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--in-memory', '--no-portal'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  // The pipe stays open after `ready`, because the runtime may print more later.
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += said.length < 10_000 ? chunk : '';
      const ready = /^ready (http\S+)/m.exec(said)?.[1];
      if (ready) resolve(ready);
    });
    child.once('exit', () => reject(new Error(`The local runtime did not get ready:\n${said}`)));
  });
  return { url, process: child, pid: child.pid ?? 0 };
}

/** The lines are made while they are read, so that neither side has the whole file in memory. */
function* linesOf(people: number, seed: number): Generator<string> {
  for (const line of sampleLines({ people, companies: 0, seed, year: 2027, migration: shares }))
    yield `${JSON.stringify(line)}\n`;
}

const give = (runtime: Started, people: number, seed: number, reached?: (progress: Progress) => void) =>
  sendLines(
    Readable.from(linesOf(people, seed)),
    runtime.url,
    { rejected: () => undefined, warned: () => undefined, reached: (now) => reached?.({ ...now }) },
    atStart(),
  );

interface Run {
  readonly progress: Progress;
  readonly seconds: number;
  readonly functionCpu: number;
  readonly runtimeCpu: number;
  /** The highest memory in each stretch of lines, in MiB. */
  readonly memory: readonly number[];
}

async function measured(runtime: Started, people: number, what: string): Promise<Run> {
  const memory: number[] = [];
  const before = cpuOf(runtime.pid);
  const startedAt = performance.now();
  const sent = await give(runtime, people, 1, ({ lines }) => {
    const at = Math.floor((lines - 1) / stretch);
    memory[at] = Math.max(memory[at] ?? 0, residentMiB(runtime.pid));
    if (lines % stretch === 0)
      progress(
        `${what}: ${lines} lines, ${Math.round((1000 * lines) / (performance.now() - startedAt))} lines/s`,
      );
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const after = cpuOf(runtime.pid);
  const runtimeCpu = after.all - before.all;
  return {
    progress: sent,
    seconds,
    runtimeCpu,
    functionCpu: runtimeCpu - (after.main - before.main),
    memory,
  };
}

function report(people: number, first: Run, again: Run): void {
  const row = (name: string, { progress: total, seconds, functionCpu, memory }: Run) => [
    name,
    seconds.toFixed(1),
    Math.round(people / seconds),
    functionCpu.toFixed(1),
    ((1000 * functionCpu) / people).toFixed(2),
    total.accepted,
    total.stale,
    total.rejected,
    total.emptied,
    total.warnings,
    (memory[0] ?? 0).toFixed(0),
    (memory.at(-1) ?? 0).toFixed(0),
  ];
  table(
    [
      '',
      's',
      'lines/s',
      'function CPU s',
      'ms a line',
      'accepted',
      'stale',
      'rejected',
      'numbers emptied',
      'warnings',
      `MiB at ${stretch}`,
      'MiB at the end',
    ],
    [row('import', first), row('the same once more', again)],
  );
  say(
    `\nHighest memory in each ${stretch} lines, MiB: ${first.memory.map((one) => one.toFixed(0)).join(', ')}.`,
  );
}

async function unitsOf(url: string): Promise<{ calls: number; readUnits: number; writeUnits: number }> {
  const usage = (await (await fetch(new URL('/local/usage', url))).json()) as Record<
    string,
    { calls: number; readUnits: number; writeUnits: number }
  >;
  return usage['registry-feed'] ?? { calls: 0, readUnits: 0, writeUnits: 0 };
}

/** Read from Linux's files about processes; NaN on other systems. */
function residentMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
function cpuOf(pid: number): { all: number; main: number } {
  const seconds = (file: string): number => {
    try {
      const stat = readFileSync(file, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return Number.NaN;
    }
  };
  return { all: seconds(`/proc/${pid}/stat`), main: seconds(`/proc/${pid}/task/${pid}/stat`) };
}
