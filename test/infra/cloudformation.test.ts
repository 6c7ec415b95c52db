import { describe, expect, it } from 'vitest';
import { stageNames } from '../../infra/config.ts';
import { assembly, type Resource, synthTimeout } from './assembly.ts';
import { faultsOf } from './cloudformation.ts';

describe.each(stageNames)('stage %s', (stage) => {
  it(
    'has no property that CloudFormation would refuse: unknown, missing or of another type',
    async () => {
      const { templates, portal, portalLogs, portalAlarms } = await assembly(stage);
      const texts = [...Object.values(templates), portal, portalLogs, portalAlarms].filter(
        (text) => text !== undefined,
      );
      const resources = texts.flatMap((text) =>
        Object.entries<Resource>(JSON.parse(text).Resources).map(([id, { Type, Properties = {} }]) => ({
          id,
          Type,
          Properties,
        })),
      );
      expect(resources.length).toBeGreaterThan(200);
      const faults = resources
        .filter(({ Type }) => !Type.startsWith('Custom::'))
        .flatMap(({ id, Type, Properties }) => faultsOf(Type, Properties).map((fault) => `${id}: ${fault}`));
      expect(faults).toEqual([]);
    },
    synthTimeout,
  );
});

it('would see a wrong name, a wrong value and a missing one', () => {
  const table = { TableName: 't', KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }] };
  expect(faultsOf('AWS::DynamoDB::Table', table)).toEqual([]);
  expect(faultsOf('AWS::DynamoDB::Table', { ...table, Colour: 'red' })).toEqual([
    'AWS::DynamoDB::Table.Colour is unknown',
  ]);
  expect(faultsOf('AWS::DynamoDB::Table', { ...table, DeletionProtectionEnabled: 'yes' })).toEqual([
    'AWS::DynamoDB::Table.DeletionProtectionEnabled is no boolean',
  ]);
  expect(
    faultsOf('AWS::DynamoDB::Table', { ...table, AttributeDefinitions: [{ AttributeName: 'a' }] }),
  ).toEqual(['AWS::DynamoDB::Table.AttributeDefinitions[0].AttributeType is missing']);
  expect(faultsOf('AWS::Lambda::Function', {})).toContain('AWS::Lambda::Function.Code is missing');
  expect(() => faultsOf('AWS::DynamoDB::Chair', {})).toThrow('no resource');
});
