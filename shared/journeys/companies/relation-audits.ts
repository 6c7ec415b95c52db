import { unseal } from '#crypto/sealed.ts';
import type { RelationState } from '#domain/companies/relations.ts';
import { maskName } from '#domain/people/masks.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Relation } from '#store/companies/relations.ts';
import { shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { Put } from '#store/dynamodb/tables.ts';
import { sealContext } from '#store/people/person-row.ts';
import { type ChangeOrigin, changeAuditPut } from '../change-origin.ts';
import { nameToHolder } from './company-names.ts';

/** The person of a relation as the company sees them (DOC-4). */
export const maskedHolderOf = (
  ctx: Pick<FlowContext, 'dataKeys'>,
  relation: Pick<Relation, 'personKey' | 'sealedName'>,
): string => maskName(unseal(ctx.dataKeys, sealContext.name(relation.personKey), relation.sealedName));

/**
 * Two audit events, so that both sides find the change of a relation in their own history (AUD-1, REL-10); they belong
 * into the transaction of the change.
 * @param became the new state, or `adjusted` if only permissions or the last day changed
 */
export function relationAudits(
  ctx: Pick<FlowContext, 'settings' | 'dataKeys'>,
  relation: Relation,
  became: RelationState | 'adjusted',
  origin: ChangeOrigin,
  detail: NonNullable<AuditEvent['detail']> = {},
): Put[] {
  const event = (subject: string, about: NonNullable<AuditEvent['detail']>): Put =>
    changeAuditPut(ctx, origin, subject, `relation-${became}`, { role: relation.role, ...about, ...detail });
  return [
    event(relation.personKey, {
      taxpayerId: shownTaxpayerId(ctx.dataKeys, relation),
      taxpayerName: nameToHolder({ ...relation, state: became === 'adjusted' ? relation.state : became }),
    }),
    event(relation.companyKey, { person: maskedHolderOf(ctx, relation) }),
  ];
}
