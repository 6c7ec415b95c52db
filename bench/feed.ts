import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleLines } from '../infra/feed/sample-lines.ts';
import { startDynamoDbLocal } from '../infra/local/emulators/dynamodb-local.ts';
import { startRuntime } from '../infra/local/runtime.ts';
import { progress, say, table, title } from './print.ts';

const usualCompanies = 20_000;
const peopleACompany = 2;
const warmUpCompanies = 300;
const linesAtOnce = 5_000;
/** The year of the agreements and reports among the lines. */
const year = new Date().getFullYear();
const target = 1_000;

/**
 * CPU seconds since the start. `all` is this process (the runtime with all its functions), `main` is its main thread.
 */
interface Cpu {
  readonly all: number;
  readonly main: number;
  readonly dynamoDb: number;
  /** The CPU of all processes of the machine. */
  readonly machine: number;
}

/**
 * Part `feed`: loads 20,000 companies with their people through the local runtime (BENCH_COMPANIES for another number).
 * The feed function runs in a thread of this process, so its CPU is the CPU of the process without the main thread. The
 * main thread runs the proxy, the policies and the counts of the local runtime, which no deployed system has.
 */
export async function loadFeed(): Promise<void> {
  const companies = Number(process.env.BENCH_COMPANIES ?? usualCompanies);
  title(`Registry feed: ${companies} companies with their people`);
  const lines = (count: number, seed: number): string[] =>
    [...sampleLines({ companies: count, people: count * peopleACompany, seed, year })].map((one) =>
      JSON.stringify(one),
    );
  const local = await startDynamoDbLocal();
  const java = processOnPort(new URL(local.endpoint).port);
  const runtime = await startRuntime({
    inMemory: true,
    quiet: true,
    portal: false,
    dynamodbEndpoint: local.endpoint,
  });
  try {
    const feed = (some: readonly string[]) => runtime.registry(Readable.from(some.map((one) => `${one}\n`)));
    progress('warming up');
    await feed(lines(warmUpCompanies, 2));
    const all = lines(companies, 1);
    runtime.resetUsage();
    // The garbage from making the lines is collected before the measurement, so that the feed does not pay for it.
    await sleep(500);
    const before = cpuNow(java);
    const startedAt = performance.now();
    const told = { accepted: 0, stale: 0, rejected: 0, warnings: 0 };
    for (let at = 0; at < all.length; at += linesAtOnce) {
      const result = await feed(all.slice(at, at + linesAtOnce));
      told.accepted += result.accepted;
      told.stale += result.stale;
      told.rejected += result.rejected.length;
      told.warnings += result.warnings.length;
      const seconds = (performance.now() - startedAt) / 1000;
      const done = Math.min(all.length, at + linesAtOnce);
      progress(`${done} of ${all.length} lines, ${Math.round(done / seconds)} lines/s`);
    }
    const wall = (performance.now() - startedAt) / 1000;
    const after = cpuNow(java);
    report(all.length, wall, {
      all: after.all - before.all,
      main: after.main - before.main,
      dynamoDb: after.dynamoDb - before.dynamoDb,
      machine: after.machine - before.machine,
    });
    say(
      `\n${told.accepted} accepted, ${told.stale} stale, ${told.rejected} rejected, ${told.warnings} warnings.`,
    );
    const usage = runtime.usage()['registry-feed'];
    if (usage)
      say(
        `${(usage.calls / all.length).toFixed(2)} DynamoDB calls, ${(usage.readUnits / all.length).toFixed(1)} read and ${(usage.writeUnits / all.length).toFixed(1)} write units a line.`,
      );
  } finally {
    await runtime.stop();
    await local.stop();
  }
}

function report(lines: number, wall: number, cpu: Cpu): void {
  const ofFunction = cpu.all - cpu.main;
  const rows: [string, number][] = [
    ["the feed's function", ofFunction],
    ['function and local runtime (proxy, policies, counting)', cpu.all],
    ['DynamoDB Local', cpu.dynamoDb],
  ];
  table(
    ['', 'CPU s', 'ms a line', 'lines/s a core', ''],
    rows.map(([name, seconds], index) => [
      name,
      seconds.toFixed(1),
      ((1000 * seconds) / lines).toFixed(2),
      Math.round(lines / seconds),
      index === 2 ? '' : lines / seconds >= target ? 'ok' : 'UNDER',
    ]),
  );
  const cores = availableParallelism();
  const busy = cpu.all + cpu.dynamoDb;
  const part = (seconds: number): string => `${Math.round((100 * seconds) / wall)} %`;
  say(
    `\n${lines} lines in ${wall.toFixed(1)} s: ${Math.round(lines / wall)} lines/s; target ${target} lines/s a core without DynamoDB Local.`,
  );
  say(
    `Of one core's time: function ${part(ofFunction)}, local runtime's main thread ${part(cpu.main)}, DynamoDB Local ${part(cpu.dynamoDb)}, other processes ${part(Math.max(0, cpu.machine - busy))}; ${cores} cores are there.`,
  );
  const most = cpu.dynamoDb > ofFunction ? 'DynamoDB Local' : "the feed's function";
  if (cpu.machine > 0.9 * cores * wall)
    say(
      busy > cpu.machine / 2
        ? `Bound by the cores of this machine, of which ${most} takes the most.`
        : `Bound by the cores of this machine, most of which other processes had: look at CPU, not at the time it took.`,
    );
  else
    say(
      `Bound by ${most}, which takes the most CPU: the others wait for it, and it does not use several cores.`,
    );
}

function cpuNow(java: number | undefined): Cpu {
  const sum = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  return {
    all: sum(process.cpuUsage()),
    main: sum(process.threadCpuUsage()),
    dynamoDb: java === undefined ? Number.NaN : cpuOf(java),
    machine: sumOf(cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)) / 1000,
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Linux gives the CPU time of processes in hundredths of a second. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The Java process that was started with this port; undefined if the system does not show processes as files. */
function processOnPort(port: string): number | undefined {
  try {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const [program = '', ...args] = commandOf(pid);
      if (program.endsWith('java') && args.includes(`port=${port}`)) return Number(pid);
    }
  } catch {
    // This system is not Linux.
  }
  return undefined;
}
function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
