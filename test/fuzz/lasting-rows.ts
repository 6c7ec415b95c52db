import { type Row, rowsOf } from '../flows/support/tables.ts';
import type { Door } from '../support/door.ts';

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
export async function lastingRows(door: Door): Promise<readonly string[]> {
  // The streams update copies of the changed data after the answers.
  await door.settled();
  const found = await Promise.all(
    tables.map(async (table) => (await rowsOf(door, table)).map((row) => `${table} ${textOf(row)}`)),
  );
  return found.flat().sort();
}
