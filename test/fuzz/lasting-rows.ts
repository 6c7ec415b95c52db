import { type Row, rowsOf } from '../flows/support/tables.ts';
import type { Door } from '../support/door.ts';

/** Tables of facts. The others count tries, sends and misses or keep the history, which a refusal adds to. */
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

/** Everything that lasts, row by row, to be compared. */
export async function lastingRows(door: Door): Promise<readonly string[]> {
  // Copies of what the journey has changed follow after its answers.
  await door.settled();
  const found = await Promise.all(
    tables.map(async (table) => (await rowsOf(door, table)).map((row) => `${table} ${textOf(row)}`)),
  );
  return found.flat().sort();
}
