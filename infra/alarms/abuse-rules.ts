import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { FlowDeclaration } from '#contract/flow.ts';
import type { Stage } from '../stage.ts';
import { ownNamespace, period, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

/** Alarms for a person who guesses passwords, locks people out, gives too many orders or makes us pay for SMS. */
export const abuseRules = (stage: Stage, flows: readonly FlowDeclaration[]): Rule[] => [
  ...locksSurge(stage, flows),
  ...orderRules(stage),
  {
    name: 'stranger-sms',
    says: 'Strangers’ SMS codes have used 80 % of what the stage sends them in an hour (SMS-4)',
    group: 'abuse',
    page: 'stranger-sms',
    metric: new Metric({
      namespace: ownNamespace,
      metricName: 'StrangerSmsPercent',
      statistic: Stats.MAXIMUM,
      period,
    }),
    from: 80,
  },
];

/** Counts the answers ACCOUNT_LOCKED of all flows: the answer that locks, and each later try on a locked account. */
function locksSurge(stage: Stage, flows: readonly FlowDeclaration[]): Rule[] {
  const names = flows.filter(answersLocked).map(({ name }) => name);
  if (names.length === 0) return [];
  const usingMetrics = Object.fromEntries(
    names.map((flow, at) => [`m${at}`, sum(ownNamespace, 'Requests', { flow, code: 'ACCOUNT_LOCKED' })]),
  );
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ');
  return [
    {
      name: 'locks-surge',
      says: 'Unusually many answers ACCOUNT_LOCKED: somebody guesses, or locks people out (AUTH-01)',
      group: 'abuse',
      page: 'locks-surge',
      metric: new MathExpression({ expression, usingMetrics, period }),
      above: stage.alarms.lockedInFiveMinutes,
    },
  ];
}

const answersLocked = ({ routes = {} }: FlowDeclaration): boolean =>
  Object.values(routes).some(({ errors }) => errors?.includes('ACCOUNT_LOCKED'));

/** ORD-1: an office has used most of its orders of an hour, or the feed brought more than one office may give. */
function orderRules(stage: Stage): Rule[] {
  const { ordersPerOfficeHour, ordersAlarmPercent } = stage.settings.policies;
  return [
    {
      name: 'orders-near-limit',
      says: `An office has given ${ordersAlarmPercent} % of its ${ordersPerOfficeHour} orders of an hour: is that one incident, or somebody at the counter's keys (ORD-1)?`,
      group: 'abuse',
      page: 'orders',
      metric: sum(ownNamespace, 'OrdersNearLimit', { flow: 'hall' }),
      above: 0,
    },
    {
      name: 'orders-by-feed',
      says: `The registry feed brought more than ${ordersPerOfficeHour} orders in an hour (ORD-1)`,
      group: 'abuse',
      page: 'orders',
      metric: sum(ownNamespace, 'Orders', { flow: 'registry-feed' }, Duration.hours(1)),
      above: ordersPerOfficeHour,
    },
  ];
}
