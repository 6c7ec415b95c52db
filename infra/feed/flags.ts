import { parseArgs } from 'node:util';
import { PlainError } from '../local/http/plain-error.ts';

export const wrongUse = (usage: string, english: string, chinese: string): PlainError =>
  new PlainError(`${english} Usage: ${usage}`, `${chinese}用法：${usage}`);

/**
 * Runs a command-line tool. An error that the user can correct is printed as one sentence in both languages; any other
 * error with its stack.
 */
export async function runTool(tool: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool();
  } catch (error) {
    const message =
      error instanceof PlainError
        ? `${error.message}\n${error.chinese}`
        : error instanceof Error
          ? error.stack
          : String(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

/** Reads flags that each take a value, and the words beside them, of which there may be at most `most`. */
export function readFlags<F extends string>(
  args: readonly string[],
  flags: readonly F[],
  usage: string,
  most = 0,
): { readonly values: Partial<Record<F, string>>; readonly words: readonly string[] } {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }]));
  let parsed: { values: object; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const flag = /'(-[^']*)'/.exec(error instanceof Error ? error.message : '')?.[1] ?? args.join(' ');
    throw wrongUse(usage, `The flag ${flag} is unknown or incomplete.`, `参数 ${flag} 无法识别或不完整。`);
  }
  const { values, positionals: words } = parsed;
  const extra = words[most];
  if (extra !== undefined)
    throw wrongUse(usage, `"${extra}" is one word too many.`, `多余的参数 "${extra}"。`);
  return { values: values as Partial<Record<F, string>>, words };
}

export function wholeNumber(usage: string, flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d{1,12}$/.test(text) && number >= least && number <= most) return number;
  throw wrongUse(
    usage,
    `--${flag} wants a whole number from ${least} to ${most}, not "${text}".`,
    `--${flag} 须为 ${least} 至 ${most} 的整数。`,
  );
}
