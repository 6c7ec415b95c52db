import { shanghaiDay } from '#domain/days.ts';
import { isAdmitted } from '#domain/entries.ts';
import { roleOrder } from '#domain/relations.ts';
import { identityOf } from '#journeys/companies/acting-option.ts';
import { choiceIdOf } from '#journeys/sessions/identity-choices.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { allRelationsOf, type Relation, shownStateOf } from '#store/companies/relations.ts';
import { asPerson, type Session } from '#store/sessions/sessions.ts';
import type { identity } from './contract.ts';

/**
 * Natural first, then own relations by company and role, the current one marked (SWI-5). The query is on the person's own
 * key. From a special session there is only the way back; from an agency's, and for a tax agent at a client, the only
 * companies are those of own relations (SWI-4) and, without its client, the agency itself.
 */
export const listIdentities: StepOf<typeof identity, 'list'> = async (ctx, call) => {
  const { session } = call.caller;
  const relations =
    session.identity.kind === 'special' ? [] : await allRelationsOf(ctx.db, session.personKey);
  const day = shanghaiDay(call.now);
  const isCurrent = ({ companyKey, role }: Relation) =>
    session.identity.kind === 'enterprise' &&
    session.company?.companyKey === companyKey &&
    session.company.role === role;
  return ok({
    choices: [
      {
        choiceId: choiceIdOf(ctx, session, 'person'),
        identity: asPerson.identity,
        ...(session.identity.kind === 'natural' ? { current: true as const } : {}),
      },
      ...relations
        .filter((relation) => isOpenTo(relation, day))
        .sort(byCompanyAndRole)
        .map((relation) => ({
          choiceId: choiceIdOf(ctx, session, { companyKey: relation.companyKey, role: relation.role }),
          identity: identityOf(ctx, relation),
          ...(isCurrent(relation) ? { current: true as const } : {}),
        })),
      ...withoutRelation(ctx, session),
    ],
  });
};

/** What the session is and no own relation gives; before it the agency itself, where it works for a client. */
function withoutRelation(ctx: FlowContext, session: Session) {
  const { identity, company } = session;
  if (!company || (company.by === 'relation' && identity.kind !== 'special')) return [];
  const { companyKey, role } = company;
  const current = {
    choiceId: choiceIdOf(ctx, session, { companyKey, role }),
    identity,
    current: true as const,
  };
  if (identity.kind !== 'agency' || company.by !== 'agreement') return [current];
  const { client: _, ...agency } = identity;
  return [
    { choiceId: choiceIdOf(ctx, session, { companyKey: company.agencyKey, role }), identity: agency },
    current,
  ];
}

/** What an `enterprise` login would let in, as far as the relation's copies tell; the switch itself asks the company. */
const isOpenTo = (relation: Relation, day: string): boolean =>
  shownStateOf(relation, day) === 'active' &&
  relation.taxpayerState === 'active' &&
  (relation.taxpayerSubjects === undefined || isAdmitted('enterprise', relation.taxpayerSubjects));

const byCompanyAndRole = (a: Relation, b: Relation): number =>
  a.companyKey === b.companyKey
    ? roleOrder(a.role) - roleOrder(b.role)
    : a.companyKey < b.companyKey
      ? -1
      : 1;
