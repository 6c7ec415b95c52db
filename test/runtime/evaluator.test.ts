// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes its placeholders so
import { describe, expect, it } from 'vitest';
import { readAssembly } from '../../infra/local/template/assembly.ts';
import { evaluate } from '../../infra/local/template/evaluate.ts';
import { readModel } from '../../infra/local/template/model.ts';
import { fixtureAssembly } from './fixture.ts';

const here = { region: 'ap-southeast-1', account: '000000000000', partition: 'aws' } as const;
const stack = (template: object, name = 'one', region?: string) => ({
  name,
  template: { ...template },
  region,
  account: undefined,
});
const only = (value: unknown, more: object = {}) =>
  evaluate([stack({ Resources: { It: { Type: 'X::Y::Z', Properties: { value } } }, ...more })], here)[0]
    ?.properties.value;

describe('template evaluator', () => {
  it('resolves join, select, split, sub and pseudo parameters', () => {
    expect(only({ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] })).toBe('a-ap-southeast-1');
    expect(only({ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] })).toBe('b');
    expect(only({ 'Fn::Sub': '${AWS::Partition}:${It}:${!It}' })).toBe('aws:one-It:${It}');
    expect(only({ 'Fn::Sub': ['${x}/${AWS::URLSuffix}', { x: { Ref: 'AWS::StackName' } }] })).toBe(
      'one/amazonaws.com',
    );
  });

  it('follows the partition of the stack', () => {
    const [table] = evaluate(
      [stack({ Resources: { T: { Type: 'AWS::DynamoDB::Table' } } }, 'cn', 'cn-north-1')],
      here,
    );
    expect(table?.arn).toBe('arn:aws-cn:dynamodb:cn-north-1:000000000000:table/cn-T');
  });

  it('takes conditions, parameters and mappings into account', () => {
    const more = {
      Parameters: { P: { Type: 'String', Default: 'yes' } },
      Conditions: {
        C: {
          'Fn::And': [{ 'Fn::Equals': [{ Ref: 'P' }, 'yes'] }, { 'Fn::Not': [{ 'Fn::Equals': [1, 2] }] }],
        },
      },
      Mappings: { M: { a: { b: 'mapped' } } },
    };
    expect(only({ 'Fn::If': ['C', 'then', 'else'] }, more)).toBe('then');
    expect(only({ 'Fn::FindInMap': ['M', 'a', 'b'] }, more)).toBe('mapped');
    expect(only({ kept: 1, gone: { Ref: 'AWS::NoValue' } })).toEqual({ kept: 1 });
  });

  it('says which stack uses what it does not know', () => {
    expect(() => only({ 'Fn::Cidr': [] })).toThrow('stack one uses Fn::Cidr');
    expect(() => only({ Ref: 'Nobody' })).toThrow('stack one uses Ref Nobody');
    expect(() => only({ 'Fn::ImportValue': 'nowhere' })).toThrow('the export nowhere');
  });

  it('reads functions, routes, schedules, secrets and keys across stacks', () => {
    const app = readModel(readAssembly(fixtureAssembly));
    expect(app.tables.map(({ name }) => name)).toEqual(['fixture-Things', 'fixture-data-Others']);
    expect(app.functions.map(({ shortName }) => shortName)).toEqual([
      'probe',
      'narrow',
      'rotator',
      'registry-feed',
    ]);
    expect(app.functions[0]?.environment).toMatchObject({
      OTHERS: 'fixture-data-Others',
      HERE: 'ap-southeast-1/fixture-data-Others/${kept}',
    });
    expect(app.routes[0]).toEqual({ routeKey: 'POST /probe', functionName: 'fixture-probe' });
    expect(app.schedules[0]).toMatchObject({
      name: 'fixture-nightly',
      timezone: 'Asia/Shanghai',
      functionName: 'fixture-probe',
    });
    expect(app.secrets.map(({ name, rotation }) => [name, rotation?.functionName])).toEqual([
      ['fixture/turning', 'fixture-rotator'],
      ['fixture/plain', undefined],
    ]);
    expect(app.keys[0]?.aliases).toEqual(['alias/fixture']);
  });
});
