import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { parseRelyingParties, type RelyingPartyInput } from '#contract/relying-parties.ts';
import {
  type ChannelKeys,
  channelKeysSchema,
  parseSettings,
  type Settings,
  type SettingsInput,
} from '#contract/settings.ts';
import { defaultAudiences, defaultMatters } from '#domain/factors/matters.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { type StageConfig, type StageName, stageNames, stages } from './config.ts';
import { configFaults } from './stage-shape.ts';
import { standIns } from './stand-ins.ts';

export type Partition = 'aws' | 'aws-cn';
export type Architecture = 'arm64' | 'x86_64';

/**
 * What a caller of the synth may change for one run: the local runtime's address, keys made at the start, values for
 * tests.
 */
export interface StageOverrides {
  readonly issuer?: string | undefined;
  readonly channelKeys?: ChannelKeys | undefined;
  readonly relyingParties?: readonly RelyingPartyInput[] | undefined;
  readonly policies?: SettingsInput['policies'];
  readonly settings?: Partial<SettingsInput> | undefined;
  readonly config?: Partial<StageConfig> | undefined;
  /** Stand-ins of infra/config.ts are accepted, and every template says so. */
  readonly rehearsal?: boolean | undefined;
  /** The first deployment: nothing is protected from deletion yet, so that a failed one can be undone. */
  readonly first?: boolean | undefined;
}

/** A checked stage: later code need not check it again. */
export interface Stage
  extends Omit<StageConfig, 'settings' | 'architecture' | 'channelKeys' | 'relyingParties'> {
  readonly name: StageName;
  readonly partition: Partition;
  readonly architecture: Architecture;
  readonly settings: Settings;
  /** The settings as the functions get them: policies only where they differ from the defaults. */
  readonly settingsJson: string;
  readonly channelKeysJson: string;
  readonly first: boolean;
  /** The settings that are still stand-ins; empty except in a rehearsal and in stage local. */
  readonly standIns: readonly string[];
  /** The file `relying-parties.json` (SSO-1). */
  readonly relyingPartiesJson: string;
}

export const hostArchitecture = (): Architecture => (process.arch === 'arm64' ? 'arm64' : 'x86_64');

export function isStageName(name: unknown): name is StageName {
  return (stageNames as readonly unknown[]).includes(name);
}

/** Reads and checks one stage. Throws an Error that names the wrong setting or says what the partition lacks. */
export function resolveStage(name: unknown, overrides: StageOverrides = {}): Stage {
  if (!isStageName(name))
    throw new Error(`Unknown stage ${String(name)}: choose one of ${stageNames.join(', ')}.`);
  const config = { ...stages[name], ...overrides.config };
  const input: SettingsInput = {
    ...config.settings,
    ...overrides.settings,
    stage: name,
    issuer: overrides.issuer ?? overrides.settings?.issuer ?? config.settings.issuer,
    policies: { ...config.settings.policies, ...overrides.settings?.policies, ...overrides.policies },
  };
  const settings = parseSettings(input);
  const partition = partitionOf(config.region);
  refuse(name, partition, config, settings);
  const channelKeys = overrides.channelKeys ?? config.channelKeys ?? {};
  const found = name === 'local' ? [] : standIns({ ...config, settings: input }, channelKeys);
  if (found.length > 0 && !overrides.rehearsal)
    throw new Error(
      `Stage ${name} still has stand-ins: ${found.join(', ')}. Put the bureau's own into infra/config.ts, or rehearse with -c rehearsal=true.`,
    );
  const { account, auditCopyBucket, codeSigningConfigArn, concurrency, custodians, domain, portal } = config;
  return {
    name,
    partition,
    region: config.region,
    architecture: config.architecture === 'host' ? hostArchitecture() : config.architecture,
    settings,
    settingsJson: JSON.stringify({
      ...settings,
      policies: changedPolicies(settings),
      matters: unlessDefault(settings.matters, defaultMatters),
      audiences: unlessDefault(settings.audiences, defaultAudiences),
    }),
    channelKeysJson: JSON.stringify(parseChannelKeys(channelKeys)),
    relyingPartiesJson: JSON.stringify(
      parseRelyingParties(overrides.relyingParties ?? config.relyingParties ?? [], {
        issuer: settings.issuer,
        sectors: settings.audiences.map(({ code }) => code),
        matters: settings.matters.map(({ code }) => code),
        plainHttp: name === 'local',
      }),
    ),
    logRetentionDays: config.logRetentionDays,
    throttling: config.throttling,
    alarms: config.alarms,
    first: overrides.first ?? false,
    standIns: found,
    ...(account ? { account } : {}),
    ...(auditCopyBucket ? { auditCopyBucket } : {}),
    ...(codeSigningConfigArn ? { codeSigningConfigArn } : {}),
    ...(custodians ? { custodians } : {}),
    ...(domain ? { domain } : {}),
    ...(portal ? { portal } : {}),
    ...(concurrency ? { concurrency } : {}),
  };
}

function partitionOf(region: string): Partition {
  if (/^cn-/.test(region)) return 'aws-cn';
  if (/^us-(gov|iso)/.test(region) || !/^[a-z]{2}-[a-z]+-\d$/.test(region))
    throw new Error(`Wrong region ${region}: only partitions aws and aws-cn are supported.`);
  return 'aws';
}

function changedPolicies({ policies }: Settings): Record<string, unknown> {
  const defaults: Record<string, unknown> = defaultPolicies;
  return Object.fromEntries(Object.entries(policies).filter(([name, value]) => value !== defaults[name]));
}

/** A list that equals the default need not travel in the 4 KB of environment; functions know the default. */
const unlessDefault = <T>(value: T, initial: unknown): T | undefined =>
  isDeepStrictEqual(value, initial) ? undefined : value;

function parseChannelKeys(keys: ChannelKeys): unknown {
  const result = v.safeParse(channelKeysSchema, keys);
  if (result.success) return result.output;
  const wrong = result.issues.map((issue) => `channelKeys.${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(`Wrong settings: ${wrong.join('; ')}`);
}

/** Refuses combinations of settings that are wrong although each setting by itself is well-formed. */
function refuse(name: StageName, partition: Partition, config: StageConfig, settings: Settings): void {
  const no = (sentence: string): never => {
    throw new Error(`Stage ${name}: ${sentence}`);
  };
  const wrong = configFaults(config);
  if (wrong.length > 0) no(`${wrong.join('; ')}.`);
  const { domain, architecture } = config;
  if (name !== 'local' && !settings.issuer.startsWith('https://')) no('issuer must be an https origin.');
  if (name === 'prod' && partition !== 'aws-cn')
    no(
      'region must be one of the China regions: real people’s documents stay in the mainland (docs/data-residency.md).',
    );
  if (partition === 'aws-cn') {
    if (settings.sms.kind === 'aws')
      no(
        "sms.kind 'aws' needs AWS End User Messaging, which partition aws-cn does not offer; choose tencent or alibaba.",
      );
    if (!domain) no('domain is required in partition aws-cn: an own (ICP-filed) name and its certificate.');
  }
  const isOurs = (arn: string, service: string) =>
    arn.startsWith(`arn:${partition}:${service}:${config.region}:`);
  if (settings.sms.kind === 'aws' && !isOurs(settings.sms.originationIdentity, 'sms-voice'))
    no(
      `sms.originationIdentity must be the ARN of a phone number, sender id or pool in region ${config.region}: sending is granted on it.`,
    );
  if (domain) {
    if (!isOurs(domain.certificateArn, 'acm'))
      no(`domain.certificateArn must be of partition ${partition} and region ${config.region}.`);
    if (settings.issuer !== `https://${domain.name}`)
      no(`issuer must be https://${domain.name}, the domain's own origin.`);
  }
  const foreign = config.custodians?.find(
    (arn) => !new RegExp(`^arn:${partition}:iam::\\d{12}:role/.+$`).test(arn),
  );
  if (foreign !== undefined)
    no(`custodians must be ARNs of roles of partition ${partition}, not ${foreign}.`);
  if (config.codeSigningConfigArn && !isOurs(config.codeSigningConfigArn, 'lambda'))
    no(`codeSigningConfigArn must be of partition ${partition} and region ${config.region}.`);
  const { topicArn, cloudFrontTopicArn } = config.alarms;
  if (topicArn && !isOurs(topicArn, 'sns'))
    no(
      `alarms.topicArn must be the ARN of an SNS topic of partition ${partition} and region ${config.region}, where the alarms are.`,
    );
  if (cloudFrontTopicArn && partition !== 'aws')
    no('alarms.cloudFrontTopicArn: partition aws-cn has no metrics of CloudFront to tell of.');
  if (cloudFrontTopicArn && !/^arn:[\w-]+:sns:us-east-1:/.test(cloudFrontTopicArn))
    no('alarms.cloudFrontTopicArn must be the ARN of an SNS topic in us-east-1, where the alarm is.');
  refusePortal(partition, config, no);
  if (name === 'prod' && !config.concurrency)
    no('concurrency is required: what guesses passwords must not eat the account’s calls at once (PWD-02).');
  if (name === 'prod' && !config.auditCopyBucket)
    no(
      'auditCopyBucket is required: the audit’s second copy must be where nobody of this account can reach it (AUD-1).',
    );
  if (config.auditCopyBucket && config.auditCopyBucket.account === config.account)
    no(
      'auditCopyBucket.account must be another account than the stage’s: whoever takes this one over takes both.',
    );
  if (name === 'local') return;
  if (architecture === 'host') no("architecture 'host' is only for stage local.");
  if (settings.sms.kind === 'outbox')
    no("sms.kind 'outbox' is the local runtime's: a deployed stack has no address for it.");
  if (settings.face.kind === 'simulator')
    no("face.kind 'simulator' is the local runtime's: a deployed stack has no address for it.");
}

/** In each partition CloudFront is in another place and uses another store of certificates. */
function refusePortal(
  partition: Partition,
  { domain, portal }: StageConfig,
  no: (sentence: string) => never,
): void {
  if (!portal) return;
  const { certificate, priceClass, countries } = portal;
  if (!domain) no('portal needs a domain: pages and API share one origin, which the issuer names.');
  if (partition === 'aws' && !certificate.startsWith(`arn:${partition}:acm:us-east-1:`))
    no(
      'portal.certificate must be the ARN of an ACM certificate in us-east-1, where CloudFront looks for it.',
    );
  if (partition === 'aws-cn' && !/^ASCA[A-Z0-9]+$/.test(certificate))
    no(
      'portal.certificate must be the id of an IAM server certificate (ASCA…): CloudFront in partition aws-cn does not know ACM.',
    );
  if (partition === 'aws-cn' && (priceClass ?? 'PriceClass_All') !== 'PriceClass_All')
    no('portal.priceClass: partition aws-cn offers PriceClass_All only.');
  const wrong = countries?.find((country) => !/^[A-Z]{2}$/.test(country));
  if (wrong !== undefined || countries?.length === 0)
    no(`portal.countries must be two-letter country codes such as CN${wrong ? `, not ${wrong}` : ''}.`);
}
