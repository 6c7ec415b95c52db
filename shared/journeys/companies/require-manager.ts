import { may } from '#domain/channels.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { isManagingRole } from '#domain/relations.ts';
import type { FlowContext } from '#runtime/context.ts';
import { activeRelationCheck, type Relation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companyProblem,
  findTaxpayer,
  isKnown,
  type KnownTaxpayer,
  type Taxpayer,
} from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { SessionCall } from '../factors/fresh-factor.ts';
import { type ManagingCall, managingFactor } from '../factors/managing-factor.ts';

/** REL-9: of the channels only the web and the hall change relations; a session says where it was opened. */
export function requireChangingChannel(ctx: Pick<FlowContext, 'settings'>, { caller }: SessionCall): void {
  if (!may(caller.session.channel, 'change-relations', ctx.settings))
    throw new Problem('CHANNEL_NOT_ALLOWED');
}

/**
 * REL-5: the company for whose people this session acts: legal representative or finance head, logged in through
 * `enterprise`. ROLE_NOT_ALLOWED for everybody else.
 */
export function managedCompany({ caller }: SessionCall): Extract<AccessBasis, { by: 'relation' }> {
  const { identity, company } = caller.session;
  if (identity.kind !== 'enterprise' || company?.by !== 'relation' || !isManagingRole(company.role))
    throw new Problem('ROLE_NOT_ALLOWED');
  return company;
}

/** A company whose people are being managed: as it stands, and the checks for the transaction that relies on it. */
export interface Managed {
  readonly company: KnownTaxpayer;
  readonly writes: readonly Write[];
}

/**
 * The checks of factor and own place: the session's relation was looked at when the call came in, and is looked at again
 * inside the transaction, for the one who is replaced while acting. Throws ROLE_NOT_ALLOWED and what `managingFactor`
 * throws; in the transaction RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED.
 * @param relation whom it is about: one that ended with an earlier term of the company is not moved (ENT-4), STATE_CONFLICT
 */
export const managingChecks = (
  ctx: Pick<FlowContext, 'settings'>,
  call: ManagingCall,
  relation?: Relation,
): Write[] => {
  const acting = managedCompany(call);
  const { personKey } = call.caller.session;
  return [
    ...managingFactor(ctx, call),
    activeRelationCheck({ personKey, ...acting }, shanghaiDay(call.now)),
    {
      ...activeCompanyCheck(acting.companyKey, relation),
      onRefused: (old) => lostProblem(old as Taxpayer | undefined, relation),
    },
  ];
};

/** The same with the company as it stands now. */
export async function managed(
  ctx: Pick<FlowContext, 'db' | 'settings'>,
  call: ManagingCall,
): Promise<Managed> {
  const writes = managingChecks(ctx, call);
  const company = await findTaxpayer(ctx.db, managedCompany(call).companyKey);
  if (!isKnown(company) || company.state !== 'active') throw lostProblem(company);
  return { company, writes };
}

/** To somebody inside, a company that is gone is no unknown number: they have no place in it any more. */
function lostProblem(company: Taxpayer | undefined, relation?: Relation): Problem {
  const problem = companyProblem(company);
  if (!problem && relation) return new Problem('STATE_CONFLICT');
  return problem?.code === 'COMPANY_NOT_CONFIRMED' ? problem : new Problem('RELATION_NOT_FOUND');
}
