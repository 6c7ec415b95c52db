import {
  inTerm,
  isStaffRole,
  parseLastDay,
  permissionsOf,
  type staffRoles,
  stateOn,
  transitions,
} from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { ChangeOrigin } from '#journeys/change-origin.ts';
import { appointmentWrites, type Holder } from '#journeys/companies/appointments.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { retriedTransitionWrites } from '#journeys/companies/relation-transitions.ts';
import { assertedPerson } from '#journeys/factors/scans.ts';
import {
  holderOf,
  parseNamedPerson,
  realNameWrites,
  requireSameName,
} from '#journeys/people/named-person.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import {
  type KnownTaxpayer,
  staffedUpdate,
  storedNumberOf,
  workingCompanyCheck,
} from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import type { hall } from './contract.ts';
import { countingMissAtCounter, keyOfCompany, requireCompany, requireCounter } from './counter-checks.ts';

/**
 * ENT-3: a person who comes to the counter themselves works for the company at once, registered or not. A person whom
 * somebody else brings in (the assertion names another person) must still agree, and so must a finance head, unless the
 * officer has that person in front of them (REL-3).
 */
export const relateAtHall: StepOf<typeof hall, 'relate'> = async (ctx, call) => {
  const origin = requireCounter(ctx, call, 'change-relations');
  const { role } = call.body;
  if (role !== 'finance-head' && !isStaffRole(role)) throw new Problem('ROLE_NOT_ALLOWED');
  const day = shanghaiDay(call.now);
  const lastDay = parseLastDay(call.body.validUntil, day);
  if (lastDay && role === 'finance-head')
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'validUntil', message: 'a finance head stays until the next' }],
    });
  const companyKey = keyOfCompany(ctx, call.body.taxpayerId);
  const named = parseNamedPerson(ctx, call.body.person, call.now);
  const inFront = assertedPerson(ctx, call.caller.assertion);

  const enter = async () => {
    const [company, known, previous] = await Promise.all([
      requireCompany(ctx, companyKey),
      findPerson(ctx.db, named.key),
      findRelation(ctx.db, named.key, companyKey, role),
    ]);
    requireSameName(ctx, named, known);
    const holder = holderOf(named, known);
    const present = inFront === named.key || (inFront === undefined && role !== 'finance-head');
    const about = { origin, present, lastDay, day };
    const entry =
      role === 'finance-head'
        ? await headEntry(ctx, company, holder, previous, about)
        : staffEntry(ctx, role, company, holder, previous, about);
    await ctx.db.transact([...realNameWrites(named, known), ...entry.writes]);
    return created({ authorizationId: entry.authorizationId });
  };
  return countingMissAtCounter(ctx, call, origin, call.body.person, () => retryOnConcurrentChange(enter));
};

interface RelationEntry {
  readonly authorizationId: string;
  readonly writes: readonly Write[];
}
interface Entered {
  readonly origin: ChangeOrigin;
  readonly present: boolean;
  readonly lastDay: string | null | undefined;
  readonly day: string;
}

/** A new relation that is active at once, or a waiting one that becomes active. */
function staffEntry(
  ctx: FlowContext,
  role: (typeof staffRoles)[number],
  company: KnownTaxpayer,
  holder: Holder,
  previous: Relation | undefined,
  about: Entered,
): RelationEntry {
  const { origin, present, lastDay, day } = about;
  const check = workingCompanyCheck(company.companyKey, { companyTerm: company.term });
  const working = present ? staffedUpdate(check) : check;
  if (previous && stateOn(inTerm(previous, company.term), day) === 'pending' && present) {
    const changes = lastDay === undefined ? {} : { validUntil: lastDay };
    const moved = retriedTransitionWrites(ctx, previous, transitions.confirmAtHall, origin, changes);
    return { authorizationId: previous.authorizationId, writes: [working, ...moved] };
  }
  const begun = beginRelationWrites(
    {
      personKey: holder.personKey,
      sealedName: holder.sealedName,
      ...newRelationCopies(company),
      role,
      state: present ? 'active' : 'pending',
      direction: 'invited',
      refusable: true,
      permissions: permissionsOf(role),
      ...(lastDay ? { validUntil: lastDay } : {}),
      source: 'hall',
    },
    previous,
    origin.at,
    day,
  );
  const audits = relationAudits(ctx, begun.relation, begun.relation.state, origin);
  return { authorizationId: begun.authorizationId, writes: [working, ...begun.writes, ...audits] };
}

/** There is one finance head at a time: the former one is superseded (REL-3). */
async function headEntry(
  ctx: FlowContext,
  company: KnownTaxpayer,
  holder: Holder,
  previous: Relation | undefined,
  { origin, present, day }: Entered,
): Promise<RelationEntry> {
  const stateToday = previous && stateOn(inTerm(previous, company.term), day);
  if (stateToday === 'active' || (stateToday === 'pending' && !present)) throw new Problem('RELATION_EXISTS');
  const { writes, relation } = await appointmentWrites(
    ctx,
    { key: company.companyKey, number: storedNumberOf(company), known: company },
    { role: 'finance-head', holder, present },
    origin,
  );
  if (!relation) throw new Error('an appointment in a known company without a relation');
  return { authorizationId: relation.authorizationId, writes };
}
