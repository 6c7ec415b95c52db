import { shanghaiDay } from '#domain/days.ts';
import { isAdmitted } from '#domain/entries.ts';
import { isActiveOn, roleOrder } from '#domain/relations.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { choiceIdOf } from '#steps/choices.ts';
import { identityOf } from '#steps/relation-check.ts';
import { allRelationsOf, type Relation } from '#store/relations.ts';
import { asPerson } from '#store/sessions.ts';
import type { identity } from './contract.ts';

/**
 * Natural first, then by company and role, the current one marked (SWI-5). The query is on the person's own key. From a
 * special session there is only the way back.
 */
export const listIdentities: StepOf<typeof identity, 'list'> = async (h, call) => {
  const { session } = call.caller;
  const { company } = session;
  const relations = session.identity.kind === 'special' ? [] : await allRelationsOf(h.db, session.personKey);
  const day = shanghaiDay(call.now);
  const isCurrent = ({ companyKey, role }: Relation) =>
    session.identity.kind === 'enterprise' && company?.companyKey === companyKey && company.role === role;
  return ok({
    choices: [
      {
        choiceId: choiceIdOf(h, session, 'person'),
        identity: asPerson.identity,
        ...(session.identity.kind === 'natural' ? { current: true as const } : {}),
      },
      ...relations
        .filter((relation) => isOpenTo(relation, day))
        .sort(byCompanyAndRole)
        .map((relation) => ({
          choiceId: choiceIdOf(h, session, { companyKey: relation.companyKey, role: relation.role }),
          identity: identityOf(h, relation),
          ...(isCurrent(relation) ? { current: true as const } : {}),
        })),
      ...(session.identity.kind === 'special' && company
        ? [
            {
              choiceId: choiceIdOf(h, session, { companyKey: company.companyKey, role: company.role }),
              identity: session.identity,
              current: true as const,
            },
          ]
        : []),
    ],
  });
};

/** What an `enterprise` login would let in, as far as the relation's copies tell; the switch itself asks the company. */
const isOpenTo = (relation: Relation, day: string): boolean =>
  isActiveOn(relation, day) &&
  relation.taxpayerState === 'active' &&
  (relation.taxpayerSubjects === undefined || isAdmitted('enterprise', relation.taxpayerSubjects));

const byCompanyAndRole = (a: Relation, b: Relation): number =>
  a.companyKey === b.companyKey
    ? roleOrder(a.role) - roleOrder(b.role)
    : a.companyKey < b.companyKey
      ? -1
      : 1;
