import { beforeAll, describe, expect, it } from 'vitest';
import {
  bucketOwnerVariable,
  bucketVariable,
  type FlowDeclaration,
  queueVariable,
  type SecretName,
} from '#contract/flow.ts';
import { type TableOrIndex, tableVariable } from '#contract/tables.ts';
import { flows } from '#flows/contracts.ts';
import { stageNames, stages } from '../../infra/config.ts';
import { splitTable } from '../../infra/names.ts';
import {
  type Assembly,
  assembly,
  list,
  type Resource,
  readable,
  type Statement,
  statementsOf,
  synthTimeout,
} from './assembly.ts';

describe.each(stageNames)('stage %s', (stage) => {
  let built: Assembly;
  beforeAll(async () => {
    built = await assembly(stage);
  }, synthTimeout);

  const lambdaOf = ({ name }: FlowDeclaration): Resource => {
    const found = built
      .of('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `ahtax-${stage}-${name}`);
    if (!found) throw new Error(`No function for ${name}`);
    return found;
  };
  const roleOf = (flow: FlowDeclaration): Resource => {
    const id = readable(lambdaOf(flow).Properties.Role).match(/^<(.+)\.Arn>$/)?.[1];
    const found = built.of('AWS::IAM::Role').find((role) => role.id === id);
    if (!found) throw new Error(`No role for ${flow.name}`);
    return found;
  };
  /** `action resource` for each pair that the role of a flow allows. */
  const granted = (flow: FlowDeclaration): string[] =>
    (roleOf(flow).Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap(({ Action, Resource: resources }) =>
        list(Action).flatMap((action) => list(resources).map((one) => `${action} ${readable(one)}`)),
      );

  it.each(flows)('grants $name the table actions of its contract and nothing more', (flow) => {
    const declared = Object.entries(flow.tables ?? {}).flatMap(([tableOrIndex, actions]) => {
      const [table, index] = splitTable(tableOrIndex as TableOrIndex);
      const path = `ahtax-${stage}-${table}${index ? `/index/${index}` : ''}`;
      return (actions ?? []).map(
        (action) =>
          `dynamodb:${action} arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${path}`,
      );
    });
    expect(
      granted(flow)
        .filter((pair) => pair.startsWith('dynamodb:') && !pair.includes('StreamArn'))
        .sort(),
    ).toEqual(declared.sort());
  });

  it.each(flows)('SSO-15 lets $name read the streams that start it, and send to its queues', (flow) => {
    const tables = flow.trigger?.kind === 'stream' ? Object.keys(flow.trigger.tables) : [];
    const read = granted(flow).filter((pair) => pair.includes('StreamArn'));
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    expect(read).toHaveLength(actions.length * tables.length);
    for (const table of tables)
      for (const action of actions)
        expect(
          read.filter(
            (pair) => pair.startsWith(`dynamodb:${action} `) && pair.includes(`GetAtt${table}StreamArn`),
          ),
        ).toHaveLength(1);
    const queues = granted(flow).filter((pair) => /^sqs:SendMessage arn:/.test(pair));
    expect(queues.map((pair) => pair.split(':').at(-1))).toEqual(
      (flow.sends ?? []).map((queue) => `ahtax-${stage}-${queue}`),
    );
  });

  it.each(flows)('lets $name read its own secrets only', (flow) => {
    const read = granted(flow)
      .filter((pair) => pair.startsWith('secretsmanager:GetSecretValue '))
      .map((pair) => pair.match(/OutputRef(\w+?)secret/)?.[1]);
    expect(read.sort()).toEqual([...(flow.secrets ?? [])].sort());
  });

  it.each(flows)('lets $name use the data key only for what it seals', (flow) => {
    const kms = granted(flow).filter((pair) => pair.startsWith('kms:'));
    const expected = [
      ...(flow.secrets?.includes('sealing') ? ['kms:Decrypt'] : []),
      ...(flow.trigger?.kind === 'rotation' ? ['kms:GenerateDataKey'] : []),
    ];
    expect(kms.map((pair) => pair.split(' ')[0])).toEqual(expected);
    for (const pair of kms) expect(pair).toContain('DataKey');
    for (const { Action, Condition } of statementsOf(roleOf(flow)))
      if (list(Action).some((action) => action.startsWith('kms:')))
        expect(Condition).toEqual({ StringEquals: { 'kms:EncryptionContext:purpose': 'sealing' } });
  });

  it.each(flows)('lets $name write to its own log and to no other', (flow) => {
    const logs = granted(flow).filter((pair) => pair.startsWith('logs:'));
    const group = readable((lambdaOf(flow).Properties.LoggingConfig as { LogGroup: unknown }).LogGroup);
    expect(logs).toEqual([
      `logs:CreateLogStream ${group.replace('>', '.Arn>')}`,
      `logs:PutLogEvents ${group.replace('>', '.Arn>')}`,
    ]);
    expect(roleOf(flow).Properties.ManagedPolicyArns).toBeUndefined();
  });

  it.each(flows)('gives $name the environment of its contract, below 4 KB', (flow) => {
    const { Variables } = lambdaOf(flow).Properties.Environment as { Variables: Record<string, unknown> };
    const asserted = Object.values(flow.routes ?? {}).some(({ access }) => access.endsWith('channel'));
    const names = new Set([
      'SETTINGS',
      ...Object.keys(flow.tables ?? {}).map((table) => tableVariable(splitTable(table as TableOrIndex)[0])),
      ...(flow.secrets ?? []).map((secret) => `SECRET_${secret.toUpperCase()}`),
      ...(flow.sends ?? []).map(queueVariable),
      ...(flow.keepsIn ?? []).flatMap((bucket) => [bucketVariable(bucket), bucketOwnerVariable(bucket)]),
      ...(flow.trigger?.kind === 'rotation' ? ['DATA_KEY'] : []),
      ...(asserted ? ['CHANNEL_KEYS'] : []),
      ...(flow.routes && stages[stage].portal ? ['ORIGIN_SECRET'] : []),
    ]);
    expect(Object.keys(Variables).sort()).toEqual([...names].sort());
    const bytes = Object.entries(Variables).map(([name, value]) => Buffer.byteLength(name + readable(value)));
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(4096);
  });

  it('MIG-1 lets the feed alone take from its queue, and send the rest of a file back to it', () => {
    const queue = built
      .of('AWS::SQS::Queue')
      .find(({ Properties }) => Properties.QueueName === `ahtax-${stage}-registry-feed`);
    const feed = flows.find(({ trigger }) => trigger?.kind === 'feed');
    if (!queue || !feed) throw new Error('no feed');
    const onQueues = (flow: FlowDeclaration) => granted(flow).filter((pair) => pair.startsWith('sqs:'));
    expect(onQueues(feed).sort()).toEqual(
      ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage', 'SendMessage'].map(
        (action) => `sqs:${action} <${queue.id}.Arn>`,
      ),
    );
    for (const flow of flows)
      if (flow !== feed) expect(onQueues(flow).filter((pair) => pair.includes(queue.id))).toEqual([]);
  });

  const auditCopy =
    stages[stage].auditCopyBucket?.name ?? `ahtax-${stage}-audit-copy-<AWS::AccountId>-<AWS::Region>`;

  it('AUD-1 lets one function write new objects into the audit’s second copy, and nobody do anything else there', () => {
    const onCopy = flows.flatMap((flow) =>
      granted(flow)
        .filter((pair) => pair.includes('audit-copy') && / arn:<AWS::Partition>:s3:/.test(pair))
        .map((pair) => `${flow.name} ${pair}`),
    );
    expect(onCopy).toEqual([`audit-copy s3:PutObject arn:<AWS::Partition>:s3:::${auditCopy}/*`]);
    const { Variables } = lambdaOf(flows.find(({ name }) => name === 'audit-copy') as FlowDeclaration)
      .Properties.Environment as { Variables: Record<string, unknown> };
    expect(readable(Variables.BUCKET_AUDIT_COPY)).toBe(auditCopy);
    expect(readable(Variables.BUCKET_AUDIT_COPY_OWNER)).toBe(
      stages[stage].auditCopyBucket?.account ?? '<AWS::AccountId>',
    );
  });

  it('allows nothing by wildcard, except where AWS has no name for the thing', () => {
    const exceptions: string[] = [];
    for (const resource of built.resources)
      for (const statement of statementsOf(resource)) {
        if (statement.Effect !== 'Allow') continue;
        for (const action of list(statement.Action)) expect(action).not.toContain('*');
        expect(statement.Action).toBeDefined();
        for (const target of list(statement.Resource))
          if (readable(target).includes('*'))
            exceptions.push(`${resource.Type} ${list(statement.Action).join()} ${readable(target)}`);
      }
    const others = exceptions
      // In the policy of a key, `*` means the key itself.
      .filter((exception) => !/^AWS::KMS::Key .* \*$/.test(exception))
      // X-Ray's two actions have no resource.
      .filter(
        (exception) => !/^AWS::IAM::Role xray:PutTelemetryRecords,xray:PutTraceSegments \*$/.test(exception),
      );
    // The names of objects are not known before they are written.
    const codeDeploys = /cloudwatch:DescribeAlarms|lambda:UpdateAlias/;
    expect(others.filter((exception) => !codeDeploys.test(exception)).sort()).toEqual([
      expect.stringMatching(/^AWS::IAM::Role s3:GetObject <feedfiles\.Arn>\/\*$/),
      `AWS::IAM::Role s3:PutObject arn:<AWS::Partition>:s3:::${auditCopy}/*`,
    ]);
    // CodeDeploy reads all alarms of a deployment in one call, and moves aliases of this stage only.
    expect(others.filter((exception) => codeDeploys.test(exception))).toEqual(
      stage === 'local'
        ? []
        : [
            expect.stringMatching(new RegExp(`:UpdateAlias,?\\S* \\S+:function:ahtax-${stage}-\\*$`)),
            expect.stringMatching(/^AWS::IAM::Role cloudwatch:DescribeAlarms \S+:alarm:\*$/),
          ],
    );
  });

  const readersOf = (secret: SecretName): string[] =>
    flows
      .filter(({ secrets }) => secrets?.includes(secret))
      .map(({ name }) => `arn:<AWS::Partition>:iam::<AWS::AccountId>:role/ahtax-${stage}-${name}`);

  it('SEC-01 lets the functions of the contracts read a secret and nobody else, by the roles that they really have', () => {
    const policies = built.of('AWS::SecretsManager::ResourcePolicy');
    expect(policies).toHaveLength(stage === 'local' ? 5 : 6);
    for (const secret of ['root', 'handles', 'signing', 'sealing', 'providers'] as const) {
      const policy = policies.find(({ Properties }) => readable(Properties.SecretId) === `<${secret}secret>`);
      expect(policy?.Properties.BlockPublicPolicy).toBe(true);
      if (!policy) throw new Error(`No policy of ${secret}`);
      const [statement, ...more] = statementsOf(policy);
      if (!statement) throw new Error(`An empty policy of ${secret}`);
      expect(more).toEqual([]);
      expect(statement).toMatchObject({
        Effect: 'Deny',
        Action: 'secretsmanager:GetSecretValue',
        Principal: { AWS: '*' },
      });
      const { StringNotEquals } = statement.Condition as { StringNotEquals: Record<string, unknown[]> };
      expect(Object.keys(StringNotEquals)).toEqual(['aws:PrincipalArn']);
      expect(StringNotEquals['aws:PrincipalArn']?.map(readable)).toEqual(readersOf(secret));
    }
    for (const flow of flows) expect(roleOf(flow).Properties.RoleName).toBe(`ahtax-${stage}-${flow.name}`);
  });

  it('lets nobody use the keys of tables and secrets except this account through the service', () => {
    const usable = built.of('AWS::KMS::Key').flatMap((key) =>
      statementsOf(key)
        .filter(({ Action }) => list(Action).includes('kms:Decrypt'))
        .map(({ Principal, Condition }) => ({
          key: key.id.replace(/[0-9A-F]{8}$/, ''),
          Principal,
          Condition,
        })),
    );
    expect(usable.map(({ key }) => key).sort()).toEqual(['DataKey', 'SecretsKey', 'TablesKey']);
    for (const { key, Principal, Condition } of usable)
      if (key === 'DataKey') {
        expect(readable((Principal as { AWS: unknown }).AWS)).toMatch(/:iam::<AWS::AccountId>:root$/);
        const { StringEquals } = Condition as { StringEquals: Record<string, unknown> };
        expect(StringEquals['kms:EncryptionContext:purpose']).toBe('sealing');
        expect(list(StringEquals['aws:PrincipalArn'] as unknown[]).map(readable)).toEqual(
          readersOf('sealing'),
        );
      } else {
        const { StringEquals } = Condition as { StringEquals: Record<string, unknown> };
        expect(StringEquals['kms:CallerAccount']).toEqual({ Ref: 'AWS::AccountId' });
        const services = list(StringEquals['kms:ViaService'] as unknown[]).map(
          (host) => readable(host).split('.')[0],
        );
        expect(new Set(services)).toEqual(
          new Set(key === 'TablesKey' ? ['dynamodb', 's3'] : ['secretsmanager']),
        );
      }
  });
});
