import { randomBytes } from 'node:crypto';
import { seal } from '#crypto/sealed.ts';
import { acrOf, goesSilently, noneAnswer } from '#domain/authentication.ts';
import { answerAddress } from '#domain/authorization-requests.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { auditPut } from '#journeys/audit.ts';
import { judged } from '#journeys/becoming.ts';
import { type Detail, grantedDetails, pairwise } from '#journeys/granted-details.ts';
import { identityAuditDetail } from '#journeys/sessions/current-identity.ts';
import { type Becoming, becomingOf } from '#journeys/sessions/identity-choices.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { seenChecks, seenGrounds } from '#store/seen-grounds.ts';
import { type AccessBasisRef, type AccessRecords, readAccessRecords } from '#store/sessions/access-basis.ts';
import { type EffectiveSession, effectiveSession, withIdentity } from '#store/sessions/effective-session.ts';
import { identityUpdate, liveSession, type Session, versionAliveCheck } from '#store/sessions/sessions.ts';
import { codeWrite, decidedWrite, sealedDetailsContext } from '#store/sso-tickets.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import type { ssoDecision } from './contract.ts';
import { refused } from './refuse.ts';
import { askedOf } from './show.ts';
import { clientOf, lacking, lackingProblem } from './weigh.ts';

type ApproveCall = CallOf<typeof ssoDecision, 'approve'>;

/**
 * SSO-4: the person is handed over. In one transaction the request is decided, by a browser that opened it, the session
 * still lives as who it was read to be, everything that a company identity stands on is unchanged, and the code is there;
 * with `choiceId` the session becomes that identity in the same one (SWI-5).
 */
export const approve: StepOf<typeof ssoDecision, 'approve'> = async (ctx, call) => {
  const { caller, body } = call;
  const { request: ticket, session } = caller;
  const client = clientOf(ctx, ticket);
  const { prompt, taxpayer } = ticket.request;
  const isNone = prompt.includes('none');
  const lacks = lacking(ticket, client, session, call.now);
  if (lacks) {
    if (isNone) return refused(ctx, call, noneAnswer(lacks.kind));
    throw lackingProblem(lacks, client);
  }
  if (body.choiceId !== undefined) return asChosen(ctx, call, client, body.choiceId);

  const granted = grantedDetails(ctx, client, taxpayer, caller, caller.evidence);
  const silent = goesSilently(client, ticket.request);
  if (isNone && !granted) return refused(ctx, call, noneAnswer('not-accepted'));
  if (isNone && !silent) return refused(ctx, call, noneAnswer('asks'));
  if (body.silently && !(granted && silent)) return ok({ asked: askedOf(ctx, call, client) });
  if (!granted) throw notAccepted(client);
  const handed = handOver(ctx, call, client, caller, caller.evidence, granted.details);
  await ctx.db.transact([
    handed.decided,
    versionAliveCheck(session, call.now, ctx.settings.policies),
    ...handed.rest,
  ]);
  return ok({ redirectTo: handed.redirectTo });
};

const notAccepted = ({ name, accepts: { kinds, roles, subjects } }: RelyingParty): Problem =>
  new Problem('IDENTITY_NOT_ACCEPTED', {
    accepts: { kinds, ...(roles ? { roles } : {}), ...(subjects ? { subjects } : {}) },
    system: name,
  });

/** The same as another identity, which the session takes with it. */
async function asChosen(ctx: FlowContext, call: ApproveCall, client: RelyingParty, choiceId: string) {
  const { request: ticket, session } = call.caller;
  const becoming = becomingOf(ctx, session, choiceId);
  if (session.identity.kind === 'special' && becoming !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  let rounds = 0;
  const redirectTo = await retryOnConcurrentChange(async () => {
    // Another switch that came first has ended the token of this call.
    if (rounds++ > 0) await liveSession(ctx.db, session, call.now, ctx.settings.policies);
    const place = placeOf(session, becoming);
    const [{ next, writes }, records] = await Promise.all([
      judged(ctx, call, becoming),
      place && readAccessRecords(ctx.db, session.personKey, place),
    ]);
    const standing = effectiveSession(withIdentity(session, next), records, call.now);
    if (standing.lost) throw new Problem('RELATION_NOT_FOUND');
    const granted = grantedDetails(ctx, client, ticket.request.taxpayer, standing, records);
    if (!granted) throw notAccepted(client);
    const handed = handOver(ctx, call, client, standing, records, granted.details, 1);
    await ctx.db.transact([
      handed.decided,
      identityUpdate(session, next, call.now, ctx.settings.policies),
      ...unlessChecked(handed.rest, writes),
      auditPut(
        ctx,
        call,
        session.personKey,
        'identity-switched',
        'success',
        identityAuditDetail(next.identity),
      ),
    ]);
    return handed.redirectTo;
  });
  return ok({ redirectTo });
}

/** Where the rows of an identity lie that can be chosen: own relations, or the agency that one works for now (SWI-4). */
function placeOf({ company }: Session, becoming: Becoming): AccessBasisRef | undefined {
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
  const held = new Set(exact.map(itemOf));
  return [...exact, ...others.filter((write) => !held.has(itemOf(write)))];
}

/**
 * The writes of a hand-over, and where the browser goes with its code.
 * @param steps by how much the session's version grows in the same transaction
 */
function handOver(
  ctx: FlowContext,
  call: ApproveCall,
  client: RelyingParty,
  { session }: EffectiveSession,
  records: AccessRecords | undefined,
  details: readonly Detail[],
  steps = 0,
): { decided: Write; rest: Write[]; redirectTo: string } {
  const { request: ticket, secret } = call.caller;
  const { request } = ticket;
  const { personKey, company, identity } = session;
  const code = randomBytes(32).toString('base64url');
  const grounds = company && records && seenGrounds(company, records);
  if (company && !grounds) throw new Problem('RELATION_NOT_FOUND');
  return {
    decided: decidedWrite(ticket, secret, call.now),
    rest: [
      ...(grounds ? seenChecks(personKey, grounds, shanghaiDay(call.now), () => new ConcurrentChange()) : []),
      codeWrite(
        code,
        {
          personKey,
          request,
          sessionId: session.sessionId,
          version: session.version + steps,
          sessionEnds: session.expiresAt,
          ...(grounds ? { grounds } : {}),
          told: {
            sub: pairwise(ctx, client, personKey),
            authTime: session.startedAt,
            acr: acrOf(session, call.now),
            amr: session.methods ?? ['mfa'],
            realNameLevel: session.realNameLevel,
            identity: { kind: identity.kind, ...(company ? { role: company.role } : {}) },
          },
          sealedDetails: seal(ctx.dataKeys, sealedDetailsContext(ticketKeyOf(code)), JSON.stringify(details)),
          sealedName: session.sealedName,
        },
        call.now,
        ctx.settings.policies.ssoCodeSeconds,
      ),
      auditPut(ctx, call, personKey, 'sso-decided', 'success', {
        client: client.clientId,
        ...identityAuditDetail(identity),
      }),
    ],
    redirectTo: answerAddress(ctx.settings.issuer, request, { code }),
  };
}
