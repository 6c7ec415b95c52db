import { it } from 'vitest';

interface Options {
  readonly timeout?: number | undefined;
}
type Run = (...row: unknown[]) => void;

/**
 * `it.each` for one proof in many variants: `npm test` runs only the first ones, and `npm run test:full` runs all. Put
 * the variant that proves most first.
 */
export const keeping = (kept: number): typeof it.each =>
  ((rows: readonly unknown[]) =>
    (title: string, ...given: [Run, number?] | [Options, Run]) => {
      const [options, run] =
        typeof given[0] === 'function'
          ? [{ timeout: given[1] as number | undefined }, given[0]]
          : [given[0], given[1] as Run];
      const { timeout, ...more } = options;
      const some = { ...more, ...(timeout === undefined ? {} : { timeout }) };
      if (kept > 0) it.each(rows.slice(0, kept))(title, some, run);
      if (rows.length > kept) it.each(rows.slice(kept))(title, { ...some, tags: ['long'] }, run);
    }) as unknown as typeof it.each;

/** A test that only `npm run test:full` runs: a large test whose rules have smaller tests too. */
export const long = (title: string, run: () => unknown, timeout?: number): void =>
  it(title, { tags: ['long'], ...(timeout === undefined ? {} : { timeout }) }, run as () => void);
