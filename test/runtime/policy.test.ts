import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsOf } from '../../infra/local/emulators/dynamodb-needs.ts';
import { matches, Policy, statementsOf } from '../../infra/local/emulators/policy.ts';

const table = 'arn:aws:dynamodb:r:1:table/T';
const policy = (...Statement: object[]) => new Policy(statementsOf({ Statement }));
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const read = { action: 'dynamodb:GetItem', resource: table };

describe('policy', () => {
  it('allows what is granted and nothing else', () => {
    const p = policy(allow(['dynamodb:GetItem'], table));
    expect(p.allows(read)).toBe(true);
    expect(p.allows({ ...read, action: 'dynamodb:PutItem' })).toBe(false);
    expect(p.allows({ ...read, resource: `${table}2` })).toBe(false);
    expect(p.allows({ ...read, resource: `${table}/index/i` })).toBe(false);
    expect(policy().allows(read)).toBe(false);
  });

  it('lets a Deny win and understands wildcards', () => {
    const p = policy(allow('dynamodb:*', '*'), { Effect: 'Deny', Action: 'dynamodb:Put*', Resource: '*' });
    expect(p.allows(read)).toBe(true);
    expect(p.allows({ ...read, action: 'dynamodb:PutItem' })).toBe(false);
    expect(matches('secret:name-??????', 'secret:name-abc123')).toBe(true);
    expect(matches('secret:name-??????', 'secret:name-abc1234')).toBe(false);
  });

  it('fails closed on conditions it does not understand', () => {
    const odd = { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } };
    expect(policy(allow('dynamodb:GetItem', table, odd)).allows(read)).toBe(false);
    expect(
      policy(allow('dynamodb:GetItem', table), { Effect: 'Deny', Action: '*', Resource: '*', ...odd }).allows(
        read,
      ),
    ).toBe(false);
    const equal = policy(
      allow('kms:Decrypt', 'k', { Condition: { StringEquals: { 'kms:EncryptionContext:a': ['1', '2'] } } }),
    );
    const decrypt = { action: 'kms:Decrypt', resource: 'k' };
    expect(equal.allows(decrypt, { 'kms:EncryptionContext:a': '2' })).toBe(true);
    expect(equal.allows(decrypt, { 'kms:EncryptionContext:a': '3' })).toBe(false);
    expect(equal.allows(decrypt)).toBe(false);
  });

  it('reports grants that were never used', () => {
    const p = policy(allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table), allow('logs:PutLogEvents', '*'));
    p.allows(read);
    p.allows({ ...read, action: 'dynamodb:DeleteItem' });
    expect(p.unused(['dynamodb'])).toEqual([{ action: 'dynamodb:PutItem', resource: table }]);
  });

  it('never matches a pattern without wildcards to another text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(!/[*?]/.test(a));
        expect(matches(a, b)).toBe(a === b);
      }),
    );
    fc.assert(
      fc.property(
        fc.string(),
        (text) => matches('*', text) && matches(`${text.replace(/[*?]/g, '?')}*`, text),
      ),
    );
  });
});

describe('what a call needs', () => {
  const arn = (name: string) => `arn:aws:dynamodb:r:1:table/${name}`;
  const needs = (operation: string, input: object) =>
    needsOf(operation, { ...input }, arn).map(
      ({ action, resource }) =>
        `${action.slice('dynamodb:'.length)} ${resource.slice('arn:aws:dynamodb:r:1:table/'.length)}`,
    );

  it('judges transactions and batches item by item', () => {
    const items = [
      { Put: { TableName: 'A' } },
      { Update: { TableName: 'B' } },
      { Delete: { TableName: 'C' } },
      { ConditionCheck: { TableName: 'D' } },
    ];
    expect(needs('TransactWriteItems', { TransactItems: items })).toEqual([
      'PutItem A',
      'UpdateItem B',
      'DeleteItem C',
      'ConditionCheckItem D',
    ]);
    expect(needs('TransactGetItems', { TransactItems: [{ Get: { TableName: 'A' } }] })).toEqual([
      'GetItem A',
    ]);
    expect(needs('BatchGetItem', { RequestItems: { A: {}, B: {} } })).toEqual([
      'BatchGetItem A',
      'BatchGetItem B',
    ]);
    expect(needs('BatchWriteItem', { RequestItems: { A: [] } })).toEqual(['BatchWriteItem A']);
  });

  it('tells an index from its table, and a table ARN from a name', () => {
    expect(needs('Query', { TableName: 'A', IndexName: 'i' })).toEqual(['Query A/index/i']);
    expect(needs('Query', { TableName: 'A' })).toEqual(['Query A']);
    expect(needs('GetItem', { TableName: arn('A') })).toEqual(['GetItem A']);
  });

  it('asks for an action nobody grants where it does not know the call', () => {
    expect(needs('ExecuteStatement', { Statement: 'SELECT * FROM A' })).toEqual(['ExecuteStatement *']);
  });
});
