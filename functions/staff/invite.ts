import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { isStaffRole, parseLastDay, permissionsOf } from '#domain/relations.ts';
import { created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { managed, managedCompany, requireChangingChannel } from '#steps/managing.ts';
import { managingFactor } from '#steps/managing-factor.ts';
import { readPerson, requireSameName } from '#steps/named-person.ts';
import { originOf, relationAudits } from '#steps/relation-facts.ts';
import { tellHolder } from '#steps/relation-notices.ts';
import { requireNameTried, solvedInSession, type Try, toldWithinTries } from '#steps/tries.ts';
import type { Write } from '#store/db.ts';
import { beginWrites, companyFacts, findRelation } from '#store/relations.ts';
import { decidedAnew, findPerson, isActive } from '#store/users.ts';
import type { staff } from './contract.ts';

/**
 * REL-5: somebody registered is asked to work for the company; nothing is theirs before they agree. The name must be the
 * record's (DOC-5), so that a number mistyped into a stranger's asks nobody; names are not to be tried here (REG-9).
 */
export const invite: StepOf<typeof staff, 'invite'> = async (h, call) => {
  requireChangingChannel(h, call);
  const { companyKey } = managedCompany(call);
  managingFactor(h, call);
  const { role } = call.body;
  if (!isStaffRole(role)) throw new Problem('ROLE_NOT_ALLOWED');
  const day = shanghaiDay(call.now);
  const lastDay = parseLastDay(call.body.validUntil, day);
  const named = readPerson(h, call.body, call.now);
  const tried: Try = {
    personKey: named.key,
    solved: await solvedInSession(h, call, call.body.challenge),
  };
  const find = () => findPerson(h.db, named.key);
  // Read once, for the try and for the first decision; only another round looks again.
  let read: ReturnType<typeof find> | undefined = find();
  await requireNameTried(h, call, named, await read, tried);
  const decide = async (within: readonly Write[]) => {
    const reading = read ?? find();
    read = undefined;
    const [{ company, writes }, person, previous] = await Promise.all([
      managed(h, call),
      reading,
      findRelation(h.db, named.key, companyKey, role),
    ]);
    requireSameName(h, named, person);
    if (!isActive(person)) throw new Problem('PERSON_NOT_REGISTERED');
    const begun = beginWrites(
      {
        personKey: person.personKey,
        sealedName: person.sealedName,
        ...companyFacts(company),
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
    await h.db.transact([
      ...writes,
      ...within,
      ...begun.writes,
      ...relationAudits(h, begun.relation, 'pending', originOf(call, call.caller.session), {
        direction: 'invited',
        permissions: begun.relation.permissions.join(' '),
        ...(lastDay ? { validUntil: lastDay } : {}),
      }),
    ]);
    return begun.relation;
  };
  const relation = await toldWithinTries(h, call, tried, (within) => decidedAnew(() => decide(within)));
  await tellHolder(h, call, relation, 'relation-invited');
  return created({ authorizationId: relation.authorizationId });
};
