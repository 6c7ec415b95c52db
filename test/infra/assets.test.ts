import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';
import { bundledInputs } from '../../infra/bundle.ts';
import type { StageName } from '../../infra/config.ts';
import { long } from '../support/variants.ts';
import { type Assembly, assembly, assetFolder, readable, synthesizeStage, synthTimeout } from './assembly.ts';

/**
 * The Node.js of the project, which is the version of Lambda: the bundles are made for it, whatever Node.js runs the
 * tests.
 */
const node = join(import.meta.dirname, '../../node_modules/.bin/node');
const hashing = flows.filter(({ hashesPasswords }) => hashesPasswords);

const built = new Map<StageName, Assembly>();
beforeAll(async () => {
  for (const stage of ['local', 'showcase'] as const) built.set(stage, await assembly(stage));
}, synthTimeout);

function asset(stage: StageName, { name }: FlowDeclaration) {
  const source = built.get(stage);
  const lambda = source
    ?.of('AWS::Lambda::Function')
    .find(({ Properties }) => Properties.FunctionName === `ahtax-${stage}-${name}`);
  if (!source || !lambda) throw new Error(`No function ${name} in ${stage}`);
  const { Variables } = lambda.Properties.Environment as { Variables: Record<string, unknown> };
  const environment = Object.fromEntries(
    Object.entries(Variables).map(([key, value]) => [key, readable(value)]),
  );
  return { folder: assetFolder(source, lambda), environment };
}

describe('packaged assets', () => {
  it.each(flows)('$name loads in a fresh process with only its environment', (flow) => {
    const { folder, environment } = asset('local', flow);
    const script = `console.log(typeof require(${JSON.stringify(join(folder, 'index.js'))}).handler)`;
    const onLambda = { AWS_REGION: 'ap-southeast-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const said = execFileSync(node, ['-e', script], {
      env: { ...onLambda, ...environment },
      encoding: 'utf8',
    });
    expect(said).toBe('function\n');
  });

  it.each(flows)(
    '$name is one file of at most 450 KB, what it loads when it needs it, and what its contract carries',
    (flow) => {
      const { folder } = asset('showcase', flow);
      const parts = [
        ...('routes' in flow ? ['browsers.cjs'] : []),
        // The feed wraps old hashes and does not verify them.
        ...(flow.hashesPasswords && flow.name !== 'registry-feed' ? ['gbk.cjs'] : []),
      ];
      const expected = [
        'index.js',
        ...parts,
        ...(flow.hashesPasswords ? ['argon2.node'] : []),
        ...(flow.carries ?? []),
      ];
      for (const part of parts) expect(statSync(join(folder, part)).size, part).toBeLessThanOrEqual(80_000);
      expect(readdirSync(folder).sort()).toEqual(expected.sort());
      expect(statSync(join(folder, 'index.js')).size).toBeLessThanOrEqual(450_000);
    },
  );

  it('MIG-1 QR-2 what a function loads when it needs it works from its folder, without the tables that nobody asks for', () => {
    const { folder } = asset('local', flows.find(({ name }) => name === 'login') as FlowDeclaration);
    const script = `Promise.all([import('./gbk.cjs'), import('./browsers.cjs')]).then(([{ gbkBytes }, { browserOf }]) =>
      console.log(gbkBytes('密码Ａ1').toString('hex'), gbkBytes('😀'), browserOf('Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114.0.0.0')))`;
    const said = execFileSync(node, ['--input-type=commonjs', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toBe('c3dcc2eba3c131 undefined Chrome · HarmonyOS\n');
  });

  it.each(flows.filter(({ tables }) => !tables))(
    '$name has no tables and does not load a DynamoDB client',
    (flow) => {
      // What reads a stream converts its items, by functions of the SDK that need no client.
      expect(
        inputs(flow).filter((path) =>
          /@aws-sdk\/(?!util-dynamodb)|store\/dynamodb\/(client|tables)/.test(path),
        ),
      ).toEqual([]);
    },
  );

  it.each(flows.filter(({ tables }) => tables))(
    '$name has tables and brings the DynamoDB client along',
    (flow) => {
      const brought = inputs(flow);
      expect(brought.some((path) => path.includes('/@aws-sdk/client-dynamodb/'))).toBe(true);
      // Of the credential providers only two are in the bundle: environment and container endpoint.
      expect(
        brought.filter((path) =>
          /^node_modules\/.*(credential-provider-(ini|login|process|sso|web-identity)|nested-clients)/.test(
            path,
          ),
        ),
      ).toEqual([]);
    },
  );

  it.each(hashing)('$name carries an arm64 ELF binary where it is deployed', (flow) => {
    const header = readFileSync(join(asset('showcase', flow).folder, 'argon2.node')).subarray(0, 20);
    expect(header.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(header.readUInt16LE(18)).toBe(0xb7);
  });

  it('keeps source maps and the metafile out of the assets', () => {
    const directory = built.get('showcase')?.directory ?? '';
    for (const { name } of flows) expect(existsSync(join(directory, 'bundles', `${name}.js.map`))).toBe(true);
    expect(
      readFileSync(join(asset('showcase', flows[0] as FlowDeclaration).folder, 'index.js'), 'utf8'),
    ).not.toContain('sourceMappingURL');
  });

  long(
    'are the same bytes when nothing changed, in a process that bundles anew',
    async () => {
      const digest = (folder: string) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter(
            (file) =>
              file.endsWith('index.js') ||
              file.endsWith('.cjs') ||
              file.endsWith('.node') ||
              file.endsWith('openapi.json'),
          )
          .sort()
          .map(
            (file) =>
              `${file} ${createHash('sha256')
                .update(readFileSync(join(folder, file)))
                .digest('hex')}`,
          );
      // With another spelling of the folder the same sources are bundled again.
      const functionsDirectory = `${import.meta.dirname}/../../functions`;
      const again = await synthesizeStage('showcase', { functionsDirectory });
      expect(digest(again.directory)).toEqual(digest(built.get('showcase')?.directory ?? ''));
    },
    synthTimeout,
  );
});

function inputs(flow: FlowDeclaration): string[] {
  const path = join(built.get('showcase')?.directory ?? '', 'bundles/metafile.json');
  const metafile: Metafile = JSON.parse(readFileSync(path, 'utf8'));
  return bundledInputs(metafile, flow.name);
}
