import type { FlowContext } from '#runtime/context.ts';
import { companyRows, type ListPage, personList } from '#store/companies/relation-lists.ts';
import { type CompanyCopies, copiesUpdate, type Relation } from '#store/companies/relations.ts';
import {
  type CopiesDue,
  companiesDue,
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
    return company ? { ...relation, ...copiesOf(company) } : relation;
  });
}

/**
 * Brings name, number and state of a company to the live relations' copies, which are for lists only. A company marked
 * `copiesDue` has this still before it, also when the function that changed it died half-way; doing it twice is
 * harmless. Takes one call a relation, only when something changed.
 */
export async function refreshCopies(ctx: FlowContext, company: KnownTaxpayer): Promise<void> {
  // Pending before active: what becomes active in between is met twice rather than never.
  for (const list of ['pending', 'active'] as const) {
    let from: Key | undefined;
    do {
      const page = await companyRows(ctx.db, company.companyKey, list, { from, limit: 100 });
      await Promise.all(page.items.map((relation) => refreshed(ctx.db, relation, copiesOf(company))));
      from = page.next;
    } while (from);
  }
  await ctx.db
    .transact([
      taxpayerUpdate(company.companyKey, company.rev, { copiesDue: undefined }, () => new ConcurrentChange()),
    ])
    .catch((error: unknown) => {
      // Changed again meanwhile: that change does it anew.
      if (!(error instanceof ConcurrentChange)) throw error;
    });
}

/** A row that changes again and again under us is one that somebody is working on: they read the company themselves. */
const roundsAtMost = 8;

/** One row, as it is now: the index may have shown an older one, and others may be moving it. */
async function refreshed(db: Db, relation: Relation, copies: CompanyCopies): Promise<void> {
  let row = relation;
  for (let round = 0; round < roundsAtMost; round++) {
    const written = await db.update<Relation>(copiesUpdate(row, copies));
    // Replaced by a newer one, which began with what the company is now.
    if (written.ok || written.old?.authorizationId !== relation.authorizationId) return;
    row = written.old;
  }
  throw new ConcurrentChange();
}
