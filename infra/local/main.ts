import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { PlainError } from './http/plain-error.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from './runtime.ts';

/** `npm start`: see docs/api.md, "This machine only". */

const usage =
  'npm start -- [--port N] [--in-memory] [--no-portal] [--challenge-after N] [--tax-system FILE] [--verbose]';

function wrongFlags(what: string, chinese: string): PlainError {
  return new PlainError(`${what} Usage: ${usage}`, `${chinese}用法：${usage}`);
}

function wholeNumber(flag: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= most) return number;
  throw wrongFlags(
    `--${flag} wants a whole number up to ${most}, not "${text}".`,
    `--${flag} 须为不超过 ${most} 的整数。`,
  );
}

/**
 * A further client of single sign-on beside the stand-ins, as an entry of `relyingParties`; the settings' check reports
 * mistakes in it.
 */
function readTaxSystem(file: string): RelyingPartyInput {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw wrongFlags(
      `--tax-system wants a file with a client in JSON, not "${file}".`,
      '--tax-system 须为 JSON 文件。',
    );
  }
}

function readFlags(args: readonly string[]): RuntimeOptions {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    const flag = /'(-[^']*)'/.exec(error instanceof Error ? error.message : '')?.[1] ?? args.join(' ');
    throw wrongFlags(`The flag ${flag} is unknown or incomplete.`, `参数 ${flag} 无法识别或不完整。`);
  }
  const port = wholeNumber('port', values.port, 65_535) ?? 3_000;
  const challengeAfter = wholeNumber('challenge-after', values['challenge-after'], 1_000_000) ?? null;
  return {
    port,
    challengeAfter,
    inMemory: values['in-memory'] ?? false,
    portal: !values['no-portal'],
    demo: !values['no-portal'],
    taxSystems: !values['no-portal'],
    moreRelyingParties: (values['tax-system'] ?? []).map(readTaxSystem),
    verbose: values.verbose ?? false,
    dataDir: fileURLToPath(new URL('../../.data', import.meta.url)),
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      port: { type: 'string' },
      'in-memory': { type: 'boolean' },
      'no-portal': { type: 'boolean' },
      'challenge-after': { type: 'string' },
      'tax-system': { type: 'string', multiple: true },
      verbose: { type: 'boolean' },
    },
  }).values;

/** How to log in as each of the demo people, printed below the address for which everybody waits. */
async function tellDemo(url: string, problems: readonly string[]): Promise<void> {
  const { demoTable } = await import('../demo/demo-book.ts');
  process.stdout.write(`\n${demoTable(url)}\n`);
  if (problems.length === 0) return;
  process.stderr.write(
    `\n示例数据有 ${problems.length} 处未能载入，下次启动时重试。 Of the demo data this could not be loaded, and is tried again at the next start:\n`,
  );
  for (const problem of problems) process.stderr.write(`  ${problem}\n`);
}

/** The tax systems to which people can be handed over. */
function tellTaxSystems({ taxSystems }: Runtime): void {
  for (const { name, url } of taxSystems?.list ?? []) process.stdout.write(`${url}  ${name.zh} ${name.en}\n`);
}

function fail(error: unknown): never {
  if (error instanceof PlainError) process.stderr.write(`${error.message}\n${error.chinese}\n`);
  else
    process.stderr.write(
      `The local runtime did not start: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  process.exit(1);
}

// As on Lambda, whatever the machine's time zone is: no rule may depend on it.
process.env.TZ = 'UTC';

const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
});

try {
  const flags = readFlags(process.argv.slice(2));
  const starting = startRuntime({ ...flags, progress: (line) => process.stdout.write(`${line} …\n`) });
  const runtime = await Promise.race([starting, interrupted.then(() => undefined)]);
  if (runtime) {
    process.stdout.write(`ready ${runtime.url}\n`);
    if (runtime.demo) await tellDemo(runtime.url, runtime.demo);
    tellTaxSystems(runtime);
  }
  await interrupted;
  // Interrupted during the start: parts that are still starting are stopped as soon as they are up.
  const late = setTimeout(() => process.exit(1), 20_000);
  late.unref();
  await (runtime ?? (await starting)).stop();
  process.exit(0);
} catch (error) {
  fail(error);
}
