/** Helpers of all parts of the benchmark: medians, tables, lines of progress. */

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const title = (text: string): void => {
  process.stdout.write(`\n## ${text}\n\n`);
};
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
/** Reports the progress of a long part, on standard error, so that standard output contains only the result. */
export const progress = (text: string): void => {
  process.stderr.write(`… ${text}\n`);
};

/** A Markdown table with aligned columns; all columns except the first are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  say([line(head), `| ${rule.join(' | ')} |`, ...cells.slice(1).map(line)].join('\n'));
}

/** Whether a measured value stays within its limit. */
export const verdict = (measured: number, limit: number): string => (measured <= limit ? 'ok' : 'OVER');
