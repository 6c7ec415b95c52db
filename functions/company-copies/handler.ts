import type { DynamoDBStreamEvent } from 'aws-lambda';
import { refreshCopies } from '#journeys/companies/company-copies.ts';
import { openTables } from '#store/dynamodb/tables.ts';

const db = openTables();

/** A change tells which company; what it is now, the table says. A batch that fails comes again, and doing it twice is harmless. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<void> {
  const companyKeys = new Set(Records.flatMap(({ dynamodb }) => dynamodb?.Keys?.companyKey?.S ?? []));
  for (const companyKey of companyKeys) await refreshCopies(db, companyKey);
}
