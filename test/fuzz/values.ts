import fc from 'fast-check';
import type { Shape } from '../flows/support/bodies.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, residentNumber } from '../support/people.ts';

/** Values that often break programs: extreme lengths, Unicode, numbers, and texts with a special meaning. */
const oddities: readonly unknown[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\ufeff张三',
  '\u202e139\u202c',
  '１３８０５５１０００１',
  '张'.repeat(4_000),
  'x'.repeat(12_000),
  "'; DROP TABLE Users; --",
  '__proto__',
  'null',
  'NaN',
  '-1',
  '9'.repeat(60),
  '0001-01-01',
  '9999-12-31',
  '2027-02-30',
  null,
  true,
  0,
  -1,
  1e300,
  [],
  {},
  [[[[[]]]]],
  { toString: 1 },
];

/** Values that the OpenAPI schema allows. */
function fitting(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices?.length) return fc.oneof(...choices.map(fitting));
  switch (shape.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.properties ?? {}).map(([name, member]) => [name, fitting(member)]),
        ),
        { requiredKeys: [...(shape.required ?? [])] },
      );
    case 'array':
      return fc.array(fitting(shape.items ?? {}), { maxLength: 4 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer();
    default:
      return fc.oneof(
        fc.string({ minLength: shape.minLength ?? 0, maxLength: 40 }),
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.stringMatching(/^1[3-9]\d{9}$/),
        fc.stringMatching(/^[\w-]{43}$/),
        fc.stringMatching(/^20[2-3]\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/),
      );
  }
}

/**
 * A value close to the original. A close value passes the schema more often, and so reaches the rules behind the
 * schema.
 */
function near(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === 'boolean') return fc.constant(!value);
  if (typeof value === 'number') return fc.constantFrom(value + 1, value - 1, -value, value + 0.5);
  if (Array.isArray(value))
    return fc.constantFrom([], value.slice(1), [...value, ...value], [...value, null], [value]);
  if (typeof value !== 'string' || value === '') return fc.constant(undefined);
  const last = value.slice(-1);
  return fc.constantFrom(
    value.slice(0, -1),
    `${value}${last}`,
    value.slice(0, -1) + (last === '1' ? '2' : '1'),
    [...value].reverse().join(''),
    value.toLowerCase(),
    ` ${value} `,
    `\u200b${value}`,
    value.normalize('NFD'),
    value.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  );
}

/** A value in the right form that belongs to somebody or something else. */
const others: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  phone: fc.constantFrom(mobile(), '10086', '+8613805510001'),
  newPhone: fc.constantFrom(mobile(), '10086'),
  documentNumber: fc.constantFrom(residentNumber(), '11010519491231002X', 'E12345678'),
  name: fc.constantFrom('别的人', 'Zhang San', '阿里·买买提'),
  username: fc.constantFrom('abc', '123456a', 'a'.repeat(21), 'Admin_1', 'Wanwan58'),
  newPassword: fc.constantFrom('12345678', 'Password1', 'Aa1!Aa1', 'Wanjiang#2058'),
  password: fc.constantFrom('Falsch#9182', '12345678'),
  oldPassword: fc.constant('Falsch#9182'),
  taxpayerId: fc.constantFrom(creditCode(), '91340100MA2N000000', '340104197001011234'),
  clientId: fc.constantFrom(creditCode(), '91340100MA2N000000'),
  from: fc.constantFrom('2020-01-01', '2030-01-01', '2027-02-29'),
  until: fc.constantFrom('2020-01-01', '2099-12-31', '2027-02-29'),
  validUntil: fc.constantFrom('2020-01-01', '2099-12-31', '2027-02-29'),
  revision: fc.constantFrom('0', '999', 'x'),
};

/**
 * A value for one member, from a valid one to an absurd one. `undefined` means that the member is missing.
 * @param value the value that the journey sends
 */
export const memberOf = (shape: Shape, name: string, value: unknown): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: near(value) },
    { weight: others[name] ? 3 : 0, arbitrary: others[name] ?? fc.constant(undefined) },
    { weight: 2, arbitrary: fitting(shape) },
    { weight: 3, arbitrary: fc.constantFrom(...oddities) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

/** Another id for a path: an id that nobody has, a changed id, and a text that is no id. */
export const idOf = (real: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^[\w-]{43}$/),
    fc.constantFrom(
      `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`,
      real.toUpperCase() === real ? real.toLowerCase() : real.toUpperCase(),
      `${real}x`,
      'x',
      'a'.repeat(65),
      '%00',
      '%E5%BC%A0',
      '__proto__',
      '..%2F..',
    ),
  );
