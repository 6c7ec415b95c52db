import { isStaffRole, parseLastDay, permissionsOf } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { notifyHolder } from '#journeys/companies/relation-notices.ts';
import { managedCompany, managingChecks, requireManager } from '#journeys/companies/require-manager.ts';
import {
  type RecordTry,
  requireNameOrCountMiss,
  solvedInSession,
  withinFreeTries,
} from '#journeys/factors/tries.ts';
import { parseNamedPerson, requireSameName } from '#journeys/people/named-person.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation } from '#store/companies/relations.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { isRegistered } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { staff } from './contract.ts';

/**
 * REL-5: a registered person is asked to work for the company; they get nothing before they agree. The name must match
 * the record (DOC-5), so that a mistyped number does not ask a stranger; and nobody may try out names here (REG-9).
 * @throws Problem what `requireManager` throws; ROLE_NOT_ALLOWED for a role that is not given here; PERSON_MISMATCH
 * (DOC-5), CHALLENGE_REQUIRED after the free tries of the day (REG-9), PERSON_NOT_REGISTERED; RELATION_EXISTS if a live
 * authorization of this role exists (REL-10)
 */
export const invitePerson: StepOf<typeof staff, 'invite'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const { role } = call.body;
  if (!isStaffRole(role)) throw new Problem('ROLE_NOT_ALLOWED');
  const day = shanghaiDay(call.now);
  const lastDay = parseLastDay(call.body.validUntil, day);
  const named = parseNamedPerson(ctx, call.body, call.now);
  const tried: RecordTry = {
    personKey: named.key,
    solved: await solvedInSession(ctx, call, call.body.challenge),
  };
  const find = () => findPerson(ctx.db, named.key);
  const found = await find();
  await requireNameOrCountMiss(ctx, call, named, found, tried);
  const readAgain = firstRead(found, find);
  const decide = async (within: readonly Write[]) => {
    const [company, person, previous] = await Promise.all([
      managedCompany(ctx, manager),
      readAgain(),
      findRelation(ctx.db, named.key, manager.basis.companyKey, role),
    ]);
    requireSameName(ctx, named, person);
    if (!isRegistered(person)) throw new Problem('PERSON_NOT_REGISTERED');
    const begun = beginRelationWrites(
      {
        personKey: person.personKey,
        sealedName: person.sealedName,
        ...newRelationCopies(company),
        role,
        state: 'pending',
        direction: 'invited',
        refusable: true,
        permissions: permissionsOf(role, call.body.permissions),
        ...(lastDay ? { validUntil: lastDay } : {}),
        source: 'company',
      },
      previous,
      call.now,
      day,
    );
    await ctx.db.transact([
      ...managingChecks(manager, call),
      ...within,
      ...begun.writes,
      ...relationAudits(ctx, begun.relation, 'pending', originOf(call, call.caller.session), {
        direction: 'invited',
        permissions: begun.relation.permissions.join(' '),
        ...(lastDay ? { validUntil: lastDay } : {}),
      }),
    ]);
    return begun.relation;
  };
  const relation = await withinFreeTries(ctx, call, tried, (within) =>
    retryOnConcurrentChange(() => decide(within)),
  );
  await notifyHolder(ctx, call, relation, 'relation-invited');
  return created({ authorizationId: relation.authorizationId });
};
