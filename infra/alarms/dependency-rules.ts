import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type TableName, tables } from '#contract/tables.ts';
import { tableName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { ownNamespace, period, share, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

/**
 * The DynamoDB calls that our functions use (shared/store/dynamodb): DynamoDB counts its own failures for each call.
 */
const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'GetItem',
  'PutItem',
  'Query',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
] as const;
/** The alarm rings at this part of the account's concurrency, so that there is still time to act. */
const busyPercent = 80;

/** Alarms for DynamoDB, the providers, and the account's own limit. */
export function dependencyRules(stage: Stage): Rule[] {
  const concurrency = stage.concurrency?.account ?? 1_000;
  return [
    ...(Object.keys(tables) as TableName[]).flatMap((table) => tableRules(stage, table)),
    ...(['sms', 'face'] as const).map((provider): Rule => {
      const metric = (name: string) => sum(ownNamespace, name, { provider });
      return {
        name: `${provider}-failing`,
        says: `More than a tenth of the calls of the ${provider === 'sms' ? 'SMS' : 'face'} provider fail`,
        group: 'providers',
        page: 'providers',
        metric: share(metric('ProviderFailures'), metric('ProviderCalls')),
        above: 10,
        periods: { bad: 2, of: 3 },
      };
    }),
    {
      name: 'account-concurrency',
      says: `Functions of the account run more than ${busyPercent} % of the ${concurrency} calls at once that it may`,
      group: 'capacity',
      page: 'throttles',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'ConcurrentExecutions',
        statistic: Stats.MAXIMUM,
        period,
      }),
      above: (busyPercent / 100) * concurrency,
    },
  ];
}

function tableRules(stage: Stage, table: TableName): Rule[] {
  const TableName = tableName(stage, table);
  const metric = (name: string, more: Record<string, string> = {}) =>
    sum('AWS/DynamoDB', name, { TableName, ...more });
  const errors = Object.fromEntries(
    operations.map((Operation, at) => [`m${at}`, metric('SystemErrors', { Operation })]),
  );
  return [
    {
      name: `table-${table}-throttled`,
      says: `DynamoDB refuses calls of table ${table}: too many for a moment`,
      group: 'capacity',
      page: 'tables',
      metric: new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: { reads: metric('ReadThrottleEvents'), writes: metric('WriteThrottleEvents') },
        period,
      }),
      above: 10,
    },
    {
      name: `table-${table}-errors`,
      says: `DynamoDB itself fails at calls of table ${table}`,
      group: 'people',
      page: 'tables',
      metric: new MathExpression({
        expression: Object.keys(errors)
          .map((id) => `FILL(${id}, 0)`)
          .join(' + '),
        usingMetrics: errors,
        period,
      }),
      above: 10,
    },
  ];
}
