import { clientEntryKey, clientEntryRef, type FormEntry } from '#store/agencies/agency-forms.ts';
import { agreementsOf } from '#store/agencies/agreements.ts';
import { searchedUpdate } from '#store/agencies/form-entries.ts';
import {
  type CompanyCopies,
  copiesOf,
  copiesUpdate,
  hasSameCopies,
  needsNoCopies,
} from '#store/companies/relation-copies.ts';
import { companyRows } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import {
  findTaxpayer,
  findTaxpayers,
  isKnown,
  type KnownTaxpayer,
  taxpayerUpdate,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { allPages } from '#store/dynamodb/pages.ts';
import type { Db } from '#store/dynamodb/tables.ts';

/** Limits of the pages: relations for a million people of one company, agreements for ten thousand with one client. */
const relationsPerPage = 100;
const relationPages = 10_000;
const agreementsPerPage = 25;
const agreementPages = 400;

/** Asked between two pages: once it is true, the run ends and reports that something is left. */
type IsOver = () => boolean;

/**
 * Brings a company's name, number and state to the rows that hold copies of them: its live relations (for lists only),
 * and the rows by which its agents search. A company with the mark `copiesDue` still needs this. The change of the
 * company's row in the stream starts the copying after the answer, and a queue starts it again if it failed or the
 * company has too many people. Rows that have the copies already are not written, so later runs finish a company that
 * did not fit into one. At the end the mark is removed, but only from the row as it was read: a change in between has
 * started its own run.
 * @param named whether the company's own line has just come: agreements may have waited for the name
 * @returns whether something is left
 */
export async function copyCompany(
  db: Db,
  { companyKey, named }: { readonly companyKey: string; readonly named?: boolean | undefined },
  isOver: IsOver,
): Promise<boolean> {
  const company = await findTaxpayer(db, companyKey);
  if (!isKnown(company) || !(company.copiesDue || named)) return false;
  if (company.copiesDue && (await copyToRelations(db, company, isOver))) return true;
  if (await copyToAgents(db, company, isOver)) return true;
  if (company.copiesDue)
    await db
      .transact([
        taxpayerUpdate(companyKey, company.rev, { copiesDue: undefined }, () => new ConcurrentChange()),
      ])
      .catch((error: unknown) => {
        if (!(error instanceof ConcurrentChange)) throw error;
      });
  return false;
}

/** @returns whether something is left */
async function copyToRelations(db: Db, company: KnownTaxpayer, isOver: IsOver): Promise<boolean> {
  // Pending before active: a relation that becomes active in between is then met twice rather than never.
  for (const list of ['pending', 'active'] as const)
    for await (const page of allPages(relationPages, (from) =>
      companyRows(db, company.companyKey, list, { from, limit: relationsPerPage }),
    )) {
      await Promise.all(page.items.map((relation) => copyToRelation(db, relation, copiesOf(company))));
      if (page.next && isOver()) return true;
    }
  return false;
}

/** @returns whether something is left */
async function copyToAgents(db: Db, company: KnownTaxpayer, isOver: IsOver): Promise<boolean> {
  const { companyKey: clientKey } = company;
  for await (const page of allPages(agreementPages, (from) =>
    agreementsOf(db, { clientKey }, { from, limit: agreementsPerPage }),
  )) {
    const inForce = page.items.filter(({ state }) => state === 'active');
    for (const { agreementId, agents } of inForce)
      await Promise.all(
        agents.map(({ personKey }) =>
          db.update(searchedUpdate(clientEntryKey(personKey, clientKey, agreementId), company)),
        ),
      );
    if (page.next && isOver()) return true;
  }
  return false;
}

/** A row that changes again and again is being changed by others; then the whole run is repeated later. */
const roundsAtMost = 8;

/** Updates one row as it is now: the index may have shown an older version, and others may be changing it. */
async function copyToRelation(db: Db, relation: Relation, copies: CompanyCopies): Promise<void> {
  let row = relation;
  for (let round = 0; round < roundsAtMost; round++) {
    if (needsNoCopies(row, copies)) return;
    const written = await db.update<Relation>(copiesUpdate(row, copies));
    // A newer relation replaced this one; its own change starts its own run.
    if (written.ok || written.old?.authorizationId !== relation.authorizationId) return;
    row = written.old;
  }
  throw new ConcurrentChange();
}

/** A row that copies from a company: a relation, or an agent's row for one agreement. */
export type CopyingRow = Relation | FormEntry;
const isRelation = (row: CopyingRow): row is Relation => 'companyKey' in row;
const companyKeyOf = (row: CopyingRow): string =>
  isRelation(row) ? row.companyKey : clientEntryRef(row).clientKey;

/**
 * The other direction: rows that somebody just wrote after reading the company earlier. This brings them whatever
 * changed in the company in between, also if the index did not yet show them to `copyCompany`.
 * @returns the rows that failed
 */
export async function copyToRows(db: Db, rows: readonly CopyingRow[]): Promise<CopyingRow[]> {
  const found = await findTaxpayers(db, [...new Set(rows.map(companyKeyOf))]);
  const companies = new Map(found.filter(isKnown).map((company) => [company.companyKey, company]));
  const failed: CopyingRow[] = [];
  await Promise.all(
    rows.map(async (row) => {
      const company = companies.get(companyKeyOf(row));
      if (!company) return;
      try {
        if (!isRelation(row)) await db.update(searchedUpdate(rowKeyOf(row), company));
        else if (!hasSameCopies(row, copiesOf(company))) await copyToRelation(db, row, copiesOf(company));
      } catch {
        failed.push(row);
      }
    }),
  );
  return failed;
}

export const rowKeyOf = ({ personKey, relation }: CopyingRow) => ({ personKey, relation });
