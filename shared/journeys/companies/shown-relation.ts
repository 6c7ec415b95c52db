import type { ShownState } from '#domain/companies/relations.ts';
import { isoShanghai } from '#domain/days.ts';
import type { Relation } from '#store/companies/relations.ts';

/** What every list of relations shows about one relation, to either side and to a channel (CTR-3, REL-8). */
export const shownRelation = (relation: Relation, state: ShownState) => ({
  role: relation.role,
  state,
  direction: relation.direction,
  permissions: [...relation.permissions],
  ...(relation.validUntil === undefined ? {} : { validUntil: relation.validUntil }),
  updatedAt: isoShanghai(new Date(relation.updatedAt)),
});
