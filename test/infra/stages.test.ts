import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { parseSettings } from '#contract/settings.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { checkFlows } from '../../infra/checks.ts';
import { stageNames, stages } from '../../infra/config.ts';
import { resolveStage } from '../../infra/stage.ts';
import { synthesize } from '../../infra/synth.ts';
import { assembly, synthesizeStage, synthTimeout, temporaryFolder } from './assembly.ts';

const infra = join(import.meta.dirname, '../../infra');

describe('partitions', () => {
  it(
    'has stages in both, and no ARN of partition aws in a template of aws-cn',
    async () => {
      expect(new Set(stageNames.map((name) => resolveStage(name).partition))).toEqual(
        new Set(['aws', 'aws-cn']),
      );
      const { templates, portal } = await assembly('prodcn');
      for (const text of [...Object.values(templates), portal]) expect(text).not.toContain('arn:aws:');
    },
    synthTimeout,
  );

  it('names the partition nowhere in the code but in the stage settings', () => {
    const sources = readdirSync(infra, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && file !== 'config.ts' && !file.startsWith('local/'),
    );
    expect(sources.length).toBeGreaterThan(10);
    for (const file of sources) expect(readFileSync(join(infra, file), 'utf8')).not.toMatch(/arn:aws(-cn)?:/);
  });

  it('refuses what aws-cn does not offer, in a sentence', () => {
    expect(() =>
      resolveStage('prodcn', { settings: { sms: { kind: 'aws', originationIdentity: 'pool-1' } } }),
    ).toThrow(/sms\.kind 'aws' needs AWS End User Messaging, which partition aws-cn does not offer/);
  });

  it('needs an own domain in aws-cn, with a certificate of that region, as the issuer', () => {
    const { domain, ...config } = stages.prodcn;
    expect(() => resolveStage('staging', { config: { ...config, domain: undefined } as object })).toThrow(
      /domain is required in partition aws-cn/,
    );
    expect(() =>
      resolveStage('prodcn', {
        config: {
          domain: { name: 'etax.example.cn', certificateArn: 'arn:aws:acm:us-east-1:1:certificate/x' },
        },
      }),
    ).toThrow(/certificateArn must be of partition aws-cn and region cn-north-1/);
    expect(() => resolveStage('prodcn', { issuer: 'https://other.example.cn' })).toThrow(
      /issuer must be https:\/\/etax/,
    );
    expect(domain?.name).toBe('etax.example.cn');
  });

  it('refuses partitions nobody has thought through', () => {
    expect(() => resolveStage('dev', { config: { region: 'us-gov-west-1' } })).toThrow(
      /only partitions aws and aws-cn/,
    );
  });
});

describe('settings', () => {
  it.each([
    ['smsPerWindow', { policies: { smsPerWindow: 0 } }],
    ['lockoutFailures', { policies: { lockoutFailures: 2.5 } }],
    ['issuer', { issuer: 'etax.example.cn' }],
    ['legacyUntil', { settings: { legacyUntil: 'next summer' } }],
    [
      'sms.templates.code',
      { settings: { sms: { ...stages.staging.settings.sms, templates: { code: '', notice: '1' } } } },
    ],
    ['channelKeys.web', { channelKeys: { web: [{ kty: 'RSA' }] } }],
  ])('stop the synth and name %s when it is wrong', async (name, overrides) => {
    await expect(
      synthesize({ stage: 'dev', outdir: temporaryFolder(), ...(overrides as object) }),
    ).rejects.toThrow(name);
  });

  it.each(['argon2MemoryKiB', 'argon2Iterations'])(
    'PWD-3 never make hashes cheaper by %s, except in stage local, which is never deployed',
    (name) => {
      const policies = { [name]: defaultPolicies[name as 'argon2Iterations'] - 1 };
      for (const stage of ['dev', 'staging', 'prod', 'prodcn'])
        expect(() => resolveStage(stage, { policies })).toThrow(`policies.${name}: at least`);
      expect(resolveStage('local', { policies }).settings.policies).toMatchObject(policies);
    },
  );

  it('stop the synth when a setting or stage does not exist', async () => {
    const policies = { smsPerWeek: 3 } as object;
    await expect(synthesize({ stage: 'dev', outdir: temporaryFolder(), policies })).rejects.toThrow(
      'smsPerWeek',
    );
    await expect(synthesize({ stage: 'test', outdir: temporaryFolder() })).rejects.toThrow(
      /Unknown stage test: choose/,
    );
  });

  it('refuse the local stand-ins for providers, and http, in every deployed stage', () => {
    expect(() => resolveStage('prod', { settings: { sms: { kind: 'outbox' } } })).toThrow(
      /sms\.kind 'outbox'/,
    );
    expect(() => resolveStage('dev', { settings: { face: { kind: 'simulator' } } })).toThrow(
      /face\.kind 'simulator'/,
    );
    expect(() => resolveStage('dev', { issuer: 'http://etax.example.cn' })).toThrow(/https origin/);
    expect(resolveStage('local', { issuer: 'http://127.0.0.1:1' }).settings.issuer).toBe(
      'http://127.0.0.1:1',
    );
  });

  it('grants sending on one originator, so its ARN has to be of the region', () => {
    const originationIdentity = 'arn:aws:sms-voice:us-east-1:111122223333:pool/pool-1';
    expect(() => resolveStage('prod', { settings: { sms: { kind: 'aws', originationIdentity } } })).toThrow(
      /sms\.originationIdentity must be the ARN/,
    );
  });

  it('travel with the policies that differ from the defaults, and mean the same on arrival', () => {
    const { settings, settingsJson } = resolveStage('dev', {
      policies: { smsPerWindow: 3, challengeAfter: null, oneWebSession: defaultPolicies.oneWebSession },
    });
    expect(JSON.parse(settingsJson).policies).toEqual({ smsPerWindow: 3, challengeAfter: null });
    expect(parseSettings(JSON.parse(settingsJson))).toEqual(settings);
  });

  it(
    'that fill the environment beyond 4 KB stop the synth with the flow and the size',
    async () => {
      const appDownloads = { ios: 'x'.repeat(4000) };
      await expect(synthesizeStage('dev', { settings: { appDownloads } })).rejects.toThrow(
        /Flow \S+: its environment takes \d{4} bytes, Lambda allows 4096/,
      );
    },
    synthTimeout,
  );
});

describe('contracts', () => {
  const settings = resolveStage('local').settings;
  const route = { method: 'GET', path: '/v1/a', access: 'public', summary: 's', answers: {} } as const;
  const flow = (more: Partial<FlowDeclaration>): FlowDeclaration => ({ name: 'fine', summary: 's', ...more });

  it.each([
    ['two flows of one name', [flow({}), flow({})], /fine: the name is taken/],
    [
      'one route twice',
      [flow({ routes: { a: route } }), flow({ name: 'b', routes: { a: route } })],
      /GET \/v1\/a belongs to fine/,
    ],
    ['a route of this machine', [flow({ routes: { a: { ...route, path: '/local/x' } } })], /\/local/],
    ['an unknown index', [flow({ tables: { 'Users/byPhone': ['Query'] } })], /Users has no index byPhone/],
    ['writing to an index', [flow({ tables: { 'Lockouts/sweep': ['PutItem'] } })], /only be queried/],
    [
      'an answer after API Gateway gave up',
      [flow({ timeoutSeconds: 60, routes: { a: route } })],
      /within 28 s/,
    ],
    [
      'rotating an undeclared secret',
      [flow({ trigger: { kind: 'rotation', secrets: [{ secret: 'signing', everyDays: 1 }] } })],
      /rotates signing/,
    ],
  ] as const)('are refused for %s', (_what, wrong, message) => {
    expect(() => checkFlows(wrong as readonly FlowDeclaration[], settings)).toThrow(message);
  });

  it('are refused for a gateway whose provider wants credentials the flow may not read', () => {
    const staging = resolveStage('staging').settings;
    expect(() => checkFlows([flow({ gateways: ['sms'] })], staging)).toThrow(/without the secret providers/);
    expect(() => checkFlows([flow({ gateways: ['sms'] })], settings)).not.toThrow();
  });
});
