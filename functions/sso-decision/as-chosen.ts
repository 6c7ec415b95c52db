import { Problem } from '#domain/problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { judged } from '#journeys/sessions/becoming.ts';
import { type Becoming, becomingOf } from '#journeys/sessions/identity-choices.ts';
import { decideSwitch, switchWrites } from '#journeys/sessions/switch-identity.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type AccessBasisRef, readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession, withIdentity } from '#store/sessions/effective-session.ts';
import type { Session } from '#store/sessions/sessions.ts';
import { sentOn } from './answers.ts';
import { handOver } from './hand-over.ts';
import { type ApproveCall, notAccepted } from './weigh.ts';

/** SSO-4: the person is handed over as another identity, which the session takes in the same transaction (SWI-5). */
export async function asChosen(ctx: FlowContext, call: ApproveCall, client: RelyingParty, choiceId: string) {
  const { request: ticket, session } = call.caller;
  const becoming = becomingOf(ctx, session, choiceId);
  if (session.identity.kind === 'special' && becoming !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  const ref = accessRefOf(session, becoming);
  const redirectTo = await decideSwitch(ctx, call, async () => {
    const [{ next, writes }, records] = await Promise.all([
      judged(ctx, call, becoming),
      ref && readAccessRecords(ctx.db, session.personKey, ref),
    ]);
    const effective = effectiveSession(withIdentity(session, next), records, call.now);
    if (effective.lost) throw new Problem('RELATION_NOT_FOUND');
    const granted = grantedDetails(ctx, client, ticket.request.taxpayer, effective, records);
    if (!granted) throw notAccepted(client);
    const handedOver = { ...effective, records, version: session.version + 1 };
    const handed = handOver(ctx, call, client, handedOver, granted);
    await ctx.db.transact([
      handed.decided,
      ...switchWrites(ctx, call, next),
      ...unlessChecked(handed.rest, writes),
    ]);
    return handed.redirectTo;
  });
  return sentOn(call.params.id, redirectTo);
}

/** Where the rows of an identity lie that can be chosen: own relations, or the agency that one works for now (SWI-4). */
function accessRefOf({ company }: Session, becoming: Becoming): AccessBasisRef | undefined {
  if (becoming === 'person') return undefined;
  const { companyKey, role } = becoming;
  return company?.by === 'agreement' && company.agencyKey === companyKey && role === 'tax-agent'
    ? { by: 'staff-form', companyKey, role }
    : { by: 'relation', companyKey, role };
}

/** A transaction takes one operation an item: what the revisions hold true, the switch's own checks need not. */
function unlessChecked(exact: readonly Write[], others: readonly Write[]): Write[] {
  const itemOf = (write: Write): string | undefined =>
    'key' in write ? `${write.table} ${Object.values(write.key).join(' ')}` : undefined;
  const held = new Set(exact.map(itemOf).filter((item) => item !== undefined));
  return [...exact, ...others.filter((write) => !held.has(itemOf(write) ?? ''))];
}
