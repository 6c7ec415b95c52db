import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { flows } from '../functions/contracts.ts';
import type { FunctionModel } from '../infra/local/template/model.ts';
import { type Metafile, synthesizeLocal } from './assembly.ts';
import { median, progress, say, table, title, verdict } from './print.ts';

const processes = 15;
const limitKB = 450;
const limitMs = 60;
/** The limit for the import of a function of single sign-on ÷ the import of `session`. */
const ssoLimit = 1.3;

/**
 * Part `bundles`: the size of each bundle, and the time in which a new process imports it, compared with an empty
 * handler. Each round imports all bundles, so that a busy moment of the machine does not affect only one of them.
 */
export async function weighBundles(): Promise<void> {
  title('Bundles: size and import time');
  const synthesized = await synthesizeLocal('http://127.0.0.1:3000');
  const empty = await mkdtemp(join(tmpdir(), 'ahtax-empty-'));
  try {
    await writeFile(join(empty, 'index.js'), 'exports.handler = async () => ({ statusCode: 204 });\n');
    await writeFile(join(empty, 'package.json'), '{"type":"commonjs"}\n');
    const { functions } = synthesized.app;
    const times = new Map<FunctionModel | undefined, number[]>([undefined, ...functions].map((f) => [f, []]));
    for (let round = 1; round <= processes; round++) {
      progress(`importing, round ${round} of ${processes}`);
      for (const [model, taken] of times)
        taken.push(importMs(model?.directory ?? empty, model?.environment ?? {}));
    }
    const nothing = median(times.get(undefined) ?? []);
    const rows = [['(empty handler)', '', '', nothing.toFixed(1), '', '', '', '']];
    for (const model of functions) {
      const { code, native } = await sizes(model.directory);
      const ms = median(times.get(model) ?? []);
      const hasClient = loadsClient(synthesized.metafile, model.shortName);
      const needsClient = flows.some(({ name, tables }) => name === model.shortName && tables !== undefined);
      rows.push([
        model.shortName,
        (code / 1000).toFixed(0),
        native === 0 ? '' : (native / 1000).toFixed(0),
        ms.toFixed(1),
        (ms - nothing).toFixed(1),
        hasClient ? 'yes' : 'no',
        needsClient ? 'yes' : 'no',
        code <= limitKB * 1000 && ms <= limitMs && (needsClient || !hasClient) ? 'ok' : 'OVER',
      ]);
    }
    table(['bundle', 'KB', 'native KB', 'import ms', 'beyond empty', 'DynamoDB client', 'tables', ''], rows);
    const importOf = (name: string): number => Number(rows.find(([first]) => first === name)?.[3]);
    for (const { name } of flows.filter((flow) => /^(sso-|channel-sso)/.test(flow.name))) {
      const ratio = importOf(name) / importOf('session');
      say(`import of ${name} ÷ session: ${ratio.toFixed(2)}, limit ${ssoLimit}: ${verdict(ratio, ssoLimit)}`);
    }
    const largest = Math.max(...rows.slice(1).map((row) => Number(row[1])));
    say(
      `\nLimits: ${limitKB} KB minified without native code (largest ${largest}: ${verdict(largest, limitKB)}), ${limitMs} ms import; medians of ${processes} fresh processes; no client of DynamoDB without tables.`,
    );
  } finally {
    await rm(empty, { recursive: true, force: true });
    await synthesized.remove();
  }
}

/** Imports the bundle in a process of its own, as Lambda's runtime does. Returns the milliseconds. */
function importMs(directory: string, environment: Readonly<Record<string, string>>): number {
  const code = `const t = performance.now(); require(${JSON.stringify(join(directory, 'index.js'))}); process.stdout.write(String(performance.now() - t)); process.exit(0)`;
  const env = {
    ...environment,
    AWS_REGION: 'ap-southeast-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  return Number(execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' }));
}

async function sizes(directory: string): Promise<{ code: number; native: number }> {
  const sum = { code: 0, native: 0 };
  for (const file of await readdir(directory)) {
    const { size } = await stat(join(directory, file));
    if (file.endsWith('.node')) sum.native += size;
    else if (file.endsWith('.js')) sum.code += size;
  }
  return sum;
}

function loadsClient({ outputs }: Metafile, flow: string): boolean {
  const output = Object.entries(outputs).find(([path]) => basename(path) === `${flow}.js`)?.[1];
  if (!output) throw new Error(`The metafile has no bundle of ${flow}`);
  return Object.entries(output.inputs).some(
    ([path, { bytesInOutput }]) => bytesInOutput > 0 && /@aws-sdk\/client-dynamodb\//.test(path),
  );
}
