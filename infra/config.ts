import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import type { ChannelKeys, SettingsInput } from '#contract/settings.ts';

/**
 * The stages. Real people's documents stay in the mainland: `staging` and `prod` are in the China regions (partition
 * aws-cn). `dev` and `showcase` are in a region of partition aws, for made-up people only (docs/data-residency.md).
 */
export const stageNames = ['local', 'dev', 'staging', 'prod', 'showcase'] as const;
export type StageName = (typeof stageNames)[number];

export interface StageConfig {
  /** The settings that functions get; see shared/contract/settings.ts. `stage` is added from the stage's name. */
  readonly settings: Omit<SettingsInput, 'stage'>;
  readonly region: string;
  /** Absent: the account of the deployment's credentials. */
  readonly account?: string;
  /** `host` is this machine's architecture: only for stage local, where the bundles run here. */
  readonly architecture: 'arm64' | 'x86_64' | 'host';
  /**
   * The own domain of portal and API, which is also the issuer. The certificate is the API's, in the stage's region.
   * With a domain the API's default address is switched off. Required in aws-cn and for the portal.
   */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** The pages, and CloudFront in front of pages and API. Absent: only the API, as in stage local. */
  readonly portal?: PortalConfig;
  /** Days; one of the values that CloudWatch Logs accepts. */
  readonly logRetentionDays: number;
  /** Limits for the requests of all callers together; the budgets per address come before it (LGN-12). */
  readonly throttling: { readonly requestsPerSecond: number; readonly burst: number };
  /**
   * Limits that keep password guessing from using up the account's concurrency (PWD-02); absent: nothing is reserved.
   */
  readonly concurrency?: Concurrency;
  /**
   * ARNs of roles that may read the secrets in addition to the functions: the people who keep the bureau's copy of
   * `root` and add a version. Absent: nobody.
   */
  readonly custodians?: readonly string[];
  /**
   * ARN of a code signing configuration of Lambda, which refuses code without a signature of its signers, or warns of
   * it. The bundles must then be signed in the asset bucket between synth and deployment; nothing here does that.
   * Absent: none.
   */
  readonly codeSigningConfigArn?: string;
  /**
   * AUD-1: the bucket of another account in which the audit's second copy is kept, in the stage's region;
   * docs/operations.md describes how to make it. Required in `prod`. Absent: the stage makes a bucket of its own.
   */
  readonly auditCopyBucket?: { readonly name: string; readonly account: string };
  /** Public keys of the channels (CHN-1). */
  readonly channelKeys?: ChannelKeys;
  /** The tax systems to which people are handed over (SSO-1); docs/operations.md describes how to add one. */
  readonly relyingParties?: readonly RelyingPartyInput[];
  readonly alarms: {
    /** The SNS topic that gets the alarms; absent: the stage creates one of its own, … */
    readonly topicArn?: string;
    /** … to which these addresses are subscribed. Each person must confirm the mail that AWS sends. */
    readonly emails?: readonly string[];
    /**
     * SNS topic in us-east-1 for the alarm of CloudFront, whose metrics are there; partition aws only. Absent: the
     * stage creates a topic there, to which `emails` are subscribed.
     */
    readonly cloudFrontTopicArn?: string;
    /** Failed share of calls in five minutes. */
    readonly errorPercent: number;
    /** How many answers ACCOUNT_LOCKED within five minutes look like an attack on many accounts (AUTH-01). */
    readonly lockedInFiveMinutes: number;
  };
}

/** Concurrent function calls in the stage's account and region. */
export interface Concurrency {
  /** The account's quota, "Concurrent executions" of Lambda in Service Quotas. Lambda keeps 100 of it unreserved. */
  readonly account: number;
  /** Reserved for all functions that hash passwords for requests, together; infra/hashing-pool.ts divides it. */
  readonly hashing: number;
  /**
   * By flow: how many instances stay ready, so that a call does not wait for a cold start. Ready instances cost money
   * by the hour; absent: none.
   */
  readonly provisioned?: Readonly<Record<string, number>>;
}

export interface PortalConfig {
  /**
   * The certificate that CloudFront shows for the domain: in partition aws the ARN of an ACM certificate in us-east-1,
   * in aws-cn the id of a server certificate in IAM (ASCA…), because CloudFront does not support ACM there.
   */
  readonly certificate: string;
  /** Which of CloudFront's locations serve the pages. aws-cn has only one class: PriceClass_All, the default. */
  readonly priceClass?: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All';
  /** ISO 3166 codes of the countries whose viewers are admitted; absent: all. */
  readonly countries?: readonly string[];
}

const tencentSms = {
  kind: 'tencent',
  region: 'ap-guangzhou',
  appId: '1400000000',
  signName: '安徽省电子税务局',
  templates: { code: '100001', notice: '100002' },
} as const;
/** LEG-1: the last day of the old login. */
const legacyUntil = '2027-12-31';
/** CHN-2: where people download the apps. */
const appDownloads = {
  'ahtax-app': 'https://download.example.cn/ahtax',
  'iit-app': 'https://download.example.cn/iit',
};
const standInCertificate =
  'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000000';
const tencentFace = { kind: 'tencent', region: 'ap-guangzhou', ruleId: '1' } as const;

/**
 * Names under example.cn, the certificate's account and the providers' numbers are stand-ins: put the bureau's own
 * here before the first deployment. Nothing in this file is secret; credentials go to the secret `providers`.
 */
export const stages: Readonly<Record<StageName, StageConfig>> = {
  local: {
    settings: {
      issuer: 'http://127.0.0.1:3000',
      sms: { kind: 'outbox' },
      face: { kind: 'simulator' },
      // Every deployed stage asks a hall for it; a client written by the contract alone tries its calls here without.
      hallBodyHash: false,
      legacyUntil: '2029-12-31',
      appDownloads,
      site: {
        siteCode: 'bm00000000',
        icp: '皖ICP备00000000号（示例）',
        police: '皖公网安备00000000000000号（示例）',
        hours: { zh: '工作日 8:30-17:30', en: 'Working days 8:30-17:30' },
        halls: 'https://halls.example.cn/',
      },
      announcements: [
        {
          kind: 'fraud',
          zh: '税务人员不会索要密码和验证码，谨防冒充税务机关的短信和电话。',
          en: 'Tax officers never ask for passwords or codes. Beware of messages and calls in our name.',
        },
        {
          kind: 'change',
          zh: '旧版登录即将停用，请尽快改用新版登录。',
          en: 'The old login ends soon; please use the new one.',
        },
        {
          kind: 'maintenance',
          zh: '每周六 0:00-2:00 例行维护，期间可能短暂不能登录。',
          en: 'Routine maintenance on Saturdays 0:00-2:00; logins may fail for moments.',
        },
      ],
    },
    region: 'ap-southeast-1',
    architecture: 'host',
    logRetentionDays: 1,
    throttling: { requestsPerSecond: 10_000, burst: 5_000 },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  dev: {
    settings: {
      issuer: 'https://dev.etax.example.cn',
      sms: tencentSms,
      face: tencentFace,
      legacyUntil,
      appDownloads,
    },
    region: 'ap-southeast-1',
    architecture: 'arm64',
    domain: {
      name: 'dev.etax.example.cn',
      certificateArn:
        'arn:aws:acm:ap-southeast-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    portal: { certificate: standInCertificate },
    logRetentionDays: 7,
    throttling: { requestsPerSecond: 50, burst: 100 },
    alarms: { errorPercent: 5, lockedInFiveMinutes: 50 },
  },
  staging: {
    settings: {
      issuer: 'https://staging.etax.example.cn',
      sms: tencentSms,
      face: tencentFace,
      legacyUntil,
      appDownloads,
    },
    region: 'cn-north-1',
    architecture: 'arm64',
    domain: {
      name: 'staging.etax.example.cn',
      certificateArn:
        'arn:aws-cn:acm:cn-north-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    portal: { certificate: 'ASCA00000000000000000' },
    logRetentionDays: 30,
    throttling: { requestsPerSecond: 500, burst: 1_000 },
    concurrency: { account: 1_000, hashing: 70 },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  prod: {
    settings: {
      issuer: 'https://etax.example.cn',
      sms: tencentSms,
      face: tencentFace,
      legacyUntil,
      appDownloads,
    },
    region: 'cn-north-1',
    architecture: 'arm64',
    domain: {
      name: 'etax.example.cn',
      certificateArn:
        'arn:aws-cn:acm:cn-north-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    portal: { certificate: 'ASCA00000000000000000' },
    auditCopyBucket: { name: 'ahtax-prod-audit-copy', account: '111122223333' },
    logRetentionDays: 400,
    throttling: { requestsPerSecond: 2_000, burst: 4_000 },
    concurrency: { account: 1_000, hashing: 420 },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
  showcase: {
    settings: {
      issuer: 'https://showcase.etax.example.cn',
      sms: {
        kind: 'aws',
        originationIdentity: 'arn:aws:sms-voice:ap-southeast-1:111122223333:sender-id/AHTAX/CN',
      },
      face: tencentFace,
      legacyUntil,
      appDownloads,
    },
    region: 'ap-southeast-1',
    architecture: 'arm64',
    domain: {
      name: 'showcase.etax.example.cn',
      certificateArn:
        'arn:aws:acm:ap-southeast-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    portal: { certificate: standInCertificate },
    logRetentionDays: 400,
    throttling: { requestsPerSecond: 2_000, burst: 4_000 },
    concurrency: { account: 1_000, hashing: 420 },
    alarms: { errorPercent: 1, lockedInFiveMinutes: 50 },
  },
};

/** The repository that the pipeline watches, and the two stages that it deploys. */
export interface PipelineConfig {
  readonly region: string;
  readonly account?: string;
  /**
   * ARN of a connection of AWS CodeConnections; a person creates it in the console and gives it access to the
   * repository.
   */
  readonly connectionArn: string;
  /** `owner/name` */
  readonly repository: string;
  readonly branch: string;
  /** Informed when something waits for approval, and when a run has failed. */
  readonly emails: readonly string[];
  /** Deployed first, … */
  readonly first: StageName;
  /** … and after the approval. */
  readonly second: StageName;
}

/** The pipeline of the stages outside the mainland. The values here are stand-ins too, until somebody deploys it. */
export const pipeline: PipelineConfig = {
  region: 'ap-southeast-1',
  connectionArn:
    'arn:aws:codeconnections:ap-southeast-1:111122223333:connection/00000000-0000-4000-8000-000000000000',
  repository: 'example.cn/ahtax-door',
  branch: 'main',
  emails: ['oncall@example.cn'],
  first: 'dev',
  second: 'showcase',
};
