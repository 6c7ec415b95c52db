import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { ownNamespace, period, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

/** Alarms from the canary, which calls from outside: its person cannot log in, or the certificate expires soon. */
export const canaryRules = (): Rule[] => [
  {
    name: 'canary-failing',
    says: 'The made-up person who logs in every five minutes did not get in, or did not come',
    group: 'people',
    page: 'canary',
    metric: sum(ownNamespace, 'CanaryPassed', {}, period),
    below: 1,
    periods: { bad: 2, of: 3 },
  },
  {
    name: 'certificate-ends',
    says: 'The certificate at the public address ends in less than 30 days',
    group: 'upkeep',
    page: 'certificates',
    metric: new Metric({
      namespace: ownNamespace,
      metricName: 'CertificateDays',
      statistic: Stats.MINIMUM,
      period: Duration.hours(1),
    }),
    below: 30,
    silent: true,
  },
];
