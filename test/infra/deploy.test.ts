import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../infra/config.ts';
import { boundary, boundaryName, deployPolicy } from '../../infra/deploy/policies.ts';
import { matches } from '../../infra/local/emulators/policy.ts';
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

const deployed = stageNames.filter((name): name is Exclude<StageName, 'local'> => name !== 'local');
const account = '345678901234';
const everything = (built: Assembly): Resource[] =>
  [...Object.values(built.templates), built.portal, built.portalLogs, built.portalAlarms].flatMap((text) =>
    text ? resourcesOf(text) : [],
  );

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
});
