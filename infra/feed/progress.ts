import type { Progress } from './send-lines.ts';

/** On a terminal one line that changes, otherwise a line now and then: lines, share, speed, and the remaining time. */
export function progressOf(
  size: number | undefined,
  start: Readonly<Progress>,
): (progress: Readonly<Progress>, last?: boolean) => void {
  const startedAt = performance.now();
  const everyMs = process.stderr.isTTY ? 200 : 5_000;
  let printedAt = Number.NEGATIVE_INFINITY;
  return (progress, last = false) => {
    const now = performance.now();
    if (!last && now - printedAt < everyMs) return;
    printedAt = now;
    const { lines, bytes, accepted, stale, rejected, warnings, emptied } = progress;
    const seconds = Math.max(0.001, (now - startedAt) / 1000);
    const rate = Math.round((lines - start.lines) / seconds);
    const share = size && !last ? ` (${Math.min(100, Math.floor((100 * bytes) / size))} %)` : '';
    const left = size && !last ? `, ${leftOf(size - bytes, (bytes - start.bytes) / seconds)} left` : '';
    const warningsText = warnings > 0 ? `, ${warnings} warnings, ${emptied} numbers emptied` : '';
    const text = `${lines} lines${share}, ${rate} lines/s${left}: ${accepted} accepted, ${stale} stale, ${rejected} rejected${warningsText}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}${last ? '\n' : ''}`);
    else process.stderr.write(`${text}\n`);
  };
}

/** `1 h 05 min`, `3 min`, `20 s` */
function leftOf(bytes: number, bytesPerSecond: number): string {
  const seconds = Math.ceil(Math.max(0, bytes) / Math.max(1, bytesPerSecond));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
