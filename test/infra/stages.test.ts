import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { parseSettings } from '#contract/settings.ts';
import { tables } from '#contract/tables.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { flows } from '#flows/contracts.ts';
import { checkFlows } from '../../infra/checks.ts';
import { stageNames, stages } from '../../infra/config.ts';
import { hashingPool } from '../../infra/hashing-pool.ts';
import { resolveStage } from '../../infra/stage.ts';
import { synthesize } from '../../infra/synth.ts';
import { unsupportedIn, warningsOf } from '../../infra/warnings.ts';
import { type Assembly, assembly, synthesizeStage, synthTimeout, temporaryFolder } from './assembly.ts';

const infra = join(import.meta.dirname, '../../infra');

describe('partitions', () => {
  it(
    'has stages in both, and no ARN of partition aws in a template of aws-cn',
    async () => {
      expect(new Set(stageNames.map((name) => resolveStage(name, { rehearsal: true }).partition))).toEqual(
        new Set(['aws', 'aws-cn']),
      );
      const { templates, portal } = await assembly('prod');
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
      resolveStage('prod', { settings: { sms: { kind: 'aws', originationIdentity: 'pool-1' } } }),
    ).toThrow(/sms\.kind 'aws' needs AWS End User Messaging, which partition aws-cn does not offer/);
  });

  it('OPS-02 says at the synth what aws-cn lacks and what does its work there', () => {
    const said = unsupportedIn(resolveStage('prod', { rehearsal: true })).join('\n');
    for (const lack of ['ICP filing', 'CodePipeline', 'X-Ray', 'CloudFront metrics', 'access log'])
      expect(said).toContain(lack);
    expect(unsupportedIn(resolveStage('showcase', { rehearsal: true }))).toEqual([]);
    expect(readFileSync(join(infra, 'app.ts'), 'utf8')).toContain('unsupportedIn(stage)');
  });

  it('needs an own domain in aws-cn, with a certificate of that region, as the issuer', () => {
    const { domain, ...config } = stages.prod;
    expect(() => resolveStage('staging', { config: { ...config, domain: undefined } as object })).toThrow(
      /domain is required in partition aws-cn/,
    );
    expect(() =>
      resolveStage('prod', {
        config: {
          domain: { name: 'etax.example.cn', certificateArn: 'arn:aws:acm:us-east-1:1:certificate/x' },
        },
      }),
    ).toThrow(/certificateArn must be of partition aws-cn and region cn-north-1/);
    expect(() => resolveStage('prod', { issuer: 'https://other.example.cn' })).toThrow(
      /issuer must be https:\/\/etax/,
    );
    expect(domain?.name).toBe('etax.example.cn');
  });

  it('keeps prod in the mainland', () => {
    const { region, domain, settings } = stages.showcase;
    expect(() =>
      resolveStage('prod', { rehearsal: true, settings, config: { region, domain } as object }),
    ).toThrow(/region must be one of the China regions/);
  });

  it('refuses partitions nobody has thought through', () => {
    expect(() => resolveStage('dev', { config: { region: 'us-gov-west-1' } })).toThrow(
      /only partitions aws and aws-cn/,
    );
  });
});

/** The bureau's own values, as a person would enter them. */
const filled = (name: 'prod' | 'dev') => {
  const text = JSON.stringify(stages[name])
    .replaceAll('example.cn', 'ahtax.gov.cn')
    .replaceAll('111122223333', '345678901234')
    .replaceAll('1400000000', '1400567890')
    .replaceAll(
      '"ahtax-prod-audit-copy","account":"345678901234"',
      '"ahtax-prod-audit-copy","account":"456789012345"',
    )
    .replaceAll('00000000-0000-4000-8000-000000000000', '7c5a4b8e-1f0d-4c9a-9b57-0d9a6d2b8a11')
    .replaceAll('ASCA00000000000000000', 'ASCA3Q7YV2EXAMPLEKEY1')
    .replaceAll('"100001"', '"2100001"')
    .replaceAll('"100002"', '"2100002"')
    .replaceAll('"ruleId":"1"', '"ruleId":"27"');
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'app-1', alg: 'ES256', use: 'sig' };
  return {
    ...JSON.parse(text),
    account: '345678901234',
    channelKeys: { 'ahtax-app': [key], 'iit-app': [key] },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50, emails: ['oncall@ahtax.gov.cn'] },
  };
};

describe('stand-ins', () => {
  it.each(['dev', 'staging', 'prod', 'showcase'] as const)(
    'stop the synth of %s, each by its name',
    (name) => {
      const settings = [
        'settings.issuer',
        'domain.name',
        'domain.certificateArn',
        'portal.certificate',
        'account',
      ];
      let said = '';
      try {
        resolveStage(name);
      } catch (error) {
        said = String(error);
      }
      for (const setting of [
        ...settings,
        'settings.appDownloads.ahtax-app',
        'channelKeys.ahtax-app',
        'channelKeys.iit-app',
        'alarms.topicArn or alarms.emails',
        name === 'showcase' ? 'settings.sms.originationIdentity' : 'settings.sms.appId',
        'settings.face.ruleId',
      ])
        expect(said).toContain(setting);
      expect(said).toContain('-c rehearsal=true');
    },
  );

  it.each(['dev', 'prod'] as const)('are gone from %s once its own values stand there', (name) => {
    const config = filled(name);
    expect(resolveStage(name, { config }).standIns).toEqual([]);
    for (const missing of ['account', 'channelKeys'] as const)
      expect(() => resolveStage(name, { config: { ...config, [missing]: undefined } })).toThrow(missing);
    expect(() =>
      resolveStage(name, { config: { ...config, alarms: { errorPercent: 1, lockedInFiveMinutes: 1 } } }),
    ).toThrow('alarms.topicArn or alarms.emails');
    // A topic works only in its own region, and CloudFront's alarm of partition aws is in us-east-1.
    const partition = name === 'prod' ? 'aws-cn' : 'aws';
    const topicArn = `arn:${partition}:sns:${config.region}:345678901234:operations`;
    const asked = (more: object) => () =>
      resolveStage(name, {
        config: { ...config, alarms: { errorPercent: 1, lockedInFiveMinutes: 1, topicArn, ...more } },
      });
    if (name === 'prod') {
      expect(asked({})().standIns).toEqual([]);
      const cloudFrontTopicArn = 'arn:aws-cn:sns:us-east-1:345678901234:operations';
      expect(asked({ cloudFrontTopicArn })).toThrow(/aws-cn has no metrics of CloudFront/);
    } else {
      expect(asked({})).toThrow('alarms.cloudFrontTopicArn or alarms.emails');
      expect(asked({ cloudFrontTopicArn: topicArn })).toThrow(/topic in us-east-1/);
    }
  });

  it(
    'of a rehearsal are told in every template; a stage outside the mainland says whom it is not for',
    async () => {
      const said = async (stage: 'prod' | 'showcase') => {
        const { templates, portal } = await assembly(stage);
        return [...Object.values(templates), portal ?? ''].map((text) =>
          String(JSON.parse(text).Description),
        );
      };
      for (const text of await said('prod')) {
        expect(text).toContain('REHEARSAL');
        expect(text).not.toContain('NO REAL PERSON');
      }
      for (const text of await said('showcase')) expect(text).toMatch(/REHEARSAL.* FOR NO REAL PERSON/);
      expect(warningsOf(resolveStage('prod', { config: filled('prod') }))).toEqual([]);
      expect(stages.prod.region).toMatch(/^cn-/);
    },
    synthTimeout,
  );
});

describe('mistakes of whoever fills the settings in', () => {
  const alarms = filled('prod').alarms;
  it.each([
    ['account', { account: '3456-7890-1234' }, /account must be .* twelve digits/],
    ['region', { region: 'cn-nroth-1' }, /region must be cn-north-1 or cn-northwest-1/],
    ['architecture', { architecture: 'arm' }, /architecture must be arm64 or x86_64/],
    [
      'a certificate of another account',
      { account: '987654321098' },
      /domain\.certificateArn must be of the stage's account 987654321098/,
    ],
    [
      'domain',
      { domain: { name: 'https://etax.ahtax.gov.cn', certificateArn: '' } },
      /domain\.name must be a host name alone/,
    ],
    ['no certificate of the portal', { portal: { certificate: 7 } }, /portal\.certificate must be/],
    ['days of logs', { logRetentionDays: 45 }, /logRetentionDays must be one of .* 400/],
    ['throttling', { throttling: { requestsPerSecond: 0, burst: 1 } }, /throttling\.requestsPerSecond/],
    ['no second copy of the audit', { auditCopyBucket: undefined }, /auditCopyBucket is required/],
    [
      'a second copy in the same account',
      { auditCopyBucket: { name: 'copy', account: '345678901234' } },
      /auditCopyBucket\.account must be another account/,
    ],
    [
      'a bucket by its ARN',
      { auditCopyBucket: { name: 'arn:aws-cn:s3:::copy', account: '456789012345' } },
      /auditCopyBucket\.name must be the name of a bucket/,
    ],
    ['no pool', { concurrency: undefined }, /concurrency is required/],
    [
      'quota',
      { concurrency: { account: 1000.5, hashing: 1 } },
      /concurrency\.account must be a whole number/,
    ],
    ['share of failures', { alarms: { ...alarms, errorPercent: '1' } }, /errorPercent must be a number/],
    ['address', { alarms: { ...alarms, emails: ['oncall'] } }, /alarms\.emails\.0 must be a mail address/],
    [
      'a topic of another region',
      { alarms: { ...alarms, topicArn: 'arn:aws-cn:sns:cn-northwest-1:345678901234:x' } },
      /alarms\.topicArn must be .* region cn-north-1/,
    ],
  ])('OPS-01 %s: stop the synth by the name of the setting', (_what, wrong, sentence) => {
    expect(() => resolveStage('prod', { config: { ...filled('prod'), ...wrong } as object })).toThrow(
      sentence,
    );
  });

  it('OPS-01 a number of another account stops the synth too: the boundary allows sending by none', () => {
    const { settings, ...config } = filled('dev');
    const originationIdentity = 'arn:aws:sms-voice:ap-southeast-1:987654321098:pool/pool-1';
    const sms = { kind: 'aws', originationIdentity };
    expect(() => resolveStage('dev', { config: { ...config, settings: { ...settings, sms } } })).toThrow(
      /originationIdentity must be of the stage's account 345678901234/,
    );
  });
});

describe('hashing pool', () => {
  const pool = (account: number, hashing: number) =>
    hashingPool({ name: 'prod', concurrency: { account, hashing } }, flows);

  it('PWD-02 divides the stage’s sum among the functions that hash for requests, most of it for logins', () => {
    const parts = pool(1000, 420);
    expect([...parts.keys()].sort()).toEqual(
      flows
        .filter(({ hashesPasswords, routes }) => hashesPasswords && routes)
        .map(({ name }) => name)
        .sort(),
    );
    const sum = [...parts.values()].reduce((all, part) => all + part, 0);
    expect(sum).toBeLessThanOrEqual(420);
    expect(parts.get('login')).toBe(Math.max(...parts.values()));
  });

  it('PWD-02 stops the synth where the account cannot hold it, and where it is too small', () => {
    expect(() => pool(1000, 901)).toThrow(/quota of 1000: Lambda keeps 100 unreserved, so at most 900/);
    expect(pool(1000, 900).size).toBeGreaterThan(0);
    expect(() => pool(1000, 5)).toThrow(/too small/);
    expect(hashingPool({ name: 'dev' }, flows).size).toBe(0);
  });

  it('stands in docs/operations.md as it is divided', () => {
    const page = readFileSync(join(infra, '../docs/operations.md'), 'utf8');
    for (const [name, calls] of hashingPool(resolveStage('prod', { rehearsal: true }), flows))
      expect(page).toContain(`| \`${name}\` | ${calls} |`);
  });
});

describe('the first deployment', () => {
  it(
    'protects nothing from deletion, so that it can be taken back; every later one of prod does',
    async () => {
      const lasting = Object.entries(tables).filter(([, { keeps }]) => keeps !== 'passing');
      const protectedTables = ({ of }: Assembly) =>
        of('AWS::DynamoDB::Table').filter(({ Properties }) => Properties.DeletionProtectionEnabled === true);
      const stackProtection = ({ directory }: Assembly) =>
        Object.values<{ type: string; properties: { terminationProtection?: boolean } }>(
          JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')).artifacts,
        )
          .filter(({ type }) => type === 'aws:cloudformation:stack')
          .map(({ properties }) => properties.terminationProtection === true);
      const [first, later] = [await synthesizeStage('prod', { first: true }), await assembly('prod')];
      expect(protectedTables(first)).toEqual([]);
      expect(stackProtection(first)).not.toContain(true);
      expect(protectedTables(later)).toHaveLength(lasting.length);
      expect(stackProtection(later)).not.toContain(false);
      expect(stackProtection(later).length).toBeGreaterThan(5);
      expect(JSON.parse(first.templates.data).Description).toContain('FIRST DEPLOYMENT');
      // A resource that has a fixed name and is kept must be deleted if its creation fails.
      for (const { DeletionPolicy } of later.resources) expect(DeletionPolicy).not.toBe('Retain');
    },
    synthTimeout,
  );

  it(
    'makes `root` once: another generator block would make CloudFormation write a new root, and lose everybody',
    async () => {
      const root = (await assembly('prod'))
        .of('AWS::SecretsManager::Secret')
        .find(({ Properties }) => Properties.Name === 'ahtax-prod/root');
      expect(root?.Properties.GenerateSecretString).toEqual({
        ExcludePunctuation: true,
        GenerateStringKey: '1',
        PasswordLength: 64,
        SecretStringTemplate: '{}',
      });
    },
    synthTimeout,
  );
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
      synthesize({ stage: 'dev', rehearsal: true, outdir: temporaryFolder(), ...(overrides as object) }),
    ).rejects.toThrow(name);
  });

  it.each(['argon2MemoryKiB', 'argon2Iterations'])(
    'PWD-3 never make hashes cheaper by %s, except in stage local, which is never deployed',
    (name) => {
      const policies = { [name]: defaultPolicies[name as 'argon2Iterations'] - 1 };
      for (const stage of ['dev', 'staging', 'prod', 'showcase'])
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
    expect(() => resolveStage('showcase', { settings: { sms: { kind: 'outbox' } } })).toThrow(
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
    expect(() =>
      resolveStage('showcase', { settings: { sms: { kind: 'aws', originationIdentity } } }),
    ).toThrow(/sms\.originationIdentity must be the ARN/);
  });

  it('travel with the policies that differ from the defaults, and mean the same on arrival', () => {
    const { settings, settingsJson } = resolveStage('dev', {
      rehearsal: true,
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
    const staging = resolveStage('staging', { rehearsal: true }).settings;
    expect(() => checkFlows([flow({ gateways: ['sms'] })], staging)).toThrow(/without the secret providers/);
    expect(() => checkFlows([flow({ gateways: ['sms'] })], settings)).not.toThrow();
  });
});
