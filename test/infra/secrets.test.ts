import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';
import { readAssembly } from '../../infra/local/template/assembly.ts';
import { readModel } from '../../infra/local/template/model.ts';
import { resolveStage } from '../../infra/stage.ts';
import { list, readable, statementsOf, synthesizeStage, synthTimeout } from './assembly.ts';

const root = join(import.meta.dirname, '../..');

/** The flows that could try all documents and phones. A flow that is added here needs a reason. */
const readersOfRoot = [
  'account',
  'agency',
  'authorizations',
  'channel-relations',
  'channel-scan',
  'channel-sso',
  'clients',
  'deregistration',
  'hall',
  'legacy',
  'login',
  'password-reset',
  'phone-recovery',
  'phones',
  'registration',
  'registry-feed',
  'session',
  'staff',
  'verification',
];

describe('secrets', () => {
  /** The modules that the bundle of a flow's function really contains, not minified. */
  const modules = new Map<string, string[]>();
  beforeAll(async () => {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: flows.map(({ name }) => ({ in: `functions/${name}/handler.ts`, out: name })),
      outdir: join(root, 'unminified'),
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'silent',
    });
    for (const { path, text } of outputFiles)
      modules.set(
        path.split('/').at(-1)?.replace('.js', '') ?? '',
        text
          .split(/^(?=\/\/ \S+\.ts$)/m)
          // Without the modules that every flow has: a step must use them itself.
          .filter((part) => !/^\/\/ shared\/(http\/caller|runtime\/context)\.ts/.test(part)),
      );
  }, synthTimeout);
  const uses = ({ name }: FlowDeclaration, part: string): boolean =>
    modules.get(name)?.some((text) => new RegExp(`\\bctx\\d*\\.${part}\\b`).test(text)) ?? false;

  it('SEC-01 gives `root` to the flows that are listed here, each of which makes keys of personal fields', () => {
    const named = flows.filter(({ secrets }) => secrets?.includes('root')).map(({ name }) => name);
    expect(named.sort()).toEqual(readersOfRoot);
    expect(flows.filter((flow) => uses(flow, 'keys')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(named),
    );
    expect(named).toEqual(
      expect.arrayContaining(flows.filter((flow) => uses(flow, 'keys')).map(({ name }) => name)),
    );
  });

  it('SEC-01 gives `handles` to the flows that hand something out, or take it back, and to no other', () => {
    for (const flow of flows) {
      const refreshes = Object.values(flow.routes ?? {}).some(({ access }) => access === 'refresh');
      expect([flow.name, flow.secrets?.includes('handles') ?? false]).toEqual([
        flow.name,
        refreshes || uses(flow, 'handles'),
      ]);
    }
  });

  it('SEC-01 takes keys from the context by its name alone, so that the two tests above see them', () => {
    const sources = flows.flatMap(({ name }) => modules.get(name) ?? []).join('\n');
    expect(sources).not.toMatch(/\{[^{}]*\b(keys|handles)\b[^{}]*\} = ctx\d*;/);
  });

  it(
    'SEC-01 lets the custodians of a stage read too, roles of its own partition',
    async () => {
      const custodian = 'arn:aws:iam::345678901234:role/key-custodian';
      const built = await synthesizeStage('dev', { config: { custodians: [custodian] } });
      for (const policy of built.of('AWS::SecretsManager::ResourcePolicy'))
        expect(JSON.stringify(policy.Properties)).toContain(custodian);
      // These people read only the copy; only the functions can use the data key.
      for (const key of built.of('AWS::KMS::Key'))
        for (const { Condition } of statementsOf(key))
          expect(
            list(Condition as object[])
              .map(readable)
              .join(),
          ).not.toContain(custodian);
      expect(() => resolveStage('prod', { rehearsal: true, config: { custodians: [custodian] } })).toThrow(
        /custodians must be ARNs of roles of partition aws-cn/,
      );
    },
    synthTimeout,
  );

  it('SEC-01 lets the data key unwrap for its readers only, as the local runtime judges it', () => {
    const { keys, functions } = readModel(readAssembly(inject('stageDir')));
    const dataKey = keys.find(({ aliases }) => aliases.includes('alias/ahtax-local-data'));
    const roleOf = (name: string) => functions.find(({ shortName }) => shortName === name)?.roleArn ?? '';
    const may = (role: string, action: string, purpose = 'sealing') =>
      dataKey?.policy?.allows(
        { action, resource: dataKey.arn },
        { 'aws:PrincipalArn': role, 'kms:EncryptionContext:purpose': purpose },
      );
    expect(may(roleOf('login'), 'kms:Decrypt')).toBe(true);
    expect(may(roleOf('login'), 'kms:Decrypt', 'other')).toBe(false);
    expect(may(roleOf('login'), 'kms:GenerateDataKey')).toBe(false);
    expect(may(roleOf('key-rotation'), 'kms:GenerateDataKey')).toBe(true);
    for (const other of [roleOf('challenge'), 'arn:aws:iam::000000000000:role/administrator'])
      expect(may(other, 'kms:Decrypt')).toBe(false);
  });

  it('DATA-01 changes no label of a key: another one would lose every person', () => {
    const text = readFileSync(join(root, 'shared/crypto/keys.ts'), 'utf8');
    for (const label of [
      'index/1',
      'pepper/',
      'pseudonym/1',
      'refresh/1',
      'sms-code/1',
      'challenge/1',
      'address/1',
    ])
      expect(text).toContain(label);
  });
});
