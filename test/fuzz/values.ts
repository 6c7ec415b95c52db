import fc from 'fast-check';
import type { Shape } from '../flows/support/bodies.ts';

/** What breaks programs: lengths, Unicode, numbers and texts that mean something to somebody. */
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

/** Values that the schema allows, as far as OpenAPI says it. */
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

/** A value for one member, from what fits to what nobody would send. `undefined`: the member is missing. */
export const memberOf = (shape: Shape): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 3, arbitrary: fitting(shape) },
    { weight: 3, arbitrary: fc.constantFrom(...oddities) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

/** Another id in a path: one that nobody has, a changed one, and what is none. */
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
