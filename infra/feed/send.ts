import { createReadStream, statSync } from 'node:fs';
import { PlainError } from '../local/plain-error.ts';
import { readFlags, runTool, wrongUse } from './flags.ts';
import { handOver, type Standing, type Told } from './hand-over.ts';

/** `npm run feed`: hands a file of registry lines to the local runtime. Ends with 1 where a line was rejected. */

const usage = 'npm run feed -- FILE.jsonl [--url http://127.0.0.1:3000]';

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && url.pathname === '/') return url.origin;
  throw wrongUse(usage, `"${text}" is no address like http://127.0.0.1:3000.`, `"${text}" 不是有效地址。`);
}

/** The file's size in bytes; undefined for what has none, such as a pipe. */
function sizeOf(path: string): number | undefined {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return found.isFile() ? found.size : undefined;
  } catch {
    // Said below.
  }
  throw new PlainError(`${path} is no file that can be read.`, `无法读取文件 ${path}。`);
}

/** On a terminal one line that changes, elsewhere a line now and then. */
function progressOf(size: number | undefined): (standing: Readonly<Standing>, last?: boolean) => void {
  const startedAt = performance.now();
  const everyMs = process.stderr.isTTY ? 200 : 5_000;
  let toldAt = Number.NEGATIVE_INFINITY;
  return ({ lines, bytes, accepted, stale, rejected }, last = false) => {
    const now = performance.now();
    if (!last && now - toldAt < everyMs) return;
    toldAt = now;
    const rate = Math.round(lines / Math.max(0.001, (now - startedAt) / 1000));
    const share = size && !last ? ` (${Math.min(100, Math.floor((100 * bytes) / size))} %)` : '';
    const text = `${lines} lines${share}, ${rate} lines/s: ${accepted} accepted, ${stale} stale, ${rejected} rejected`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}${last ? '\n' : ''}`);
    else process.stderr.write(`${text}\n`);
  };
}

await runTool(async () => {
  const { values, words } = readFlags(process.argv.slice(2), ['url'], usage, 1);
  const [path] = words;
  if (path === undefined) throw wrongUse(usage, 'Which file?', '请指定文件。');
  const url = readUrl(values.url ?? 'http://127.0.0.1:3000');
  const show = progressOf(sizeOf(path));
  const print = (word: string, { line, code, message }: Told): void => {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    process.stdout.write(`line ${line} ${word}: ${code} ${message}\n`);
  };
  const standing = await handOver(createReadStream(path), url, {
    rejected: (told) => print('rejected', told),
    warned: (told) => print('warning', told),
    reached: (now) => show(now),
  });
  show(standing, true);
  return standing.rejected === 0 ? 0 : 1;
});
