import { Problem } from '#domain/problem.ts';
import { isHandedOverSilently, promptNoneError } from '#domain/sso/authentication.ts';
import { identityNotAccepted, requestingClient } from '#journeys/sso/client-requirements.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import { versionAliveCheck } from '#store/sessions/session-checks.ts';
import { liveSession } from '#store/sessions/sessions.ts';
import { approveWithChoice } from './approve-with-choice.ts';
import type { ssoDecision } from './contract.ts';
import type { ApproveCall } from './decision-calls.ts';
import { handOverWithFace } from './hand-over-with-face.ts';
import { redirectToSystem } from './redirect-to-system.ts';
import { endWithError, refuseOnShortfall } from './refuse-request.ts';
import { askForFaceCheckIfNeeded, handOverContent, judgeMatter } from './requested-matter.ts';
import { shownRequest } from './show-request.ts';

/**
 * SSO-4: the person is handed over. One transaction decides the request (by a browser that opened it), checks that the
 * session is live with the identity that was read and that the rows behind a company identity are unchanged, and writes
 * the code. With `choiceId` the session takes that identity in the same transaction (SWI-5).
 */
export const approveRequest: StepOf<typeof ssoDecision, 'approve'> = async (ctx, call) => {
  const { caller, body } = call;
  const { request: ticket } = caller;
  const client = requestingClient(ctx, ticket);
  const isPromptNone = ticket.request.prompt.includes('none');
  const refused = await refuseOnShortfall(ctx, call, client);
  if (refused) return refused;
  if (body.choiceId !== undefined && !isPromptNone)
    return approveWithChoice(ctx, call, client, body.choiceId);

  const silent = isHandedOverSilently(client, ticket.request);
  const readCurrent = firstRead<CurrentCaller>(caller, () => readCallerAgain(ctx, call));
  const decide = async () => {
    const now = await readCurrent();
    const granted = now.lost
      ? undefined
      : grantedDetails(ctx, client, ticket.request.taxpayer, now, now.records);
    const matter = judgeMatter(ctx, call, now);
    const isGranted = granted && matter !== 'not-allowed';
    if (isPromptNone && !isGranted) return endWithError(ctx, call, promptNoneError('not-accepted'));
    if (isPromptNone && !silent) return endWithError(ctx, call, promptNoneError('asks'));
    if (body.silently && !(isGranted && silent))
      return ok({ asked: shownRequest(ctx, { caller: { ...caller, ...now } }, client) });
    if (now.lost) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
    if (!granted) throw identityNotAccepted(client);
    const given = handOverContent(granted, matter);
    const { session, permissions, records } = now;
    const handedOver = { session, permissions, records, identityVersion: session.identityVersion };
    const handOverWrites = handOverWithFace(ctx, call, client, handedOver, given);
    await ctx.db.transact([
      handOverWrites.decided,
      versionAliveCheck(session, call.now, ctx.settings.policies),
      ...handOverWrites.rest,
    ]);
    return redirectToSystem(call.params.id, handOverWrites.redirectTo);
  };
  return askForFaceCheckIfNeeded(ctx, caller, () => retryOnConcurrentChange(decide));
};

type CurrentCaller = Pick<ApproveCall['caller'], 'session' | 'permissions' | 'lost' | 'records'>;

/** Reads the caller again, because the rows behind the company identity changed since they were read. */
async function readCallerAgain(ctx: FlowContext, { caller, now }: ApproveCall): Promise<CurrentCaller> {
  const { sessionId, personKey, identityVersion } = caller.session;
  const session = await liveSession(
    ctx.db,
    { sessionId, personKey, identityVersion },
    now,
    ctx.settings.policies,
  );
  const records = session.company && (await readAccessRecords(ctx.db, personKey, session.company));
  return { ...effectiveSession(session, records, now), records };
}
