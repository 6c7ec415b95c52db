import { copiesOf } from '#store/companies/relation-copies.ts';
import { type ListPage, personList } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { type CopiesDue, companiesDue, findTaxpayers, isKnown } from '#store/companies/taxpayers.ts';
import type { Db } from '#store/dynamodb/tables.ts';

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
