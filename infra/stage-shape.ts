import * as v from 'valibot';
import type { StageConfig } from './config.ts';
import { isStandIn } from './stand-ins.ts';

/** The numbers of days for which CloudWatch Logs can keep lines. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const whole = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be 1 or more'),
);
const text = (form: RegExp, is: string) => v.pipe(v.string(`must be ${is}`), v.regex(form, `must be ${is}`));

/**
 * The form of a stage's settings outside `settings`. Node runs the sources without checking their types, so this schema
 * must find a wrong form.
 */
const shape = v.looseObject({
  account: v.optional(text(/^\d{12}$/, 'an account number: twelve digits')),
  region: v.pipe(
    v.string(),
    v.check(
      (region) => !region.startsWith('cn-') || /^cn-(north|northwest)-1$/.test(region),
      'must be cn-north-1 or cn-northwest-1: partition aws-cn has these two',
    ),
  ),
  architecture: v.picklist(['arm64', 'x86_64', 'host'], 'must be arm64 or x86_64'),
  domain: v.optional(
    v.looseObject({
      name: text(
        /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
        'a host name alone, such as etax.example.cn',
      ),
    }),
  ),
  portal: v.optional(v.looseObject({ certificate: v.string('must be the name of a certificate') })),
  auditCopyBucket: v.optional(
    v.strictObject({
      name: text(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'the name of a bucket, without dots'),
      account: text(/^\d{12}$/, 'an account number: twelve digits'),
    }),
  ),
  logRetentionDays: v.picklist(
    retentionDays,
    `must be one of the days that CloudWatch Logs knows: ${retentionDays.join(', ')}`,
  ),
  throttling: v.looseObject({ requestsPerSecond: whole, burst: whole }),
  concurrency: v.optional(v.looseObject({ account: whole, hashing: whole })),
  alarms: v.looseObject({
    emails: v.optional(v.array(text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'a mail address'))),
    errorPercent: v.pipe(
      v.number('must be a number'),
      v.gtValue(0, 'must be above 0'),
      v.maxValue(100, 'must be 100 or less'),
    ),
    lockedInFiveMinutes: whole,
  }),
});

/**
 * Lists each setting of a stage whose form is wrong, by its name, and each ARN of another account than the stage's, if
 * the stage names its account. The list is empty if everything is right.
 */
export function configFaults(config: StageConfig): string[] {
  const { success, issues } = v.safeParse(shape, config);
  if (!success) return issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}`);
  const { account, domain, portal, codeSigningConfigArn, settings } = config;
  if (!account) return [];
  // API Gateway, CloudFront and Lambda accept only resources of their own account, and the boundary allows no others.
  return Object.entries({
    'domain.certificateArn': domain?.certificateArn,
    'portal.certificate': portal?.certificate.startsWith('arn:') ? portal.certificate : undefined,
    codeSigningConfigArn,
    'settings.sms.originationIdentity':
      settings.sms.kind === 'aws' ? settings.sms.originationIdentity : undefined,
  }).flatMap(([name, arn]) =>
    arn !== undefined && !isStandIn(arn) && arn.split(':')[4] !== account
      ? [`${name} must be of the stage's account ${account}`]
      : [],
  );
}
