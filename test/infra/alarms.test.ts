import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeAll, expect, it, vi } from 'vitest';
import { Problem } from '#domain/problem.ts';
import { flows } from '#flows/contracts.ts';
import { logRequest } from '#http/request-log.ts';
import { logStrangerSend, writeOrderLine } from '#runtime/log.ts';
import { type Assembly, assembly, objectsIn, synthesizeStage, synthTimeout } from './assembly.ts';

let built: Assembly;
beforeAll(async () => {
  built = await assembly('prod');
}, synthTimeout);
const alarm = (name: string) => {
  const found = built
    .of('AWS::CloudWatch::Alarm')
    .find(({ Properties }) => Properties.AlarmName === `ahtax-prod-${name}`);
  if (!found) throw new Error(`No alarm ${name}`);
  return found.Properties;
};

it('watches every function for errors and throttles', () => {
  for (const { name } of flows)
    for (const what of ['errors', 'throttles']) {
      const dimensions = [...objectsIn(alarm(`${name}-${what}`))].filter(
        ({ Name }) => Name === 'FunctionName',
      );
      expect(dimensions.map(({ Value }) => Value)).toContain(`ahtax-prod-${name}`);
    }
});

it('UNL-1 rings when the midnight unlock failed, when it did not run, and when its events wait unhandled', () => {
  expect(alarm('midnight-unlock-failed')).toMatchObject({ MetricName: 'Errors', Threshold: 0 });
  expect(alarm('midnight-unlock-missed')).toMatchObject({
    MetricName: 'Invocations',
    Period: 86_400,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
  const [queue] = alarm('midnight-unlock-failed-waiting').Dimensions as { Value: string }[];
  expect(built.of('AWS::SQS::Queue').map(({ Properties }) => Properties.QueueName)).toContain(queue?.Value);
});

it('LCK-1 counts locked accounts by the metric that the functions really write', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const event = {
    routeKey: 'POST /v1/logins',
    headers: {},
    requestContext: { requestId: 'r', http: { sourceIp: '203.0.113.9' } },
  } as APIGatewayProxyEventV2;
  logRequest('login', event, 423, performance.now(), new Problem('ACCOUNT_LOCKED'));
  const line = JSON.parse(String(write.mock.calls[0]?.[0]));
  write.mockRestore();

  const [directive] = line._aws.CloudWatchMetrics;
  const watched = [...objectsIn(alarm('locks-surge'))].filter(
    ({ Namespace }) => Namespace === directive.Namespace,
  ) as {
    MetricName: string;
    Dimensions: { Name: string; Value: string }[];
  }[];
  const login = watched.find(({ Dimensions }) => Dimensions.some(({ Value }) => Value === 'login'));
  expect(directive.Metrics.map(({ Name }: { Name: string }) => Name)).toContain(login?.MetricName);
  const names = login?.Dimensions.map(({ Name }) => Name).sort();
  expect(directive.Dimensions.map((set: string[]) => set.toSorted())).toContainEqual(names);
  for (const { Name, Value } of login?.Dimensions ?? []) expect(line[Name]).toBe(Value);
});

it('ORD-1 rings when an office is near its limit, and when the feed orders much, by the metrics of the order lines', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  writeOrderLine('hall', 'suspend', { office: '合肥市办税服务厅', inHour: 24, isNear: true });
  writeOrderLine('registry-feed', 'suspend');
  const [hall, feed] = write.mock.calls.map(([line]) => JSON.parse(String(line)));
  write.mockRestore();
  for (const [name, line, counted] of [
    ['orders-near-limit', hall, 1],
    ['orders-by-feed', feed, 1],
  ] as const) {
    const { MetricName, Namespace } = alarm(name) as { MetricName: string; Namespace: string };
    const Dimensions = alarm(name).Dimensions as { Name: string; Value: string }[];
    const [directive] = line._aws.CloudWatchMetrics;
    expect(directive.Namespace).toBe(Namespace);
    expect(directive.Metrics.map(({ Name }: { Name: string }) => Name)).toContain(MetricName);
    expect(directive.Dimensions).toContainEqual(Dimensions.map(({ Name }) => Name));
    for (const { Name, Value } of Dimensions) expect(line[Name]).toBe(Value);
    expect(line[MetricName]).toBe(counted);
  }
  expect(feed.OrdersNearLimit).toBe(0);
  expect(alarm('orders-near-limit').Threshold).toBe(0);
  expect(alarm('orders-by-feed')).toMatchObject({ Period: 3600, Threshold: 30 });
});

it(
  'tells the topic of the stage, where it has one',
  async () => {
    expect(
      built.of('AWS::CloudWatch::Alarm').every(({ Properties }) => Properties.AlarmActions === undefined),
    ).toBe(true);
    const topicArn = 'arn:aws:sns:ap-southeast-1:111122223333:operations';
    const alarms = { topicArn, errorPercent: 1, lockedInFiveMinutes: 1 };
    const told = await synthesizeStage('prod', { config: { alarms } });
    for (const { Properties } of told.of('AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual([topicArn]);
  },
  synthTimeout,
);

it('SMS-4 rings at 80 % of the stage’s hourly budget of strangers’ SMS, by the metric that the functions really write', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  logStrangerSend(80.04);
  const line = JSON.parse(String(write.mock.calls[0]?.[0]));
  write.mockRestore();
  const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  expect(Dimensions).toEqual([[]]);
  expect(line[Metrics[0].Name]).toBe(80);
  const rings = alarm('stranger-sms');
  expect(rings).toMatchObject({
    Namespace,
    MetricName: Metrics[0].Name,
    Statistic: 'Maximum',
    Threshold: 80,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
  expect(rings.Dimensions ?? []).toEqual([]);
});
