import { goesSilently, noneAnswer } from '#domain/authentication.ts';
import { Problem } from '#domain/problem.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { clientOf, notAccepted } from '#journeys/sso/weigh.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import { versionAliveCheck } from '#store/sessions/session-checks.ts';
import { liveSession } from '#store/sessions/sessions.ts';
import { sentOn } from './answers.ts';
import { asChosen } from './as-chosen.ts';
import type { ssoDecision } from './contract.ts';
import { handOver } from './hand-over.ts';
import { givenWith, unlessFaceWanted, weighMatter } from './matter.ts';
import { refused, refusedAsLacking } from './refuse.ts';
import { askedOf } from './show.ts';
import type { ApproveCall } from './weigh.ts';

/**
 * SSO-4: the person is handed over. One transaction decides the request (by a browser that opened it), checks that the
 * session is live with the identity that was read and that the rows behind a company identity are unchanged, and writes
 * the code. With `choiceId` the session takes that identity in the same transaction (SWI-5).
 */
export const approve: StepOf<typeof ssoDecision, 'approve'> = async (ctx, call) => {
  const { caller, body } = call;
  const { request: ticket } = caller;
  const client = clientOf(ctx, ticket);
  const isNone = ticket.request.prompt.includes('none');
  const lacking = await refusedAsLacking(ctx, call, client);
  if (lacking) return lacking;
  if (body.choiceId !== undefined && !isNone) return asChosen(ctx, call, client, body.choiceId);

  const silent = goesSilently(client, ticket.request);
  const readSeen = firstRead<Seen>(caller, () => seenAgain(ctx, call));
  const decide = async () => {
    const now = await readSeen();
    const granted = now.lost
      ? undefined
      : grantedDetails(ctx, client, ticket.request.taxpayer, now, now.records);
    const matter = weighMatter(ctx, call, now);
    const goes = granted && matter !== 'not-allowed';
    if (isNone && !goes) return refused(ctx, call, noneAnswer('not-accepted'));
    if (isNone && !silent) return refused(ctx, call, noneAnswer('asks'));
    if (body.silently && !(goes && silent))
      return ok({ asked: askedOf(ctx, { caller: { ...caller, ...now } }, client) });
    if (now.lost) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
    if (!granted) throw notAccepted(client);
    const given = givenWith(granted, matter);
    const { session, permissions, records } = now;
    const handedOver = { session, permissions, records, version: session.version };
    const handed = handOver(ctx, call, client, handedOver, given);
    await ctx.db.transact([
      handed.decided,
      versionAliveCheck(session, call.now, ctx.settings.policies),
      ...handed.rest,
    ]);
    return sentOn(call.params.id, handed.redirectTo);
  };
  return unlessFaceWanted(ctx, caller, () => retryOnConcurrentChange(decide));
};

type Seen = Pick<ApproveCall['caller'], 'session' | 'permissions' | 'lost' | 'records'>;

/** Reads the caller again, because the rows behind the company identity changed since they were read. */
async function seenAgain(ctx: FlowContext, { caller, now }: ApproveCall): Promise<Seen> {
  const { sessionId, personKey, version } = caller.session;
  const session = await liveSession(ctx.db, { sessionId, personKey, version }, now, ctx.settings.policies);
  const records = session.company && (await readAccessRecords(ctx.db, personKey, session.company));
  return { ...effectiveSession(session, records, now), records };
}
