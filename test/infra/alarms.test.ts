import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeAll, expect, it, vi } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { tables } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { flows } from '#flows/contracts.ts';
import { counted } from '#gateways/counted.ts';
import { logRequest } from '#http/request-log.ts';
import { logStrangerSend, writeOrderLine } from '#runtime/log.ts';
import { messagesOf } from '../../infra/alarms/composites.ts';
import { stageNames, stages } from '../../infra/config.ts';
import {
  type Assembly,
  assembly,
  objectsIn,
  readable,
  resourcesOf,
  synthesizeStage,
  synthTimeout,
} from './assembly.ts';

let built: Assembly;
beforeAll(async () => {
  built = await assembly('showcase');
}, synthTimeout);
const alarm = (name: string) => {
  const found = built
    .of('AWS::CloudWatch::Alarm')
    .find(({ Properties }) => Properties.AlarmName === `ahtax-showcase-${name}`);
  if (!found) throw new Error(`No alarm ${name}`);
  return found.Properties;
};

it('watches every function for errors and throttles', () => {
  for (const { name } of flows)
    for (const what of ['failing', 'throttles']) {
      const dimensions = [...objectsIn(alarm(`${name}-${what}`))].filter(
        ({ Name }) => Name === 'FunctionName',
      );
      expect(dimensions.map(({ Value }) => Value)).toContain(`ahtax-showcase-${name}`);
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

it('SSO-8 rings when the sweep of hand-overs failed, did not run, or left something, and when a system was not told', () => {
  expect(alarm('sso-sweep-failed')).toMatchObject({ MetricName: 'Errors', Threshold: 0 });
  expect(alarm('sso-sweep-missed')).toMatchObject({
    MetricName: 'Invocations',
    TreatMissingData: 'breaching',
  });
  for (const queue of ['sso-sweep-failed', 'sso-sweep-continued-failed', 'sso-tell-failed'])
    expect(alarm(`${queue}-waiting`)).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible' });
});

it('OPS-02 tells of the silence of what comes every few minutes after six of its turns, of others after a day', () => {
  for (const { name, trigger } of flows) {
    if (trigger?.kind !== 'schedule') continue;
    const [, minutes] = /^(?:rate\(|cron\(0\/)(\d+) /.exec(trigger.expression) ?? [];
    expect(alarm(`${name}-missed`)).toMatchObject({
      Period: minutes ? 360 * Number(minutes) : 86_400,
      TreatMissingData: 'breaching',
    });
    expect(alarm(`${name}-failed`).DatapointsToAlarm ?? 1).toBe(minutes ? 2 : 1);
  }
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

/** Each alarm that sends a message, with the names of the alarms in its rule. */
const composites = ({ of }: Assembly) =>
  of('AWS::CloudWatch::CompositeAlarm').map(({ Properties }) => ({
    ...Properties,
    names: [...String(Properties.AlarmRule).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name),
  })) as {
    AlarmName: string;
    AlarmDescription: string;
    AlarmActions: unknown;
    OKActions: unknown;
    ActionsSuppressor?: string;
    names: string[];
  }[];

it.each(stageNames)(
  'OPS-02 tells of every alarm of stage %s by one message, and by no other',
  async (stage) => {
    const all = await assembly(stage);
    const singles = all.of('AWS::CloudWatch::Alarm');
    const told = composites(all).flatMap(({ names }) => names);
    expect(told.toSorted()).toEqual(singles.map(({ Properties }) => String(Properties.AlarmName)).sort());
    for (const { Properties } of singles) expect(Properties.AlarmActions).toBeUndefined();
    for (const { names } of composites(all)) expect(names.length).toBeLessThanOrEqual(100);
  },
);

it.each(stageNames)(
  'OPS-02 makes the messages of stage %s after the alarms that they name, without which CloudWatch refuses them',
  async (stage) => {
    const all = await assembly(stage);
    const messages = all.of('AWS::CloudWatch::CompositeAlarm');
    const idOf = new Map(
      [...all.of('AWS::CloudWatch::Alarm'), ...messages].map(({ id, Properties }) => [
        String(Properties.AlarmName),
        id,
      ]),
    );
    const before = new Set(resourcesOf(all.templates.release ?? '{"Resources":{}}').map(({ id }) => id));
    for (const { DependsOn = [], Properties } of messages)
      for (const [
        ,
        name = '',
      ] of `${Properties.AlarmRule} ALARM("${Properties.ActionsSuppressor ?? ''}")`.matchAll(
        /ALARM\("([^"]+)"\)/g,
      )) {
        const id = idOf.get(name) ?? '';
        expect(before.has(id) || DependsOn.includes(id), `${Properties.AlarmName} needs ${name}`).toBe(true);
      }
  },
);

it('OPS-02 is quiet about what follows from an outage that is told of already', () => {
  const by = new Map(composites(built).map((one) => [one.AlarmName, one]));
  for (const group of ['work', 'capacity', 'providers'])
    expect(by.get(`ahtax-showcase-${group}`)).toMatchObject({ ActionsSuppressor: 'ahtax-showcase-people' });
  for (const group of ['people', 'abuse', 'upkeep'])
    expect(by.get(`ahtax-showcase-${group}`)?.ActionsSuppressor).toBeUndefined();
});

it('OPS-02 puts no more than a hundred alarms into a message, however many flows there are', () => {
  const names = (count: number, start: string) => Array.from({ length: count }, (_, at) => `${start}-${at}`);
  for (const count of [1, 95, 96, 97, 100, 101, 196, 197, 450]) {
    const messages = messagesOf(
      { name: 'showcase' },
      new Map([
        ['people', names(count, 'a-flow-with-a-long-name-failing')],
        ['capacity', names(count, 'throttles')],
      ]),
    );
    const alarmsIn = (text: string) => [...text.matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name);
    for (const { terms } of messages) {
      expect(alarmsIn(terms.join(' OR ')).length).toBeLessThanOrEqual(100);
      // The longest rule that CloudWatch accepts.
      expect(terms.join(' OR ').length).toBeLessThanOrEqual(10_240);
    }
    const told = messages.flatMap(({ terms }) => terms.flatMap(alarmsIn));
    expect(told).toHaveLength(2 * count + 4);
    expect(new Set(told).size).toBe(told.length);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  }
});

it(
  'OPS-02 rings for what CloudFront answers with 5xx, where its metrics are, and tells there',
  async () => {
    const told = async (config: object) =>
      resourcesOf((await synthesizeStage('showcase', { config })).portalAlarms ?? '');
    const [rings, topic] = ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic'].map((type) =>
      resourcesOf(built.portalAlarms ?? '').find(({ Type }) => Type === type),
    );
    expect(rings?.Properties).toMatchObject({
      AlarmName: 'ahtax-showcase-cloudfront-5xx',
      Namespace: 'AWS/CloudFront',
      MetricName: '5xxErrorRate',
      Dimensions: [
        {
          Name: 'DistributionId',
          Value: {
            'Fn::GetStackOutput': {
              StackName: 'ahtax-showcase-portal',
              OutputName: 'DistributionId',
              Region: stages.showcase.region,
            },
          },
        },
        { Name: 'Region', Value: 'Global' },
      ],
      AlarmActions: [{ Ref: topic?.id }],
      OKActions: [{ Ref: topic?.id }],
    });
    expect(String(rings?.Properties.AlarmDescription)).toMatch(/docs\/operations\.md#cloudfront$/);
    expect(JSON.parse(built.portal ?? '').Outputs.DistributionId.Value).toBeDefined();
    const { artifacts } = JSON.parse(readFileSync(join(built.directory, 'manifest.json'), 'utf8'));
    expect(artifacts['ahtax-showcase-portal-alarms'].environment).toMatch(/\/us-east-1$/);
    expect((await assembly('prod')).portalAlarms).toBeUndefined();

    const alarms = { errorPercent: 1, lockedInFiveMinutes: 1 };
    const cloudFrontTopicArn = 'arn:aws:sns:us-east-1:345678901234:operations';
    const own = await told({ alarms: { ...alarms, cloudFrontTopicArn } });
    expect(own.filter(({ Type }) => Type === 'AWS::SNS::Topic')).toEqual([]);
    expect(own.find(({ Type }) => Type === 'AWS::CloudWatch::Alarm')?.Properties.AlarmActions).toEqual([
      cloudFrontTopicArn,
    ]);
  },
  2 * synthTimeout,
);

/** The paragraphs of docs/operations.md, by their headings. */
const paragraphs = new Map(
  readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
    .split(/^(?=##+ )/m)
    .map((text) => [/^##+ (.*)$/m.exec(text)?.[1] ?? '', text]),
);
const paragraphOf = (description: unknown): string => {
  const [, anchor = 'none'] = /docs\/operations\.md#([\w-]+)$/.exec(String(description)) ?? [];
  return paragraphs.get(anchor) ?? '';
};

it('OPS-02 names for each alarm a paragraph of docs/operations.md that says what it means, where to look and what to do', () => {
  const described = [...built.resources, ...resourcesOf(built.portalAlarms ?? '')].flatMap(
    ({ Properties }) => (Properties.AlarmDescription ? [String(Properties.AlarmDescription)] : []),
  );
  expect(described.length).toBeGreaterThan(180);
  for (const text of new Set(described)) {
    const paragraph = paragraphOf(text);
    const parts = ['**Means.** ', '**Look.** ', '**Do.**'].map((part) => paragraph.indexOf(`\n${part}`));
    expect(parts, text).not.toContain(-1);
    expect(parts).toEqual(parts.toSorted((one, other) => one - other));
    // A person who is woken at night cannot read a long text.
    expect(paragraph.split(/\s+/).length, text).toBeLessThan(260);
  }
});

it('OPS-02 every alarm stands by its name at the head of its paragraph', () => {
  const alarms = [...built.of('AWS::CloudWatch::Alarm'), ...resourcesOf(built.portalAlarms ?? '')];
  for (const { Type, Properties } of alarms) {
    if (Type !== 'AWS::CloudWatch::Alarm') continue;
    const name = String(Properties.AlarmName).replace('ahtax-showcase-', '');
    const [flow] = flows
      .map((one) => one.name)
      .filter((one) => name.startsWith(`${one}-`))
      .toSorted((one, other) => other.length - one.length);
    const names = [name, name.replace(/^table-\w+-/, 'table-<table>-')];
    if (flow) names.push(name.replace(flow, '<flow>'));
    const head = /^Alarms? .*$/m.exec(paragraphOf(Properties.AlarmDescription))?.[0] ?? '';
    expect(
      names.some((one) => head.includes(`\`${one}\``)),
      `${name} in: ${head}`,
    ).toBe(true);
  }
});

it('OPS-02 rings for a failing flow by our own metric, for any failure when few call', () => {
  const login = alarm('login-failing');
  const [math] = (login.Metrics as { Expression?: string }[]).filter(({ Expression }) => Expression);
  expect(math?.Expression).toBe(
    'IF(FILL(calls, 0) >= 20, 100 * (FILL(crashes, 0) + FILL(answers, 0)) / calls, IF((FILL(crashes, 0) + FILL(answers, 0)) >= 1, 100, 0))',
  );
  expect(login).toMatchObject({ EvaluationPeriods: 5, DatapointsToAlarm: 2, Threshold: 1 });
  const line = written((): void =>
    logRequest('login', request('POST /v1/logins'), 503, performance.now(), undefined),
  );
  const own = [...objectsIn(login)].find(({ MetricName }) => MetricName === 'Failures');
  expect(own).toMatchObject({ Namespace: 'AhtaxDoor', Dimensions: [{ Name: 'flow', Value: 'login' }] });
  expect(line.Failures).toBe(1);
  expect(setOf(line, 'Failures').Dimensions).toEqual([['flow']]);
  expect(
    written(() => logRequest('login', request('POST /v1/logins'), 201, performance.now(), undefined))
      .Failures,
  ).toBe(0);
});

it('OPS-02 counts logins that are begun and those that are finished', () => {
  const lines = [
    ['POST /v1/logins', 201],
    ['POST /v1/logins', 401],
    ['POST /v1/logins/{id}/verify', 200],
    ['GET /v1/session', 200],
  ] as const;
  const counts = lines.map(([route, status]) => {
    const line = written(() => logRequest('login', request(route), status, performance.now(), undefined));
    return [line.LoginsBegun, line.LoginsDone];
  });
  expect(counts).toEqual([
    [1, undefined],
    [undefined, undefined],
    [undefined, 1],
    [undefined, undefined],
  ]);
  const names = [...objectsIn(alarm('logins-unfinished'))].map(({ MetricName }) => MetricName);
  expect(names).toEqual(expect.arrayContaining(['LoginsBegun', 'LoginsDone']));
});

it('OPS-02 rings when a provider is away, and not when it refuses one call', async () => {
  const away = await writtenBy(() =>
    counted(
      'sms',
      () => true,
      () => Promise.reject(new Error('away')),
    ).catch(() => undefined),
  );
  const refused = await writtenBy(() =>
    counted(
      'sms',
      () => false,
      () => Promise.reject(new Error('no')),
    ).catch(() => undefined),
  );
  expect([away.ProviderFailures, refused.ProviderFailures]).toEqual([1, 0]);
  expect(setOf(away, 'ProviderFailures').Dimensions).toEqual([['provider']]);
  const names = [...objectsIn(alarm('sms-failing'))].map(({ MetricName }) => MetricName);
  expect(names).toEqual(expect.arrayContaining(['ProviderFailures', 'ProviderCalls']));
});

it('OPS-02 watches every table, and each call by which functions use one', () => {
  for (const table of Object.keys(tables)) {
    alarm(`table-${table}-throttled`);
    const watched = [...objectsIn(alarm(`table-${table}-errors`))].filter(({ Name }) => Name === 'Operation');
    expect(watched.map(({ Value }) => Value)).toEqual(
      expect.arrayContaining(['GetItem', 'Query', 'TransactWriteItems']),
    );
  }
});

it('OPS-02 rings by how fast the objective is used up, in a long window and in a short one together', () => {
  const people = composites(built).find(
    ({ AlarmName }) => AlarmName === 'ahtax-showcase-people',
  ) as unknown as {
    AlarmRule: string;
  };
  for (const [name, factor] of [
    ['fast', 14.4],
    ['slow', 6],
  ] as const) {
    expect(people.AlarmRule).toContain(
      `(ALARM("ahtax-showcase-slo-${name}-long") AND ALARM("ahtax-showcase-slo-${name}-short"))`,
    );
    for (const window of ['long', 'short'])
      expect(alarm(`slo-${name}-${window}`)).toMatchObject({ Threshold: factor });
  }
});

it.each(stageNames)(
  'OPS-02 stage %s has a dashboard that answers a person on call from top to bottom',
  async (stage) => {
    const all = await assembly(stage);
    const [made, ...more] = all.of('AWS::CloudWatch::Dashboard');
    expect(more).toEqual([]);
    expect(made?.Properties.DashboardName).toBe(`ahtax-${stage}`);
    const body: { widgets: { type: string; y: number; properties: { markdown?: string } }[] } = JSON.parse(
      readable(made?.Properties.DashboardBody),
    );
    const titles = body.widgets
      .flatMap(({ y, properties }) => (properties.markdown ? [{ y, text: properties.markdown }] : []))
      .toSorted((a, b) => a.y - b.y)
      .map(({ text }) => text.split('\n')[0]);
    expect(titles).toEqual([
      '## Can people log in?',
      '## Are codes delivered, are faces checked?',
      '## Who is locked, who is stopped?',
      '## What failed?',
      '## Is it slow, or full?',
    ]);
    expect(body.widgets[0]?.type).toBe('alarm');
  },
);

it('OPS-02 saves the queries that docs/operations.md asks for, over logs that exist, by fields that lines have', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const asked = new Set(
    [...page.matchAll(/Saved query `ahtax-prod\/(\w+)`|saved query `ahtax-prod\/(\w+)`/g)].map(
      ([, a, b]) => a ?? b,
    ),
  );
  const saved = built.of('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);
  const names = saved.map(({ Name }) => String(Name).replace('ahtax-showcase/', ''));
  for (const name of asked) expect(names).toContain(name);
  const groups = built.of('AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
  for (const { LogGroupNames } of saved) {
    expect((LogGroupNames as string[]).length).toBeLessThanOrEqual(50);
    for (const group of LogGroupNames as string[]) expect(groups).toContain(group);
  }
  const line = written(() =>
    logRequest('login', request('POST /v1/logins'), 503, performance.now(), undefined),
  );
  const slow = String(saved.find(({ Name }) => String(Name).endsWith('/slow'))?.QueryString);
  for (const field of ['event', 'Milliseconds', 'flow', 'route']) {
    expect(slow).toContain(field);
    expect(line).toHaveProperty(field);
  }
});

it.each(['dev', 'staging', 'prod', 'showcase'] as const)(
  'OPS-02 stage %s costs what docs/operations.md says, to within a tenth, by the counts of its templates',
  async (stage) => {
    const { resources, portalAlarms = '{"Resources":{}}' } = await assembly(stage);
    const all = [...resources, ...resourcesOf(portalAlarms)];
    const alarms = all.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const metrics = alarms.flatMap(({ Properties }) =>
      ((Properties.Metrics ?? [{ MetricStat: {} }]) as { MetricStat?: object }[]).filter(
        ({ MetricStat }) => MetricStat,
      ),
    );
    const messages = all.filter(({ Type }) => Type === 'AWS::CloudWatch::CompositeAlarm');
    const gateway = all.find(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');
    // Metrics by route cost money.
    expect(gateway?.Properties.DefaultRouteSettings).toMatchObject({ DetailedMetricsEnabled: false });
    const costs = paragraphs.get('What noticing costs') ?? '';
    const cells = (row: string): string[] =>
      costs
        .split('\n')
        .find((line) => line.startsWith(`| ${row}`))
        ?.split('|')
        .map((cell) => cell.trim()) ?? [];
    const column = cells('| each').indexOf(`\`${stage}\``);
    expect(column).toBeGreaterThan(0);
    for (const [row, count] of [
      ['alarms', alarms.length],
      ['metrics that they look at', metrics.length],
      ['messages (composite alarms)', messages.length],
    ] as const) {
      const said = Number.parseInt(cells(row)[column] ?? '', 10);
      expect(Math.abs(said - count), `${row}: ${said} said, ${count} made`).toBeLessThanOrEqual(
        Math.max(1, count / 10),
      );
    }
    const dollars = (cell = ''): number =>
      cell.startsWith('below') ? 0.5 : Number(/(\d+)$/.exec(cell)?.[1] ?? 0);
    const rows = costs.split('\n').filter((line) => /^\| (?!\||alarms|\*\*)\w/.test(line));
    expect(rows.length).toBeGreaterThan(7);
    const sum = rows.reduce((all, line) => all + dollars(line.split('|')[column]?.trim()), 0);
    const total = Number(/\d+/.exec(cells('**together')[column] ?? '')?.[0]);
    expect(Math.abs(total - sum), `together ${total} said, ${sum} added up`).toBeLessThanOrEqual(sum / 20);
  },
);

/** The alarms that watch the start of a function, by the trigger in its contract. */
function alarmsOfTrigger({ name, trigger }: FlowDeclaration): string[] {
  switch (trigger?.kind) {
    case 'schedule':
      return [`${name}-failed`, `${name}-missed`, `${trigger.name}-failed-waiting`];
    case 'rotation':
      return [`${name}-failed`];
    case 'feed':
      return ['feed-failed-waiting'];
    case 'stream':
    case 'queue':
      return [`${name}-failed-waiting`];
    case undefined:
      return [];
  }
}

it('OPS-02 loses no alarm unnoticed', () => {
  const names = built
    .of('AWS::CloudWatch::Alarm')
    .map(({ Properties }) => String(Properties.AlarmName).replace('ahtax-showcase-', ''));
  const routed = flows.filter(({ routes }) => routes).map(({ name }) => name);
  expect(names.sort()).toEqual(
    [
      ...flows.flatMap(({ name }) => [`${name}-failing`, `${name}-throttles`]),
      ...routed.flatMap((name) => [`${name}-p95`, `${name}-p99`]),
      ...Object.keys(tables).flatMap((table) => [`table-${table}-throttled`, `table-${table}-errors`]),
      'http-5xx',
      'no-traffic',
      'logins-unfinished',
      'slo-fast-long',
      'slo-fast-short',
      'slo-slow-long',
      'slo-slow-short',
      'sms-failing',
      'face-failing',
      'account-concurrency',
      ...flows.flatMap(alarmsOfTrigger),
      'midnight-late',
      'feed-age',
      'locks-surge',
      'orders-near-limit',
      'orders-by-feed',
      'stranger-sms',
      'canary-failing',
      'certificate-ends',
    ].sort(),
  );
});

it(
  'OPS-02 tells the stage’s own topic, or the one that its settings name, when it rings and when it is over',
  async () => {
    const [topic] = built.of('AWS::SNS::Topic');
    expect(topic?.Properties.TopicName).toBe('ahtax-showcase-alarms');
    expect(composites(built).length).toBeGreaterThan(4);
    for (const { AlarmActions, OKActions } of composites(built)) {
      expect(AlarmActions).toEqual([{ Ref: topic?.id }]);
      expect(OKActions).toEqual([{ Ref: topic?.id }]);
    }
    const topicArn = 'arn:aws:sns:ap-southeast-1:111122223333:operations';
    const alarms = { topicArn, errorPercent: 1, lockedInFiveMinutes: 1 };
    const told = await synthesizeStage('showcase', { config: { alarms } });
    for (const { AlarmActions } of composites(told)) expect(AlarmActions).toEqual([topicArn]);
    expect(told.of('AWS::SNS::Topic')).toEqual([]);
    const emails = ['oncall@ahtax.gov.cn'];
    const mailed = await synthesizeStage('showcase', {
      config: { alarms: { emails, errorPercent: 1, lockedInFiveMinutes: 1 } },
    });
    expect(mailed.of('AWS::SNS::Subscription').map(({ Properties }) => Properties.Endpoint)).toEqual(emails);
  },
  synthTimeout,
);

type Line = Record<string, unknown> & {
  _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
};
/** The line that a call writes to the log. */
async function writtenBy(call: () => unknown): Promise<Line> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await call();
    return JSON.parse(String(write.mock.calls[0]?.[0]));
  } finally {
    write.mockRestore();
  }
}
function written(call: () => void): Line {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    call();
    return JSON.parse(String(write.mock.calls[0]?.[0]));
  } finally {
    write.mockRestore();
  }
}
/** The set of metrics of a line that contains this metric. */
const setOf = ({ _aws }: Line, metric: string) => {
  const found = _aws.CloudWatchMetrics.find(({ Metrics }) => Metrics.some(({ Name }) => Name === metric));
  if (!found) throw new Error(`No metric ${metric}`);
  return found;
};
const request = (routeKey: string) =>
  ({
    routeKey,
    headers: {},
    requestContext: { requestId: 'r', http: { sourceIp: '203.0.113.9' } },
  }) as APIGatewayProxyEventV2;

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
