import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { type TableName, tables } from '#contract/tables.ts';
import { alarmName, arn, functionName, prefix, tableName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { ownNamespace, period, sum } from './metrics.ts';
import type { HttpApi } from './people-rules.ts';
import { queries } from './queries.ts';

/**
 * CloudFront's metric from CloudFront's region. The metric covers all distributions of the account, because the stage's
 * own distribution is created after this dashboard.
 */
const cloudFrontFailures = new MathExpression({
  expression: `SEARCH('{AWS/CloudFront,DistributionId,Region} MetricName="5xxErrorRate"', 'Average', 300)`,
  searchRegion: 'us-east-1',
  usingMetrics: {},
  label: 'CloudFront 5xx, percent',
  period,
});

const whole = 24;
const title = (text: string, about: string): IWidget =>
  new TextWidget({ markdown: `## ${text}\n${about}`, width: whole, height: 2 });
const graph = (name: string, left: IMetric[], width = 12, right: IMetric[] = []): IWidget =>
  new GraphWidget({ title: name, left, right, width, height: 6, view: GraphWidgetView.TIME_SERIES, period });

/** Answers the questions of a person on call, from top to bottom. */
export function dashboard(
  scope: Construct,
  stage: Stage,
  {
    flows,
    api,
    messages,
    failed,
  }: {
    readonly flows: readonly FlowDeclaration[];
    readonly api: HttpApi;
    /** The composite alarms, which send messages to people. */
    readonly messages: readonly string[];
    readonly failed: readonly string[];
  },
): void {
  const own = (metricName: string, dimensions: Record<string, string> = {}, label = metricName) =>
    sum(ownNamespace, metricName, dimensions).with({ label });
  const gateway = (name: string) =>
    sum('AWS/ApiGateway', name, { ApiId: api.apiId, Stage: api.stageName }).with({ label: name });
  const routed = flows.filter(({ routes }) => routes);
  const percentile = (flow: string, statistic: string) =>
    new Metric({
      namespace: ownNamespace,
      metricName: 'Milliseconds',
      dimensionsMap: { flow },
      statistic,
      period,
      label: `${flow} ${statistic}`,
    });
  const locked = flows.filter(({ routes = {} }) =>
    Object.values(routes).some(({ errors }) => errors?.includes('ACCOUNT_LOCKED')),
  );
  const alarms = messages.map((id) =>
    Alarm.fromAlarmArn(scope, `${id}-shown`, arn('cloudwatch', `alarm:${alarmName(stage, id)}`)),
  );
  const failures = queries.failures;
  new Dashboard(scope, 'Dashboard', {
    dashboardName: prefix(stage),
    widgets: [
      [
        new AlarmStatusWidget({
          title: 'What rings (docs/operations.md says what to do)',
          alarms,
          width: whole,
          height: 3,
        }),
      ],
      [
        title(
          'Can people log in?',
          'Passwords that were right, and logins that came to their end. The canary logs in every five minutes.',
        ),
      ],
      [
        graph('Logins', [own('LoginsBegun'), own('LoginsDone')], 12, [own('CanaryPassed')]),
        graph('Requests and failures', [gateway('Count')], 12, [
          gateway('5xx'),
          gateway('4xx'),
          ...(stage.portal && stage.partition === 'aws' ? [cloudFrontFailures] : []),
        ]),
      ],
      [title('Are codes delivered, are faces checked?', 'Calls of the providers, and those that failed.')],
      [
        graph('SMS provider', [own('ProviderCalls', { provider: 'sms' })], 8, [
          own('ProviderFailures', { provider: 'sms' }),
        ]),
        graph('Face provider', [own('ProviderCalls', { provider: 'face' })], 8, [
          own('ProviderFailures', { provider: 'face' }),
        ]),
        graph(
          'Strangers’ SMS, percent of the hour (SMS-4)',
          [own('StrangerSmsPercent').with({ statistic: 'Maximum' })],
          8,
        ),
      ],
      [title('Who is locked, who is stopped?', 'Answers ACCOUNT_LOCKED by flow, orders of the authority.')],
      [
        graph(
          'ACCOUNT_LOCKED',
          locked.map(({ name }) => own('Requests', { flow: name, code: 'ACCOUNT_LOCKED' }, name)),
        ),
        graph(
          'Orders',
          ['hall', 'registry-feed'].map((flow) => own('Orders', { flow }, flow)),
        ),
      ],
      [title('What failed?', 'Failures by flow, what waits unhandled, and the log’s own words.')],
      [
        graph(
          'Failures by flow',
          routed.map(({ name }) => own('Failures', { flow: name }, name)),
        ),
        graph(
          'Dead letters',
          failed.map((queue) =>
            sum('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: alarmName(stage, queue) }).with(
              { label: queue },
            ),
          ),
        ),
      ],
      ...(failures
        ? [
            [
              new LogQueryWidget({
                title: 'Failures in the log',
                logGroupNames: flows.map(({ name }) => `/aws/lambda/${functionName(stage, name)}`),
                queryLines: [...failures.lines],
                view: LogQueryVisualizationType.TABLE,
                width: whole,
                height: 8,
              }),
            ],
          ]
        : []),
      [title('Is it slow, or full?', 'Waiting times, concurrency, tables.')],
      [
        graph(
          'p95 by flow',
          routed.map(({ name }) => percentile(name, 'p95')),
        ),
        graph(
          'Throttled calls by function',
          flows.map(({ name }) =>
            sum('AWS/Lambda', 'Throttles', { FunctionName: functionName(stage, name) }).with({ label: name }),
          ),
        ),
      ],
      [
        graph(
          'Throttled writes by table',
          (Object.keys(tables) as TableName[]).map((table) =>
            sum('AWS/DynamoDB', 'WriteThrottleEvents', { TableName: tableName(stage, table) }).with({
              label: table,
            }),
          ),
        ),
        graph('Functions at once, whole account', [
          new Metric({
            namespace: 'AWS/Lambda',
            metricName: 'ConcurrentExecutions',
            statistic: 'Maximum',
            period,
            region: Stack.of(scope).region,
          }),
        ]),
      ],
    ],
  });
}
