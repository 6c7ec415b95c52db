import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { copyChanges } from '#journeys/companies/copies-left.ts';
import type { CopyingRow } from '#journeys/companies/copy-company.ts';
import { imagesOf } from '#store/dynamodb/changes.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { companyCopies } from './contract.ts';

const db = openTables();

/**
 * A change only tells which company or row changed; the current data are read from the table. So a record that comes
 * twice, late or out of order does no harm.
 */
export async function handler({ Records }: DynamoDBStreamEvent, context: Context): Promise<void> {
  const companies = new Map<string, { companyKey: string; named: boolean }>();
  const rows = new Map<string, CopyingRow>();
  for (const record of Records) {
    const { fresh: row } = imagesOf<CopyingRow>(record.dynamodb);
    const companyKey = companyOf(record);
    if (companyKey !== undefined) {
      const named = !record.dynamodb?.OldImage?.name || (companies.get(companyKey)?.named ?? false);
      companies.set(companyKey, { companyKey, named });
    } else if (row) {
      rows.set(JSON.stringify([row.personKey, row.relation]), row);
    }
  }
  const changed = { companies: [...companies.values()], rows: [...rows.values()] };
  await copyChanges(db, companyCopies.name, changed, context);
}

/** Undefined for a row of Relationships, whose key has two parts. */
const companyOf = ({ dynamodb }: DynamoDBRecord): string | undefined => dynamodb?.Keys?.companyKey?.S;
