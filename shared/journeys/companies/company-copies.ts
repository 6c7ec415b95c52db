import { copiesOf } from '#store/companies/relation-copies.ts';
import { type ListPage, personList } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { type CopiesDue, companiesDue, findTaxpayers, isKnown } from '#store/companies/taxpayers.ts';
import type { Db } from '#store/dynamodb/tables.ts';

/**
 * One page of a person's relations, with the current data of their companies. For a moment after a company's change its
 * copies in the relations are old; for those companies this reads the company itself. Which companies these are is read
 * in parallel to the page, so that nearly every page takes one sequential call.
 */
export async function personPage(db: Db, ...[personKey, list, wanted]: OfPerson): Promise<ListPage> {
  const [page, old] = await Promise.all([personList(db, personKey, list, wanted), companiesDue(db)]);
  return { ...page, relations: await withFreshCopies(db, page.relations, old) };
}
type OfPerson = Parameters<typeof personList> extends [Db, ...infer Rest] ? Rest : never;

async function withFreshCopies(
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
    // A number is stored either in clear or sealed, never both (DOC-4); the company's row decides which.
    const { taxpayerId: _clear, sealedId: _sealed, ...rest } = relation;
    return { ...rest, ...copiesOf(company) };
  });
}
