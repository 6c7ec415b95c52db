import { describe, expect, it } from 'vitest';
import { type StageName, stageNames, stages } from '../../infra/config.ts';
import {
  boundary,
  boundaryName,
  deployerPolicy,
  deployerTrust,
  deployPolicy,
} from '../../infra/deploy/policies.ts';
import { matches } from '../../infra/local/emulators/policy.ts';
import { readAssembly } from '../../infra/local/template/assembly.ts';
import { evaluate } from '../../infra/local/template/evaluate.ts';
import {
  type Assembly,
  assembly,
  list,
  type Resource,
  readable,
  resourcesOf,
  statementsOf,
  synthTimeout,
} from './assembly.ts';
import needs from './fixtures/handler-actions.json' with { type: 'json' };

const deployed = stageNames.filter((name): name is Exclude<StageName, 'local'> => name !== 'local');
const account = '345678901234';
const everything = (built: Assembly): Resource[] =>
  [...Object.values(built.templates), built.portal, built.portalLogs, built.portalAlarms].flatMap((text) =>
    text ? resourcesOf(text) : [],
  );

/** Permissions that AWS lists for properties that no template here uses. */
const notOurs = [
  // Streams into Kinesis; functions in a VPC or with a file system; tables of S3; logs to Firehose.
  /^AWS::DynamoDB::Table kinesis:/,
  /^AWS::Lambda::Function (ec2|elasticfilesystem|s3files):/,
  /^AWS::S3::Bucket s3tables:/,
  /^AWS::Logs::LogGroup firehose:/,
  // The delivery of logs of services other than CloudFront.
  /^AWS::Logs::DeliverySource (?!cloudfront|logs)\w+:AllowVendedLogDeliveryForResource$/,
  // Policies of users and groups, because the stages have only roles.
  /^AWS::IAM::Policy iam:\w+(Group|User)Policy$/,
  // Removing the boundary from a role is exactly what the policy forbids.
  /^AWS::IAM::Role iam:DeleteRolePermissionsBoundary$/,
];

describe.each(deployed)('stage %s', (stage) => {
  it(
    'OPS-01 makes no role without the boundary, which allows all that the roles are given and nothing of IAM',
    async () => {
      const all = everything(await assembly(stage));
      const roles = all.filter(({ Type }) => Type === 'AWS::IAM::Role');
      expect(roles.length).toBeGreaterThan(30);
      for (const { Properties } of roles)
        expect(readable(Properties.PermissionsBoundary)).toMatch(
          new RegExp(`^arn:\\S+:iam::<AWS::AccountId>:policy/${boundaryName(stage)}$`),
        );
      const allowed = boundary(stage, account).Statement.flatMap(({ Action }) => Action);
      const given = all
        .filter(({ Type }) => /^AWS::IAM::(Role|Policy)$/.test(Type))
        .flatMap(statementsOf)
        .flatMap(({ Action }) => list(Action))
        .filter((action) => action !== 'sts:AssumeRole');
      const missing = new Set(given.filter((action) => !allowed.some((one) => matches(one, action, true))));
      expect([...missing]).toEqual([]);
      expect(allowed.filter((action) => /^(iam|sts|\*)/.test(action))).toEqual([]);
    },
    synthTimeout,
  );

  it(
    'OPS-01 has a boundary that holds each grant of each role on the very thing that it is given for',
    async () => {
      const { directory } = await assembly(stage);
      const { region } = stages[stage];
      const partition = region.startsWith('cn-') ? 'aws-cn' : 'aws';
      const all = readAssembly(directory).stacks.filter(({ name }) => !/-portal-(logs|alarms)$/.test(name));
      const resources = evaluate(
        all.map((stack) => ({ ...stack, account, region })),
        { region, account, partition },
      );
      const within = boundary(stage, account).Statement;
      const outside = new Set<string>();
      let grants = 0;
      for (const { type, id, properties } of resources)
        if (type === 'AWS::IAM::Role' || type === 'AWS::IAM::Policy')
          for (const { Action, Resource } of statementsOf({ id, Type: type, Properties: properties }))
            for (const action of list(Action))
              for (const given of list(Resource as string | string[] | undefined)) {
                // The stand-in values of a rehearsal belong to the stage's account, as real values must.
                const resource = String(given).replace('111122223333', account);
                grants += 1;
                const holds = within.some(
                  (one) =>
                    one.Action.some((pattern) => matches(pattern, action, true)) &&
                    list(one.Resource).some((pattern) => matches(pattern, resource, false)),
                );
                if (!holds) outside.add(`${id} ${action} ${resource}`);
              }
      expect(grants).toBeGreaterThan(500);
      expect([...outside]).toEqual([]);
    },
    synthTimeout,
  );

  it(
    'OPS-01 deploys by a policy that knows the services of the templates and makes roles with the boundary only',
    async () => {
      const { Statement } = deployPolicy(stage, account);
      const services = new Set(
        Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) =>
          Action.map((action) => action.split(':')[0]),
        ),
      );
      const named: Readonly<Record<string, string>> = { apigatewayv2: 'apigateway' };
      for (const { Type } of everything(await assembly(stage))) {
        const [vendor, service = ''] = Type.toLowerCase().split('::');
        if (vendor === 'aws') expect(services, Type).toContain(named[service] ?? service);
      }
      const makes = Statement.filter(({ Action }) => Action.includes('iam:CreateRole'));
      expect(makes).toHaveLength(1);
      expect(JSON.stringify(makes[0]?.Condition)).toContain(boundaryName(stage));
      for (const { Action } of Statement)
        for (const action of Action) expect(action).not.toMatch(/^(\*|iam:\*)/);
      for (const document of [boundary(stage, account), deployPolicy(stage, account)])
        expect(JSON.stringify(document).length).toBeLessThanOrEqual(6_144);
    },
    synthTimeout,
  );

  it(
    'OPS-01 deploys by a policy that allows all that CloudFormation does for the types of the templates',
    async () => {
      const { Statement } = deployPolicy(stage, account);
      const allowed = Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
      const actions: Readonly<Record<string, readonly string[]>> = needs.actions;
      const types = new Set(everything(await assembly(stage)).map(({ Type }) => Type));
      const missing: string[] = [];
      for (const type of types) {
        if (type.startsWith('Custom::')) continue;
        // If the templates contain a new type, the list needs a row for it, from AWS's schema of that type.
        expect(Object.keys(actions)).toContain(type);
        for (const action of actions[type] ?? [])
          if (!allowed.some((one) => matches(one, action, true))) missing.push(`${type} ${action}`);
      }
      expect(missing.filter((one) => !notOurs.some((pattern) => pattern.test(one)))).toEqual([]);
      // The first domain name of an account also makes API Gateway's own role; AWS's schema does not say so.
      expect(
        Statement.find(({ Action }) => Action.includes('iam:CreateServiceLinkedRole'))?.Condition,
      ).toEqual({ StringEquals: { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' } });
    },
    synthTimeout,
  );
  it('OPS-01 lets the workflow of one repository and environment take on the roles of `cdk bootstrap`, and nothing else', () => {
    expect(deployerPolicy(stage, account).Statement).toHaveLength(1);
    for (const { Action, Resource } of deployerPolicy(stage, account).Statement) {
      expect(Action).toEqual(['sts:AssumeRole']);
      for (const one of list(Resource))
        expect(one).toMatch(/^arn:aws(-cn)?:iam::345678901234:role\/cdk-\w+-[\w-]+-role-/);
    }
    const trust = JSON.stringify(deployerTrust(stage, account, 'ahtax/door'));
    expect(trust).toContain(`"repo:ahtax/door:environment:${stage}"`);
    expect(trust).toContain(
      stage === 'prod' || stage === 'staging' ? '"sts.amazonaws.com.cn"' : '"sts.amazonaws.com"',
    );
  });
});
