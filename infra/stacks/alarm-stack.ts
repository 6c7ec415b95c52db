import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { deadLettersName, forThisAccount } from '../constructs/triggers/trigger.ts';
import { prefix } from '../names.ts';
import type { Stage } from '../stage.ts';
import type { ApiStack } from './api-stack.ts';

export interface AlarmStackProps extends StackProps {
  readonly stage: Stage;
  readonly source: ApiStack;
}

interface Rule {
  readonly name: string;
  readonly says: string;
  readonly metric: IMetric;
  /** Rings above this value, or from it on, … */
  readonly above?: number;
  readonly from?: number;
  /** … or when there was less than this, or nothing at all. */
  readonly below?: number;
}

/** The metrics that the functions write in their logs (embedded metric format). */
export const ownNamespace = 'AhtaxDoor';

const period = Duration.minutes(5);
/** Below this many calls in five minutes a percentage says nothing. */
const fewCalls = 20;

const sum = (namespace: string, metricName: string, dimensionsMap: Record<string, string>, over = period) =>
  new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period: over });

/** A share in percent, 0 while there are too few calls to speak of one. */
const share = (part: IMetric, whole: IMetric) =>
  new MathExpression({
    expression: `IF(whole > ${fewCalls}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    period,
  });

/** What somebody has to be woken for. */
export class AlarmStack extends Stack {
  /** Whom every alarm tells, when it rings and when it is over. */
  private readonly topicArn: string;

  constructor(scope: Construct, id: string, { stage, source, ...props }: AlarmStackProps) {
    super(scope, id, props);
    this.topicArn = stage.alarms.topicArn ?? ownTopic(this, stage);
    for (const rule of [...functionRules(stage, source), ...apiRules(stage, source)]) this.add(stage, rule);
  }

  private add(stage: Stage, { name, says, metric, above, from, below }: Rule): void {
    const alarm = new Alarm(this, name, {
      alarmName: `${prefix(stage)}-${name}`,
      alarmDescription: says,
      metric,
      evaluationPeriods: 1,
      threshold: below ?? from ?? above ?? 0,
      comparisonOperator:
        below !== undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : from !== undefined
            ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            : ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: below === undefined ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
    });
    const told = { bind: () => ({ alarmActionArn: this.topicArn }) };
    alarm.addAlarmAction(told);
    alarm.addOkAction(told);
  }
}

/** An alarm names flows and numbers only, no person: the topic needs no key of its own, only encrypted transport. */
function ownTopic(scope: Construct, stage: Stage): string {
  const topic = new Topic(scope, 'Topic', { topicName: `${prefix(stage)}-alarms`, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: forThisAccount,
    }),
  );
  for (const email of stage.alarms.emails ?? []) topic.addSubscription(new EmailSubscription(email));
  return topic.topicArn;
}

function functionRules(stage: Stage, { functions }: ApiStack): Rule[] {
  return functions.flatMap(({ flow, functionName: FunctionName }) => {
    const metric = (name: string, over = period) => sum('AWS/Lambda', name, { FunctionName }, over);
    const rules: Rule[] = [
      {
        name: `${flow.name}-errors`,
        says: `More than ${stage.alarms.errorPercent} % of the calls of ${flow.name} fail`,
        metric: share(metric('Errors'), metric('Invocations')),
        above: stage.alarms.errorPercent,
      },
      {
        name: `${flow.name}-throttles`,
        says: `Calls of ${flow.name} find no free concurrency`,
        metric: metric('Throttles'),
        above: 0,
      },
    ];
    if (flow.trigger?.kind === 'schedule' || flow.trigger?.kind === 'rotation')
      rules.push({
        name: `${flow.name}-failed`,
        says: `${flow.name} failed; it runs so seldom that one failure counts`,
        metric: metric('Errors'),
        above: 0,
      });
    if (flow.trigger?.kind === 'schedule')
      rules.push({
        name: `${flow.name}-missed`,
        says: `${flow.name} was not started for a day`,
        metric: metric('Invocations', Duration.days(1)),
        below: 1,
      });
    return rules;
  });
}

/** Counts answers ACCOUNT_LOCKED of every flow that can give it: the lock itself and each try on a locked account. */
function locksSurge(stage: Stage, functions: ApiStack['functions']): Rule[] {
  const names = functions
    .map(({ flow }) => flow)
    .filter(answersLocked)
    .map(({ name }) => name);
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
      metric: new MathExpression({ expression, usingMetrics, period }),
      above: stage.alarms.lockedInFiveMinutes,
    },
  ];
}

const answersLocked = ({ routes = {} }: FlowDeclaration): boolean =>
  Object.values(routes).some(({ errors }) => errors?.includes('ACCOUNT_LOCKED'));

/** ORD-1: an office that has used most of its hour, and more orders by the feed in an hour than one office may give. */
function orderRules(stage: Stage): Rule[] {
  const { ordersPerOfficeHour, ordersAlarmPercent } = stage.settings.policies;
  return [
    {
      name: 'orders-near-limit',
      says: `An office has given ${ordersAlarmPercent} % of its ${ordersPerOfficeHour} orders of an hour: is that one incident, or somebody at the counter's keys (ORD-1)?`,
      metric: sum(ownNamespace, 'OrdersNearLimit', { flow: 'hall' }),
      above: 0,
    },
    {
      name: 'orders-by-feed',
      says: `The registry feed brought more than ${ordersPerOfficeHour} orders in an hour (ORD-1)`,
      metric: sum(ownNamespace, 'Orders', { flow: 'registry-feed' }, Duration.hours(1)),
      above: ordersPerOfficeHour,
    },
  ];
}

function apiRules(stage: Stage, { api, deadLetters, functions }: ApiStack): Rule[] {
  const gateway = (name: string) => sum('AWS/ApiGateway', name, { ApiId: api.apiId, Stage: api.stageName });
  const waiting = deadLetters.map(
    (queue): Rule => ({
      name: `${queue.node.id}-waiting`,
      says: `Events nobody could handle wait in ${queue.node.id}`,
      metric: sum('AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
        QueueName: deadLettersName(stage, queue.node.id),
      }),
      above: 0,
    }),
  );
  return [
    {
      name: 'http-5xx',
      says: `More than ${stage.alarms.errorPercent} % of the answers are 5xx`,
      metric: share(gateway('5xx'), gateway('Count')),
      above: stage.alarms.errorPercent,
    },
    ...locksSurge(stage, functions),
    ...orderRules(stage),
    {
      name: 'stranger-sms',
      says: 'Strangers’ SMS codes have used 80 % of what the stage sends them in an hour (SMS-4)',
      metric: new Metric({
        namespace: ownNamespace,
        metricName: 'StrangerSmsPercent',
        statistic: Stats.MAXIMUM,
        period,
      }),
      from: 80,
    },
    ...waiting,
  ];
}
