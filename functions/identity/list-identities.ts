import { isAdmitted } from '#domain/companies/entries.ts';
import { roleOrder } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { identityOf } from '#journeys/companies/acting-option.ts';
import { personPage } from '#journeys/companies/company-copies.ts';
import { openListCursor, sealListCursor } from '#journeys/cursors.ts';
import { choiceIdOf } from '#journeys/sessions/identity-choices.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { ListCursor } from '#store/companies/relation-lists.ts';
import { type Relation, relationsIn, shownStateOf } from '#store/companies/relations.ts';
import { asPerson, type Session } from '#store/sessions/session-row.ts';
import type { identity } from './contract.ts';

const pageLength = 500;

/**
 * The natural person first, then own relations by company and role, with a mark at the current one (SWI-5), in pages;
 * the first page has all roles in the session's own company (SWI-1). The query uses the person's own key. A special
 * session only offers the way back. A session of an agency, or of a tax agent at a client, offers companies of own
 * relations only (SWI-4) and the agency itself without its client.
 */
export const listIdentities: StepOf<typeof identity, 'list'> = async (ctx, call) => {
  const { session } = call.caller;
  const owner = `identities/${session.sessionId}`;
  const from = openListCursor(ctx, owner, call.query.cursor);
  const day = shanghaiDay(call.now);
  const { relations, next } = await ownRelations(ctx, session, day, from);
  const isCurrent = ({ companyKey, role }: Relation) =>
    session.identity.kind === 'enterprise' &&
    session.company?.companyKey === companyKey &&
    session.company.role === role;
  const natural = {
    choiceId: choiceIdOf(ctx, session, 'person'),
    identity: asPerson.identity,
    ...(session.identity.kind === 'natural' ? { current: true as const } : {}),
  };
  return ok({
    choices: [
      ...(from ? [] : [natural]),
      ...relations
        .filter((relation) => isOpenTo(relation, day))
        .sort(byCompanyAndRole)
        .map((relation) => ({
          choiceId: choiceIdOf(ctx, session, { companyKey: relation.companyKey, role: relation.role }),
          identity: identityOf(ctx, relation),
          ...(isCurrent(relation) ? { current: true as const } : {}),
        })),
      ...(from ? [] : withoutRelation(ctx, session)),
    ],
    ...(next ? { cursor: sealListCursor(ctx, owner, next) } : {}),
  });
};

/** One page of the person's active relations; the first page also has all roles in the session's own company. */
async function ownRelations(ctx: FlowContext, session: Session, day: string, from: ListCursor | undefined) {
  const { personKey, identity, company } = session;
  if (identity.kind === 'special') return { relations: [], next: undefined };
  const [page, here] = await Promise.all([
    personPage(ctx.db, personKey, 'active', { day, limit: pageLength, from }),
    company?.by === 'relation' && !from ? relationsIn(ctx.db, personKey, company.companyKey) : [],
  ]);
  const elsewhere =
    company?.by === 'relation'
      ? page.relations.filter(({ companyKey }) => companyKey !== company.companyKey)
      : page.relations;
  return { relations: [...here, ...elsewhere], next: page.next };
}

/**
 * The current identity, if no own relation gives it; for an agency that works for a client, the agency itself comes
 * first.
 */
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

/** Whether an `enterprise` login would accept the relation; the switch itself judges again. */
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
