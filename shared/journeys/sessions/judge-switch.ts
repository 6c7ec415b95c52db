import { isAdmitted } from '#domain/companies/entries.ts';
import { inTerm, isActiveOn } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { relationsIn } from '#store/companies/relations.ts';
import { companyProblem, findTaxpayer } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import { asPerson } from '#store/sessions/session-row.ts';
import { byStaffForm, firstActingOption, readAgentAccess } from '../agencies/agent-access.ts';
import { actingOptionOf } from '../companies/acting-option.ts';
import type { SessionCall } from '../factors/fresh-factor.ts';
import { lastRolesWith } from './current-identity.ts';
import type { IdentityChoice } from './identity-choices.ts';
import type { JudgedSwitch } from './switch-identity.ts';

/**
 * Whether the person may become that identity today, with the writes that check it in the transaction and remember the
 * role (LGN-10).
 */
export async function judgeSwitch(
  ctx: FlowContext,
  call: SessionCall,
  choice: IdentityChoice,
): Promise<JudgedSwitch> {
  if (choice === 'person') return { next: asPerson, writes: [] };
  const { personKey, company: acting } = call.caller.session;
  const { companyKey, role } = choice;
  // From a client back to the agency, within the agency's own session; other clients are reached by another route
  // (SWI-3).
  if (acting?.by === 'agreement' && acting.agencyKey === companyKey && role === acting.role)
    return backToAgency(ctx, call, companyKey);
  const [relations, company, person] = await Promise.all([
    relationsIn(ctx.db, personKey, companyKey),
    findTaxpayer(ctx.db, companyKey),
    findPerson(ctx.db, personKey).then((found) => requireAdmitted(found, 'SESSION_ENDED')),
  ]);
  const day = shanghaiDay(call.now);
  const active = relations.filter((relation) => isActiveOn(inTerm(relation, company?.term), day));
  const relation = active.find((one) => one.role === role);
  const problem = companyProblem(company);
  // SWI-4: only own relations can be reached by this route.
  if (!relation && role === 'tax-agent') throw new Problem('SWITCH_NOT_ALLOWED');
  if (!relation || problem?.code === 'TAXPAYER_NOT_FOUND') throw new Problem('RELATION_NOT_FOUND');
  if (problem) throw problem;
  // SPC-1: special subjects are reached by their own entries only.
  if (!isAdmitted('enterprise', company?.subjects ?? [])) throw new Problem('SWITCH_NOT_ALLOWED');
  const option = actingOptionOf(ctx, relation, call.now);
  const remembered =
    active.length > 1 && person.lastRoles?.[companyKey] !== role
      ? [
          personUpdate(
            personKey,
            person.rev,
            { lastRoles: lastRolesWith(person, option) },
            () => new ConcurrentChange(),
          ),
        ]
      : [];
  return { next: option, writes: [...option.writes, ...remembered] };
}

async function backToAgency(
  ctx: FlowContext,
  { caller: { session }, now }: SessionCall,
  agencyKey: string,
): Promise<JudgedSwitch> {
  if (session.identity.kind !== 'agency') throw new Problem('SWITCH_NOT_ALLOWED');
  const read = await readAgentAccess(ctx.db, session.personKey, [byStaffForm(agencyKey)]);
  const option = firstActingOption(ctx, session.personKey, read, 'agency', now);
  if (!option) throw new Problem('RELATION_NOT_FOUND');
  return { next: option, writes: option.writes };
}
