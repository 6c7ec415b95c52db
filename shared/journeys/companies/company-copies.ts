import { companyRows, type ListPage, personList } from '#store/companies/relation-lists.ts';
import { type CompanyCopies, copiesUpdate, hasCopies, type Relation } from '#store/companies/relations.ts';
import {
  type CopiesDue,
  companiesDue,
  findTaxpayer,
  findTaxpayers,
  isKnown,
  type KnownTaxpayer,
  keptNumberOf,
  taxpayerUpdate,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Key } from '#store/dynamodb/tables.ts';

const copiesOf = (company: KnownTaxpayer): CompanyCopies => ({
  taxpayerName: company.name,
  taxpayerState: company.state,
  taxpayerSubjects: company.subjects,
  ...(company.term === undefined ? {} : { taxpayerTerm: company.term }),
  ...keptNumberOf(company),
});

/**
 * A page of a person's relations, with what their companies are now: after a company's change the copies are a moment
 * old, and who meets one of those reads the company itself. Which these are is read beside the page, so that a page with
 * none, which is nearly every one, takes one call in sequence.
 */
export async function personPage(db: Db, ...[personKey, list, wanted]: OfPerson): Promise<ListPage> {
  const [page, old] = await Promise.all([personList(db, personKey, list, wanted), companiesDue(db)]);
  return { ...page, relations: await asCompaniesStand(db, page.relations, old) };
}
type OfPerson = Parameters<typeof personList> extends [Db, ...infer Rest] ? Rest : never;

async function asCompaniesStand(
  db: Db,
  relations: readonly Relation[],
  { companyKeys, many }: CopiesDue,
): Promise<Relation[]> {
  const keys = new Set(relations.map(({ companyKey }) => companyKey));
  const asked = many ? [...keys] : [...keys].filter((key) => companyKeys.has(key));
  const companies = new Map(
    (await findTaxpayers(db, asked)).filter(isKnown).map((company) => [company.companyKey, company]),
  );
  return relations.map((relation) => {
    const company = companies.get(relation.companyKey);
    if (!company) return relation;
    // A number is in clear or sealed, never both (DOC-4): the company says which.
    const { taxpayerId: _clear, sealedId: _sealed, ...rest } = relation;
    return { ...rest, ...copiesOf(company) };
  });
}

const rowsPerCall = 100;

/**
 * Brings name, number and state of a company to its live relations' copies, which are for lists only. A company marked
 * `copiesDue` has this still before it: its row's stream starts it, after the answer, and again where it failed. Rows that
 * have the copies already take no write, so that a company whose people do not fit one run is done by the next ones. Ends
 * with the mark, which falls only from the row that was read: a change meanwhile has its own start.
 */
export async function refreshCopies(db: Db, companyKey: string): Promise<void> {
  const company = await findTaxpayer(db, companyKey);
  if (!isKnown(company) || company.copiesDue === undefined) return;
  const copies = copiesOf(company);
  // Pending before active: what becomes active in between is met twice rather than never.
  for (const list of ['pending', 'active'] as const) {
    let from: Key | undefined;
    // Ends with the company's rows, or with the function's time.
    do {
      const page = await companyRows(db, companyKey, list, { from, limit: rowsPerCall });
      await Promise.all(page.items.map((relation) => refreshed(db, relation, copies)));
      from = page.next;
    } while (from);
  }
  await db
    .transact([
      taxpayerUpdate(companyKey, company.rev, { copiesDue: undefined }, () => new ConcurrentChange()),
    ])
    .catch((error: unknown) => {
      if (!(error instanceof ConcurrentChange)) throw error;
    });
}

/** A row that changes again and again under us is one that somebody is working on; the whole is tried again. */
const roundsAtMost = 8;

/** One row, as it is now: the index may have shown an older one, and others may be moving it. */
async function refreshed(db: Db, relation: Relation, copies: CompanyCopies): Promise<void> {
  let row = relation;
  for (let round = 0; round < roundsAtMost; round++) {
    if (hasCopies(row, copies)) return;
    const written = await db.update<Relation>(copiesUpdate(row, copies));
    // Replaced by a newer one, which began with what the company is now.
    if (written.ok || written.old?.authorizationId !== relation.authorizationId) return;
    row = written.old;
  }
  throw new ConcurrentChange();
}
