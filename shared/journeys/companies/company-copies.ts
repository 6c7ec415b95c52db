import type { FlowContext } from '#runtime/context.ts';
import { companyRelations, copiesUpdate } from '#store/companies/relations.ts';
import { type KnownTaxpayer, taxpayerUpdate } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Key } from '#store/dynamodb/tables.ts';

/**
 * Brings name and state of a company to the live relations' copies, which are for lists only. A company marked
 * `copiesDue` has this still before it, also when the function that changed it died half-way; doing it twice is
 * harmless. Takes one call a relation, only when something changed.
 */
export async function refreshCopies(ctx: FlowContext, company: KnownTaxpayer): Promise<void> {
  const copies = {
    taxpayerName: company.name,
    taxpayerState: company.state,
    taxpayerSubjects: company.subjects,
    taxpayerTerm: company.term,
  };
  // Pending before active: what becomes active in between is met twice rather than never.
  for (const list of ['pending', 'active'] as const) {
    let from: Key | undefined;
    do {
      const page = await companyRelations(ctx.db, company.companyKey, list, { from, limit: 100 });
      await Promise.all(page.items.map((relation) => ctx.db.update(copiesUpdate(relation, copies))));
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
