import { type Row, rowsOf } from '../flows/support/tables.ts';
import type { TestRuntime } from '../support/runtime.ts';

/**
 * The tables of lasting facts. The other tables count tries, sends and misses, or keep the history; a refusal writes
 * there too.
 */
const tables = [
  'Users',
  'Phones',
  'Sessions',
  'Relationships',
  'Taxpayers',
  'Agencies',
  'Agreements',
  'CrossRegionReports',
];

const textOf = (row: Row): string =>
  JSON.stringify(row, (_name, value) => (value instanceof Set ? [...value].sort() : value));

/** Every lasting row as text, for a comparison. */
export async function lastingRows(runtime: TestRuntime): Promise<readonly string[]> {
  // The streams update copies of the changed data after the answers.
  await runtime.settled();
  const found = await Promise.all(
    tables.map(async (table) => (await rowsOf(runtime, table)).map((row) => `${table} ${textOf(row)}`)),
  );
  return found.flat().sort();
}
