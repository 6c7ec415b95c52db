import type { Identity } from '#contract/schemas.ts';
import type { SpecialEntry } from '#domain/companies/entries.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { FlowContext } from '#runtime/context.ts';
import { activeRelationCheck } from '#store/companies/relation-checks.ts';
import type { Relation } from '#store/companies/relations.ts';
import { activeCompanyCheck, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { ActsAs } from '#store/sessions/session-row.ts';

/** What a session can become at a company, and what must still be true when it does. */
export type ActingOption = ActsAs & {
  readonly company: AccessBasis;
  /**
   * Checks for the transaction that relies on the option: this authorization is active today (REL-8) and the company is
   * active. Throws RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED or TAXPAYER_NOT_FOUND otherwise.
   */
  readonly writes: readonly Write[];
};

/**
 * The acting option that a relation gives. Nothing is judged here; the checks in its `writes` judge it.
 * @param special the entry of 特定主体 through which it is taken; absent for `enterprise`
 * @param reportNo the report of `cross-region`; the caller checks that the report is the person's
 */
export function actingOptionOf(
  ctx: Pick<FlowContext, 'dataKeys'>,
  relation: Relation,
  now: Date,
  special?: SpecialEntry,
  reportNo?: string,
): ActingOption {
  const under = reportNo === undefined ? {} : { reportNo };
  return {
    identity: { ...identityOf(ctx, relation, special), ...under },
    company: {
      by: 'relation',
      companyKey: relation.companyKey,
      role: relation.role,
      authorizationId: relation.authorizationId,
      ...under,
    },
    writes: [
      activeRelationCheck(relation, shanghaiDay(now)),
      activeCompanyCheck(relation.companyKey, relation),
    ],
  };
}

/** The identity that a relation gives. */
export function identityOf(
  ctx: Pick<FlowContext, 'dataKeys'>,
  relation: Relation,
  special?: SpecialEntry,
): Exclude<Identity, { kind: 'natural' | 'agency' }> {
  const company = {
    taxpayerId: shownTaxpayerId(ctx.dataKeys, relation),
    taxpayerName: relation.taxpayerName,
    role: relation.role,
  };
  return special
    ? { kind: 'special', subject: special, ...company }
    : { kind: 'enterprise', ...company, permissions: [...relation.permissions] };
}
