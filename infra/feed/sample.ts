import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { shanghaiDay } from '#domain/days.ts';
import { PlainError } from '../local/http/plain-error.ts';
import { seedOf } from './dice.ts';
import { readFlags, runTool, wholeNumber, wrongUse } from './flags.ts';
import { sampleLines } from './sample-lines.ts';
import { fewestPeople, type SampleSize } from './sample-size.ts';

/**
 * `npm run feed:sample`: invented registry lines for this machine; the same sizes, seed and year give the same lines.
 */

const usage =
  'npm run feed:sample -- --people N --companies M [--seed S] [--year Y] [--out FILE] [--migration [--old-hashes PERCENT] [--duplicate-phones PERCENT]]';
const most = 100_000_000;
const flags = ['people', 'companies', 'seed', 'year', 'out'] as const;
const migrationFlags = ['old-hashes', 'duplicate-phones'] as const;

function sizeOf(args: readonly string[]): { size: SampleSize; out: string | undefined } {
  const migrates = args.includes('--migration');
  const rest = args.filter((one) => one !== '--migration');
  const { values } = readFlags(rest, [...flags, ...migrationFlags], usage);
  if (values.people === undefined || values.companies === undefined)
    throw wrongUse(usage, '--people and --companies are needed.', '须提供 --people 和 --companies。');
  const companies = wholeNumber(usage, 'companies', values.companies, 0, most);
  const people = wholeNumber(usage, 'people', values.people, companies > 0 ? fewestPeople : 0, most);
  const year = wholeNumber(usage, 'year', values.year ?? shanghaiDay(new Date()).slice(0, 4), 2000, 2999);
  const share = (flag: (typeof migrationFlags)[number], usual: string): number =>
    wholeNumber(usage, flag, values[flag] ?? usual, 0, 100) / 100;
  const stray = migrationFlags.find((flag) => values[flag] !== undefined);
  if (!migrates && stray)
    throw wrongUse(usage, `--${stray} goes with --migration.`, `--${stray} 须与 --migration 同用。`);
  const migration = { oldHashes: share('old-hashes', '50'), duplicatePhones: share('duplicate-phones', '1') };
  const seed = seedOf(values.seed ?? '1');
  const size = { people, companies, seed, year, ...(migrates ? { migration } : {}) };
  return { size, out: values.out };
}

/** Writes the lines as fast as the reader takes them. Returns how many there were. */
async function write(size: SampleSize, to: Writable): Promise<number> {
  let count = 0;
  let chunk = '';
  const flush = async (): Promise<void> => {
    if (!to.write(chunk)) await once(to, 'drain');
    chunk = '';
  };
  for (const line of sampleLines(size)) {
    count++;
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length >= 65_536) await flush();
  }
  if (chunk !== '') await flush();
  return count;
}

async function toFile(size: SampleSize, path: string): Promise<number> {
  const file = createWriteStream(path);
  const done = finished(file);
  try {
    // If the file fails, its own error must be reported, instead of waiting for a drain event that never comes.
    const count = await Promise.race([write(size, file), done.then(() => 0)]);
    file.end();
    await done;
    return count;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new PlainError(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`);
  }
}

await runTool(async () => {
  // A reader that takes only the beginning (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const { size, out } = sizeOf(process.argv.slice(2));
  const count = out === undefined ? await write(size, process.stdout) : await toFile(size, out);
  process.stderr.write(`${count} lines${out === undefined ? '' : ` in ${out}`}\n`);
  return 0;
});
