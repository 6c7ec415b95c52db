import { describe, expect, it } from 'vitest';
import {
  above,
  absent,
  absentOr,
  all,
  any,
  atLeast,
  atMost,
  below,
  between,
  type Condition,
  compile,
  copyOf,
  differs,
  equals,
  exists,
  holds,
  minus,
  not,
  oneOf,
  plus,
  sameAs,
  sizeAtLeast,
  sizeBelow,
  sizeIs,
  startsWith,
  unlessSet,
} from '#store/dynamodb/expressions.ts';

const conditionOf = (condition: Condition) => compile({ condition });

describe('a condition', () => {
  it('aliases each step of a path, and passes each value beside the text', () => {
    expect(conditionOf(all(equals('account.status', 'active'), below('turnedAt[7]', 5)))).toEqual({
      condition: '#account.#status = :v0 AND #turnedAt[7] < :v1',
      filter: undefined,
      update: undefined,
      names: { '#account': 'account', '#status': 'status', '#turnedAt': 'turnedAt' },
      values: { ':v0': 'active', ':v1': 5 },
    });
  });

  it('takes a step that is somebody’s data as it is', () => {
    const { condition, names } = conditionOf(atLeast(['openUntil', 'a.b OR x[0]'], '2027-01-01'));
    expect(condition).toBe('#openUntil.#n1 >= :v0');
    expect(names).toEqual({ '#openUntil': 'openUntil', '#n1': 'a.b OR x[0]' });
  });

  it.each<[string, Condition, string]>([
    ['one part alone', all(absent('a')), 'attribute_not_exists(#a)'],
    ['parts that are left out', any(undefined, absent('a'), undefined), 'attribute_not_exists(#a)'],
    [
      'or within and',
      all(absent('a'), absentOr('b', equals('b', 1))),
      'attribute_not_exists(#a) AND (attribute_not_exists(#b) OR #b = :v0)',
    ],
    [
      'and within or',
      any(absent('a'), all(absent('b'), absent('c'))),
      'attribute_not_exists(#a) OR (attribute_not_exists(#b) AND attribute_not_exists(#c))',
    ],
    [
      'or within or, without parentheses',
      absentOr('a', any(sizeBelow('a', 2), holds('a', 'x'))),
      'attribute_not_exists(#a) OR size(#a) < :v0 OR contains(#a, :v1)',
    ],
    ['a list of values', not(oneOf('state', ['x', 'y'])), 'NOT #state IN (:v0, :v1)'],
    [
      'not of several',
      not(any(absent('a'), absent('b'))),
      'NOT (attribute_not_exists(#a) OR attribute_not_exists(#b))',
    ],
    ['not of one', not(exists('a')), 'NOT attribute_exists(#a)'],
    ['another value', differs('a', 1), '#a <> :v0'],
    ['numbers', all(above('a', 1), atMost('b', 2)), '#a > :v0 AND #b <= :v1'],
    ['the beginning of a text', startsWith('a', 'x'), 'begins_with(#a, :v0)'],
    ['a range', between('a', 1, 2), '#a BETWEEN :v0 AND :v1'],
    ['two attributes', sameAs('a', 'b.c'), '#a = #b.#c'],
    ['sizes', any(sizeIs('a', 1), sizeAtLeast('b', 2)), 'size(#a) = :v0 OR size(#b) >= :v1'],
    ['a step of many digits', equals('turnedAt[10]', 1), '#turnedAt[10] = :v0'],
  ])('of %s', (_, condition, text) => {
    expect(conditionOf(condition).condition).toBe(text);
  });

  it('stands beside a filter, and shares names and values with it', () => {
    expect(compile({ condition: equals('a', 1), filter: all(exists('a'), below('b', 2)) })).toEqual({
      condition: '#a = :v0',
      filter: 'attribute_exists(#a) AND #b < :v1',
      update: undefined,
      names: { '#a': 'a', '#b': 'b' },
      values: { ':v0': 1, ':v1': 2 },
    });
  });

  it('of nothing is no condition that always holds, but a mistake', () => {
    expect(() => all(undefined)).toThrow('a condition of nothing');
  });
});

describe('a change', () => {
  it('has its clauses in one order, and leaves out what is undefined', () => {
    const { update, values } = compile({
      update: {
        take: { members: 'c' },
        add: { count: 1, none: undefined },
        remove: ['old'],
        set: {
          a: 1,
          none: undefined,
          b: plus('b', 2),
          c: minus('c', 3),
          d: copyOf('e'),
          f: unlessSet('f', 4),
        },
      },
    });
    expect(update).toBe(
      'SET #a = :v0, #b = #b + :v1, #c = #c - :v2, #d = #e, #f = if_not_exists(#f, :v3) REMOVE #old ADD #count :v4 DELETE #members :v5',
    );
    expect(Object.values(values ?? {})).toEqual([1, 2, 3, 4, 1, 'c']);
  });

  it('shares names and values with its condition', () => {
    expect(compile({ update: { set: { a: 1 } }, condition: equals('a', 2) })).toEqual({
      condition: '#a = :v0',
      filter: undefined,
      update: 'SET #a = :v1',
      names: { '#a': 'a' },
      values: { ':v0': 2, ':v1': 1 },
    });
  });

  it('of nothing says nothing', () => {
    expect(compile({})).toEqual({
      condition: undefined,
      filter: undefined,
      update: undefined,
      names: undefined,
      values: undefined,
    });
  });
});
