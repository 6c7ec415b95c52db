import type { ChannelKeys, SettingsInput } from '#contract/settings.ts';

/** The stages. `prod` is for a region of partition aws, `prodcn` for the China regions (partition aws-cn). */
export const stageNames = ['local', 'dev', 'staging', 'prod', 'prodcn'] as const;
export type StageName = (typeof stageNames)[number];

export interface StageConfig {
  /** What travels to the functions; see shared/contract/settings.ts. `stage` is filled in from the stage's name. */
  readonly settings: Omit<SettingsInput, 'stage'>;
  readonly region: string;
  /** Left out: whatever account the deployment's credentials belong to. */
  readonly account?: string;
  /** `host` is this machine's architecture: only for stage local, where the bundles run here. */
  readonly architecture: 'arm64' | 'x86_64' | 'host';
  /** Own domain of the API; its default address is then switched off. Required in aws-cn. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** Days; one of the values CloudWatch Logs knows. */
  readonly logRetentionDays: number;
  /** Requests of all callers together, the last line behind the budgets per address (LGN-12). */
  readonly throttling: { readonly requestsPerSecond: number; readonly burst: number };
  /** Reserved concurrency of each function that hashes passwords, so that guessing can't eat the account's (PWD-02). */
  readonly hashingConcurrency?: number;
  /** Public keys of the channels (CHN-1). */
  readonly channelKeys?: ChannelKeys;
  readonly alarms: {
    /** SNS topic that is told; without one the alarms only show. */
    readonly topicArn?: string;
    /** Failed share of calls in five minutes. */
    readonly errorPercent: number;
    /** Answers ACCOUNT_LOCKED in five minutes that look like an attack on many (AUTH-01). */
    readonly lockedInFiveMinutes: number;
  };
}

const tencentSms = {
  kind: 'tencent',
  region: 'ap-guangzhou',
  appId: '1400000000',
  signName: '安徽省电子税务局',
  templates: { code: '100001', notice: '100002' },
} as const;
const tencentFace = { kind: 'tencent', region: 'ap-guangzhou', ruleId: '1' } as const;

/**
 * Names under example.cn, the certificate's account and the providers' numbers are stand-ins: put the bureau's own
 * here before the first deployment. Nothing in this file is secret; credentials go to the secret `providers`.
 */
export const stages: Readonly<Record<StageName, StageConfig>> = {
  local: {
    settings: { issuer: 'http://127.0.0.1:3000', sms: { kind: 'outbox' }, face: { kind: 'simulator' } },
    region: 'ap-southeast-1',
    architecture: 'host',
    logRetentionDays: 1,
    throttling: { requestsPerSecond: 10_000, burst: 5_000 },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  dev: {
    settings: { issuer: 'https://dev.etax.example.cn', sms: tencentSms, face: tencentFace },
    region: 'ap-southeast-1',
    architecture: 'arm64',
    logRetentionDays: 7,
    throttling: { requestsPerSecond: 50, burst: 100 },
    alarms: { errorPercent: 5, lockedInFiveMinutes: 50 },
  },
  staging: {
    settings: { issuer: 'https://staging.etax.example.cn', sms: tencentSms, face: tencentFace },
    region: 'ap-southeast-1',
    architecture: 'arm64',
    logRetentionDays: 30,
    throttling: { requestsPerSecond: 500, burst: 1_000 },
    hashingConcurrency: 20,
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  prod: {
    settings: {
      issuer: 'https://etax.example.cn',
      sms: {
        kind: 'aws',
        originationIdentity: 'arn:aws:sms-voice:ap-southeast-1:111122223333:sender-id/AHTAX/CN',
      },
      face: tencentFace,
    },
    region: 'ap-southeast-1',
    architecture: 'arm64',
    logRetentionDays: 400,
    throttling: { requestsPerSecond: 2_000, burst: 4_000 },
    hashingConcurrency: 200,
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  prodcn: {
    settings: { issuer: 'https://etax.example.cn', sms: tencentSms, face: tencentFace },
    region: 'cn-north-1',
    architecture: 'arm64',
    domain: {
      name: 'etax.example.cn',
      certificateArn:
        'arn:aws-cn:acm:cn-north-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    logRetentionDays: 400,
    throttling: { requestsPerSecond: 2_000, burst: 4_000 },
    hashingConcurrency: 200,
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
};
