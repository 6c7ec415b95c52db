import { beforeAll, describe, expect, it } from 'vitest';
import { routeKey } from '#contract/flow.ts';
import { type TableDeclaration, tables, ttlAttribute } from '#contract/tables.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { flows } from '#flows/contracts.ts';
import { secondsToNextTry } from '#flows/registry-feed/process-file.ts';
import { stageNames, stages } from '../../infra/config.ts';
import {
  type Assembly,
  assembly,
  list,
  objectsIn,
  type Resource,
  readable,
  statementsOf,
  synthTimeout,
} from './assembly.ts';

describe.each(stageNames)('stage %s', (stage) => {
  let built: Assembly;
  beforeAll(async () => {
    built = await assembly(stage);
  }, synthTimeout);
  const one = (type: string): Resource => {
    const [found, ...more] = built.of(type);
    if (!found || more.length > 0) throw new Error(`Expected one ${type}`);
    return found;
  };

  /** The function behind the alias that is called, by a reference in the same stack or by its name in another stack. */
  const behind = (called: unknown): Resource | undefined =>
    built
      .of('AWS::Lambda::Alias')
      .map(({ id, Properties }) => ({
        id,
        lambda: built
          .of('AWS::Lambda::Function')
          .find((made) => readable(Properties.FunctionName) === `<${made.id}>`),
      }))
      .find(({ id, lambda }) =>
        [`<${id}>`, `${functionArn}${String(lambda?.Properties.FunctionName)}:live`].includes(
          readable(called),
        ),
      )?.lambda;
  const functionArn = 'arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:';

  it('has every declared table and no other, on demand and under our own key', () => {
    const made = built.of('AWS::DynamoDB::Table');
    expect(made.map(({ Properties }) => Properties.TableName).sort()).toEqual(
      Object.keys(tables)
        .map((name) => `ahtax-${stage}-${name}`)
        .sort(),
    );
    const key = built.of('AWS::KMS::Key').find(({ id }) => id.startsWith('TablesKey'));
    for (const { Properties } of made) {
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(Properties.SSESpecification).toEqual({
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': [key?.id, 'Arn'] },
      });
    }
  });

  it.each(Object.entries<TableDeclaration>(tables))('keeps %s as declared', (name, declared) => {
    const table = built
      .of('AWS::DynamoDB::Table')
      .find(({ Properties }) => Properties.TableName === `ahtax-${stage}-${name}`);
    const lasts = declared.keeps !== 'passing';
    const passes = declared.keeps !== 'lasting';
    expect(table).toMatchObject({
      DeletionPolicy: lasts ? 'RetainExceptOnCreate' : 'Delete',
      UpdateReplacePolicy: lasts ? 'Retain' : 'Delete',
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: lasts },
        DeletionProtectionEnabled: lasts,
        KeySchema: [
          { AttributeName: declared.partitionKey, KeyType: 'HASH' },
          ...(declared.sortKey ? [{ AttributeName: declared.sortKey, KeyType: 'RANGE' }] : []),
        ],
      },
    });
    expect(table?.Properties.TimeToLiveSpecification).toEqual(
      passes ? { AttributeName: ttlAttribute, Enabled: true } : undefined,
    );
    const indexes = (table?.Properties.GlobalSecondaryIndexes ?? []) as { IndexName: string }[];
    expect(indexes.map(({ IndexName }) => IndexName)).toEqual(Object.keys(declared.indexes ?? {}));
  });

  it('has a route for every route of the contracts and no other', () => {
    const declared = flows.flatMap(({ routes = {} }) =>
      Object.values(routes).map((route) => routeKey(route)),
    );
    const made = built.of('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
    expect(declared.length).toBeGreaterThan(20);
    expect(made.sort()).toEqual(declared.sort());
  });

  it('leads every route to its own flow, which API Gateway may call', () => {
    const integrations = new Map(built.of('AWS::ApiGatewayV2::Integration').map((made) => [made.id, made]));
    for (const flow of flows)
      for (const route of Object.values(flow.routes ?? {})) {
        const made = built
          .of('AWS::ApiGatewayV2::Route')
          .find(({ Properties }) => Properties.RouteKey === routeKey(route));
        const target = readable(made?.Properties.Target).match(/^integrations\/<(.+)>$/)?.[1] ?? '';
        const uri = integrations.get(target)?.Properties.IntegrationUri;
        const lambda = behind(uri);
        expect(lambda?.Properties.FunctionName).toBe(`ahtax-${stage}-${flow.name}`);
        const permission = built
          .of('AWS::Lambda::Permission')
          .filter(({ Properties }) => readable(Properties.FunctionName) === readable(uri));
        expect(permission.map(({ Properties }) => Properties.Principal)).toContain(
          'apigateway.amazonaws.com',
        );
      }
  });

  it('OPS-01 gives every function a version and an alias, and lets nothing call a function past its alias', () => {
    const aliases = built.of('AWS::Lambda::Alias');
    const versions = built.of('AWS::Lambda::Version');
    // The canary is not part of the system: it serves no request.
    const functions = built
      .of('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.FunctionName !== `ahtax-${stage}-canary`);
    expect(aliases.map(({ Properties }) => Properties.Name)).toEqual(functions.map(() => 'live'));
    for (const { Properties } of aliases) {
      const version = versions.find(({ id }) => readable(Properties.FunctionVersion) === `<${id}.Version>`);
      expect(version?.Properties.FunctionName).toEqual(Properties.FunctionName);
    }
    const past = built.resources
      .filter(({ Type }) => !/^AWS::Lambda::(Alias|Version|Function)$/.test(Type))
      .filter(({ Properties }) =>
        functions.some(({ id }) => JSON.stringify(Properties).includes(`{"Fn::GetAtt":["${id}","Arn"]}`)),
      );
    expect(past.map(({ id }) => id)).toEqual([]);
    for (const { id, Properties } of built.resources)
      for (const [, name] of JSON.stringify(Properties).matchAll(/:function:(ahtax-[\w-]+(?::live|\*)?)/g))
        expect(name, id).toMatch(/:live$|-\*$/);
    const called = [
      ...built.of('AWS::Lambda::Permission').map(({ Properties }) => Properties.FunctionName),
      ...built.of('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties.FunctionName),
      ...built
        .of('AWS::SecretsManager::RotationSchedule')
        .map(({ Properties }) => Properties.RotationLambdaARN),
    ];
    expect(called.length).toBeGreaterThan(30);
    for (const one of called) expect(behind(one)).toBeDefined();
  });

  it('ENT-3 makes a feed message that nobody can take a dead letter within a quarter of an hour', () => {
    const queue = built
      .of('AWS::SQS::Queue')
      .find(({ Properties }) => Properties.QueueName === `ahtax-${stage}-registry-feed`)?.Properties;
    const lambda = built
      .of('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `ahtax-${stage}-registry-feed`)?.Properties;
    const { maxReceiveCount } = (queue?.RedrivePolicy ?? {}) as { maxReceiveCount?: number };
    const visible = Number(queue?.VisibilityTimeout);
    expect(visible).toBeGreaterThanOrEqual(Number(lambda?.Timeout));
    expect(visible * Number(maxReceiveCount)).toBeLessThanOrEqual(900);
    // After a failure the message becomes visible within the same time (process-file.ts).
    for (let spent = 0; spent <= visible; spent += 20)
      expect(spent + secondsToNextTry(spent)).toBeLessThanOrEqual(visible);
  });

  it('AUD-1 keeps the second copy under a lock for as long as the audit, where no bucket of another account is named', () => {
    const name = `ahtax-${stage}-audit-copy-<AWS::AccountId>-<AWS::Region>`;
    const bucket = built
      .of('AWS::S3::Bucket')
      .find(({ Properties }) => Properties.BucketName && readable(Properties.BucketName) === name);
    if (stages[stage].auditCopyBucket) return expect(bucket).toBeUndefined();
    expect(stage).not.toBe('prod');
    expect(bucket).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: defaultPolicies.auditRetentionDays } },
        },
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    });
    if (!bucket) throw new Error('no bucket');
    const { Rules } = bucket.Properties.LifecycleConfiguration as { Rules: { ExpirationInDays?: number }[] };
    for (const { ExpirationInDays } of Rules)
      if (ExpirationInDays) expect(ExpirationInDays).toBeGreaterThan(defaultPolicies.auditRetentionDays);
    const policy = built
      .of('AWS::S3::BucketPolicy')
      .find(({ Properties }) => readable(Properties.Bucket) === `<${bucket.id}>`);
    const [statement, ...more] = policy ? statementsOf(policy) : [];
    expect(more).toEqual([]);
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  it('AUD-1 copies new events alone, gathers them, tries two hundred times, and puts aside what could not be kept', () => {
    const queue = built
      .of('AWS::SQS::Queue')
      .find(({ Properties }) => Properties.QueueName === `ahtax-${stage}-audit-copy-failed`);
    const mapping = built
      .of('AWS::Lambda::EventSourceMapping')
      .find(
        ({ Properties }) =>
          behind(Properties.FunctionName)?.Properties.FunctionName === `ahtax-${stage}-audit-copy`,
      );
    expect(mapping?.Properties).toMatchObject({
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 60,
      MaximumRetryAttempts: 199,
      BisectBatchOnFunctionError: true,
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ['INSERT'] }) }] },
    });
    expect(readable(mapping?.Properties.EventSourceArn)).toContain('AuditStreamArn');
    expect(mapping?.Properties.DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [queue?.id, 'Arn'] } },
    });
  });

  it('OPS-02 traces every function where X-Ray keeps traces of functions, and nowhere else', () => {
    const traced =
      stages[stage].region.startsWith('cn-') || stage === 'local' ? undefined : { Mode: 'Active' };
    const functions = built
      .of('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.FunctionName !== `ahtax-${stage}-canary`);
    expect(functions).toHaveLength(flows.length);
    for (const { Properties } of functions) expect(Properties.TracingConfig).toEqual(traced);
    const actions = [...objectsIn(built.of('AWS::IAM::Role'))].flatMap(({ Sid, Action }) =>
      Sid === 'Traces' ? [list(Action as string[]).toSorted()] : [],
    );
    const needed = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
    expect(actions).toEqual(traced ? flows.map(() => needed) : []);
  });

  it('runs one function per flow on nodejs24.x, on the architecture of the stage', () => {
    const host = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    const made = built.of('AWS::Lambda::Function');
    expect(made.map(({ Properties }) => Properties.FunctionName).sort()).toEqual(
      [...flows.map(({ name }) => name), ...(stage === 'local' ? [] : ['canary'])]
        .map((name) => `ahtax-${stage}-${name}`)
        .sort(),
    );
    for (const { Properties } of made)
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Architectures: [stage === 'local' ? host : 'arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
      });
  });

  it('PWD-02 reserves concurrency for the functions that hash for requests, where the stage says so, and for no other', () => {
    const hashing = flows
      .filter(({ hashesPasswords, routes }) => hashesPasswords && routes)
      .map(({ name }) => `ahtax-${stage}-${name}`);
    expect(hashing.length).toBeGreaterThan(0);
    const pool = stages[stage].concurrency;
    let sum = 0;
    for (const { Properties } of built.of('AWS::Lambda::Function')) {
      const reserved = Properties.ReservedConcurrentExecutions;
      if (!pool || !hashing.includes(String(Properties.FunctionName))) expect(reserved).toBeUndefined();
      else expect(reserved).toBeGreaterThanOrEqual(1);
      sum += Number(reserved ?? 0);
    }
    if (!pool) return;
    expect(sum).toBeLessThanOrEqual(pool.hashing);
    expect(sum).toBeGreaterThan(pool.hashing - hashing.length);
    expect(pool.hashing).toBeLessThanOrEqual(pool.account - 100);
  });

  it('ERR-02 lets every function with routes end before API Gateway gives up', () => {
    for (const { Properties } of built.of('AWS::ApiGatewayV2::Integration')) {
      const lambda = behind(Properties.IntegrationUri);
      expect(Number(Properties.TimeoutInMillis)).toBeGreaterThan(Number(lambda?.Properties.Timeout) * 1000);
      expect(Properties.TimeoutInMillis).toBeLessThan(30_000);
    }
  });

  it('keeps every log for the days of the stage and no longer', () => {
    const groups = built.of('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(flows.length + (stage === 'local' ? 1 : 2));
    for (const { Properties } of groups)
      expect(Properties.RetentionInDays).toBe(stages[stage].logRetentionDays);
  });

  it('DATA-01 writes the route key to the access log, never path, address, user agent or a header', () => {
    const { Format } = one('AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings as { Format: string };
    const variables = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name ?? '');
    expect(variables).toContain('routeKey');
    expect(variables.filter((name) => /path|ip|agent|identity|authoriz|domain/i.test(name))).toEqual([]);
  });

  it('UNL-1 starts the midnight unlock at 00:00 Asia/Shanghai and keeps what failed', () => {
    const schedule = built
      .of('AWS::Scheduler::Schedule')
      .find(({ Properties }) => Properties.Name === `ahtax-${stage}-midnight-unlock`)?.Properties;
    expect(schedule).toMatchObject({
      ScheduleExpression: 'cron(0 0 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
    const target = schedule?.Target as { Arn: unknown; DeadLetterConfig: { Arn: unknown } };
    const lambda = built
      .of('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `ahtax-${stage}-midnight-unlock`);
    expect(behind(target.Arn)?.id).toBe(lambda?.id);
    // Scheduler calls asynchronously: if a run throws, the function's own failure destination gets the event.
    const invoked = built
      .of('AWS::Lambda::EventInvokeConfig')
      .find(({ Properties }) => Properties.FunctionName === lambda?.Properties.FunctionName);
    expect(invoked?.Properties).toMatchObject({
      Qualifier: 'live',
      DestinationConfig: { OnFailure: { Destination: target.DeadLetterConfig.Arn } },
    });
  });

  it('TOK-03 fills the signing and sealing secrets at once and rotates them', () => {
    const rotations = built.of('AWS::SecretsManager::RotationSchedule');
    const rotation = flows.map(({ trigger }) => trigger).find((trigger) => trigger?.kind === 'rotation');
    expect(rotations.map(({ Properties }) => Properties.RotationRules)).toEqual(
      rotation?.secrets.map(({ everyDays }) => ({ AutomaticallyAfterDays: everyDays })),
    );
    const secrets = built.of('AWS::SecretsManager::Secret').map(({ id }) => id);
    for (const { Properties, DependsOn } of rotations) {
      expect(Properties.RotateImmediatelyOnUpdate).toBe(true);
      expect(secrets.some((id) => readable(Properties.SecretId).includes(id))).toBe(true);
      expect(DependsOn?.join()).toMatch(/rotation/);
    }
  });

  it('keeps secrets and keys when a stack goes, and rotates the keys', () => {
    for (const made of [...built.of('AWS::SecretsManager::Secret'), ...built.of('AWS::KMS::Key')])
      expect([made.DeletionPolicy, made.UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
    expect(built.of('AWS::KMS::Key')).toHaveLength(3);
    for (const { Properties } of built.of('AWS::KMS::Key')) expect(Properties.EnableKeyRotation).toBe(true);
    for (const { Properties } of built.of('AWS::SecretsManager::Secret'))
      expect(Object.keys(Properties)).toContain('KmsKeyId');
  });

  it('switches the default address off where the stage has its own domain', () => {
    const domain = stages[stage].domain;
    expect(one('AWS::ApiGatewayV2::Api').Properties.DisableExecuteApiEndpoint).toBe(domain !== undefined);
    expect(built.of('AWS::ApiGatewayV2::DomainName').map(({ Properties }) => Properties.DomainName)).toEqual(
      domain ? [domain.name] : [],
    );
  });

  it('knows nothing of /local, which is only for this machine', () => {
    for (const text of Object.values(built.templates)) expect(text).not.toContain('/local');
  });
});
