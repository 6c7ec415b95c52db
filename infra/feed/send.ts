import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { PlainError } from '../local/http/plain-error.ts';
import { readFlags, runTool, wholeNumber, wrongUse } from './flags.ts';
import { fileLines } from './lines.ts';
import { progressOf } from './progress.ts';
import { savedProgress } from './saved-progress.ts';
import { atStart, type LineIssue, type Progress, sendLines } from './send-lines.ts';

/**
 * `npm run feed`: passes a file of registry lines of any length to the local runtime, and continues where it stopped.
 * Exits with 1 if a line was rejected.
 */

const usage =
  'npm run feed -- FILE.jsonl [--url http://127.0.0.1:3000] [--from LINE] [--report REPORT.jsonl]';
const mostLines = 999_999_999_999;

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && url.pathname === '/') return url.origin;
  throw wrongUse(usage, `"${text}" is no address like http://127.0.0.1:3000.`, `"${text}" 不是有效地址。`);
}

/** The file's size in bytes; undefined for an input without one, such as a pipe. */
function sizeOf(path: string): number | undefined {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return found.isFile() ? found.size : undefined;
  } catch {
    // Reported below.
  }
  throw new PlainError(`${path} is no file that can be read.`, `无法读取文件 ${path}。`);
}

/** The position at which line `from` begins. Throws if the file has fewer lines. */
async function beginningOf(path: string, from: number): Promise<Progress> {
  let bytes = 0;
  let lines = 0;
  if (from === 1) return atStart();
  for await (const line of fileLines(createReadStream(path))) {
    bytes += line.bytes;
    if (++lines === from - 1) return { ...atStart(), lines, bytes };
  }
  throw wrongUse(usage, `The file has no line ${from}.`, `文件中没有第 ${from} 行。`);
}

/**
 * Writes rejections and warnings to a file, one line each: `{line, kind, code, message}`; appends when an import
 * continues.
 */
function reportTo(path: string | undefined, continues: boolean) {
  if (path === undefined) return undefined;
  const file = createWriteStream(path, { flags: continues ? 'a' : 'w' });
  const failed = new Promise<never>((_, reject) => {
    file.on('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new PlainError(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`)),
    );
  });
  return {
    failed,
    tell: (kind: string, issue: LineIssue) => file.write(`${JSON.stringify({ kind, ...issue })}\n`),
    end: () => Promise.race([new Promise<void>((resolve) => file.end(resolve)), failed]),
  };
}

await runTool(async () => {
  const { values, words } = readFlags(process.argv.slice(2), ['url', 'from', 'report'], usage, 1);
  const [path] = words;
  if (path === undefined) throw wrongUse(usage, 'Which file?', '请指定文件。');
  const url = readUrl(values.url ?? 'http://127.0.0.1:3000');
  const line = values.from === undefined ? undefined : wholeNumber(usage, 'from', values.from, 1, mostLines);
  const size = sizeOf(path);
  // An input without a size is no file that could be continued later.
  const memory = size === undefined ? undefined : await savedProgress(path, url);
  const start = line === undefined ? (memory?.progress ?? atStart()) : await beginningOf(path, line);
  if (line === undefined && start.lines > 0)
    process.stderr.write(`goes on after line ${start.lines} (--from 1 begins anew)\n`);

  const report = reportTo(values.report, start.lines > 0);
  const show = progressOf(size, start);
  const print = (word: 'rejected' | 'warning', issue: LineIssue): void => {
    report?.tell(word, issue);
    if (report) return;
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    process.stdout.write(`line ${issue.line} ${word}: ${issue.code} ${issue.message}\n`);
  };
  const work = sendLines(
    // A pipe cannot be read from a position.
    start.bytes > 0 ? createReadStream(path, { start: start.bytes }) : createReadStream(path),
    url,
    {
      rejected: (issue) => print('rejected', issue),
      warned: (issue) => print('warning', issue),
      reached: (now) => {
        memory?.keep(now);
        show(now);
      },
    },
    start,
  );
  process.once('SIGINT', () => {
    process.stderr.write(
      '\nstopped; the same command goes on from here · 已中断，重新执行同一命令即可继续\n',
    );
    process.exit(130);
  });
  const progress = await (report ? Promise.race([work, report.failed]) : work);
  await report?.end();
  memory?.forget();
  show(progress, true);
  return progress.rejected === 0 ? 0 : 1;
});
