import { verifierMatches } from '#crypto/pkce.ts';
import { newHandle } from '#crypto/random.ts';
import { unseal } from '#crypto/sealed.ts';
import { newRpRefreshToken, sessionInCode } from '#crypto/session-references.ts';
import { shanghaiDay } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { maskName } from '#domain/people/masks.ts';
import type { Policies } from '#domain/policies.ts';
import { demandedAcrs } from '#domain/sso/acrs.ts';
import { widest } from '#domain/sso/granted-limits.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { matterDetail } from '#journeys/sso/matter-detail.ts';
import type { FlowContext } from '#runtime/context.ts';
import { firstRead } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { faceUnchangedCheck } from '#store/people/face-checks.ts';
import { sealContext } from '#store/people/person-row.ts';
import {
  findRpSession,
  nextCheckAt,
  type RpSession,
  rpIndexKeysOf,
  rpSessionPut,
} from '#store/sessions/rp-sessions.ts';
import { seenAccessChecks } from '#store/sessions/seen-access.ts';
import { sessionNotIdleCheck } from '#store/sessions/session-checks.ts';
import {
  authorizationCodeSpentUpdate,
  findCodeAndHandOver,
  sealedDetailsContext,
} from '#store/tickets/sso-codes.ts';
import type { SsoCodeTicket } from '#store/tickets/sso-tickets.ts';
import { issueTokens, type Tokens } from './issue-tokens.ts';
import { endReplayedGrant } from './replayed-code.ts';
import {
  decideGrant,
  GrantRefused,
  spendProofsOfRefusedCall,
  spentProofPuts,
  type TokenCall,
} from './token-call.ts';

/** Without a reason, so that a guesser does not learn which part was right. */
const invalidGrant = (): OAuthProblem =>
  new OAuthProblem('invalid_grant', 'The code is not good, not any more, or not for this client and address');

/**
 * SSO-5: the code is compared with everything that it is bound to; a mismatch leaves the code as it was. Then one
 * transaction opens the hand-over. Of many parallel calls one gets tokens; a code that meets a logout, a switch or the
 * end of a relation gives nothing.
 */
export async function exchangeCode(ctx: FlowContext, call: TokenCall): Promise<Tokens> {
  const { body, now } = call;
  for (const name of ['code', 'redirect_uri', 'code_verifier'] as const)
    if (body[name] === undefined)
      throw await spendProofsOfRefusedCall(
        ctx,
        call,
        new OAuthProblem('invalid_request', `${name} is missing`),
      );
  const { clientId } = call.caller.client;
  const { code = '' } = body;
  const sessionId = sessionInCode(ctx.dataKeys, clientId, code);
  if (sessionId === undefined) throw await spendProofsOfRefusedCall(ctx, call, invalidGrant());
  const { ticket, before } = await findCodeAndHandOver(ctx.db, code, { sessionId, clientId });
  if (!ticket || !isBoundTo(ticket, call)) throw await spendProofsOfRefusedCall(ctx, call, invalidGrant());
  if (ticket.spent) throw await endReplayedGrant(ctx, call, ticket, ticket.spent, invalidGrant());
  if (ticket.expiresAt <= epochSeconds(now)) throw await spendProofsOfRefusedCall(ctx, call, invalidGrant());
  if (body.resource !== undefined && body.resource !== ticket.request.resource) {
    const what = 'resource is another one than that of the request';
    throw await spendProofsOfRefusedCall(ctx, call, new OAuthProblem('invalid_target', what));
  }
  const readBefore = firstRead(before, () => findRpSession(ctx.db, sessionId, clientId));
  return decideGrant(ctx, call, async () => exchangeOnce(ctx, call, ticket, await readBefore()));
}

function isBoundTo({ request }: SsoCodeTicket, { body, caller, proof }: TokenCall): boolean {
  return (
    request.clientId === caller.client.clientId &&
    request.redirectUri === body.redirect_uri &&
    (request.dpopJkt === undefined || request.dpopJkt === proof?.jkt) &&
    verifierMatches(body.code_verifier ?? '', request.challenge)
  );
}

/** Since the code was read it was spent, or something ended on which it depends. */
const invalidGrantRefused = (): GrantRefused => new GrantRefused(invalidGrant());

/**
 * @throws GrantRefused, ConcurrentChange (another hand-over of this session to this client, or its end), OAuthProblem
 * invalid_client
 */
async function exchangeOnce(
  ctx: FlowContext,
  call: TokenCall,
  ticket: SsoCodeTicket,
  before: RpSession | undefined,
): Promise<Tokens> {
  const { caller, now } = call;
  const { client } = caller;
  const jkt = call.proof?.jkt;
  const begun = {
    ...handOverOf(ticket, before, epochSeconds(now), ctx.settings.policies),
    ...(jkt === undefined ? {} : { jkt }),
  };
  const refresh = client.refresh ? newRpRefreshToken(ctx, begun) : undefined;
  const next = { ...begun, ...(refresh ? { refreshHash: refresh.hash } : {}) };
  // Signed before anything is spent, so that a spent code always has an answer.
  const tokens = await issueTokens(
    ctx,
    { ...decidedIn(ctx, ticket), handOver: next, jkt, refreshToken: refresh?.token },
    now,
  );
  await ctx.db.transact([
    ...spentProofPuts(call),
    ...unchangedChecks(ctx, ticket, next.sid, now),
    rpSessionPut(next, before),
    auditPut(ctx, call, ticket.personKey, 'sso-handed-over', 'success', {
      client: client.clientId,
      identity: ticket.claims.identity.kind,
      ...(ticket.claims.identity.role ? { role: ticket.claims.identity.role } : {}),
    }),
  ]);
  return tokens;
}

/**
 * What was decided with the code, opened and ready for the tokens. `unchangedChecks` refuses if any of that has
 * changed.
 */
function decidedIn({ dataKeys }: Pick<FlowContext, 'dataKeys'>, ticket: SsoCodeTicket) {
  const { ticketKey, sealedDetails, personKey, sealedName, claims, matter, request } = ticket;
  const details: Record<string, unknown>[] = JSON.parse(
    unseal(dataKeys, sealedDetailsContext(ticketKey), sealedDetails),
  );
  const name = maskName(unseal(dataKeys, sealContext.name(personKey), sealedName));
  const all = matter ? [...details, matterDetail(matter, claims.realNameLevel)] : details;
  return { claims, details: all, name, scope: request.scope, nonce: request.nonce };
}

/**
 * The code is spent; the session is live with the same identity; the rows behind a company identity have not changed.
 */
function unchangedChecks({ settings }: FlowContext, ticket: SsoCodeTicket, sid: string, now: Date): Write[] {
  const { personKey, seenAccess, matter } = ticket;
  return [
    authorizationCodeSpentUpdate(ticket, sid, now, invalidGrantRefused),
    { ...sessionNotIdleCheck(ticket, now, settings.policies), onRefused: invalidGrantRefused },
    ...(seenAccess ? seenAccessChecks(personKey, seenAccess, shanghaiDay(now), invalidGrantRefused) : []),
    ...(matter ? [faceUnchangedCheck(personKey, matter, now, settings.policies, invalidGrantRefused)] : []),
  ];
}

/**
 * The row of the hand-over. With the same identity it keeps the name that the client knows, unless that hand-over has
 * ended or the client was told that less is left: a late logout token ends nothing newer.
 */
function handOverOf(
  ticket: SsoCodeTicket,
  before: RpSession | undefined,
  at: number,
  policies: Policies,
): RpSession {
  const { sessionId, personKey, identityVersion, request, claims, seenAccess, matter } = ticket;
  const acrs = demandedAcrs(request);
  const continued =
    before && !before.ended && !before.narrowings && before.identityVersion === identityVersion
      ? before
      : undefined;
  const granted = widest(continued?.granted, ticket.granted);
  return {
    sessionId,
    clientId: request.clientId,
    sid: continued?.sid ?? newHandle(),
    sub: claims.sub,
    personKey,
    ...rpIndexKeysOf(seenAccess?.acting),
    ...(granted ? { granted } : {}),
    identityVersion,
    scope: request.scope.join(' '),
    resource: request.resource,
    ...(request.taxpayer ? { taxpayer: request.taxpayer } : {}),
    ...(acrs.length > 0 ? { acrs } : {}),
    ...(matter ? { matter } : {}),
    startedAt: continued?.startedAt ?? at,
    expiresAt: ticket.sessionEnds,
    lookAt: nextCheckAt({ lastSeenAt: at, expiresAt: ticket.sessionEnds }, ticket.granted?.until, policies),
  };
}
