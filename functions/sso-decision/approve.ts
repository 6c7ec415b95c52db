import { randomBytes } from 'node:crypto';
import { seal } from '#crypto/sealed.ts';
import { acrOf, goesSilently, noneAnswer } from '#domain/authentication.ts';
import { answerAddress } from '#domain/authorization-requests.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { identityFacts } from '#steps/acting.ts';
import { judged } from '#steps/becoming.ts';
import { type Becoming, becomingOf } from '#steps/choices.ts';
import { audited } from '#steps/facts.ts';
import { type Detail, grantedDetails, pairwise } from '#steps/granted-details.ts';
import type { Write } from '#store/db.ts';
import { type Evidence, evidenceOf, type GroundsPlace } from '#store/grounds.ts';
import { seenChecks, seenGrounds } from '#store/seen-grounds.ts';
import { identityWrite, liveSession, type Session, versionAliveCheck } from '#store/sessions.ts';
import { codeWrite, decidedWrite, sealedDetailsContext } from '#store/sso-tickets.ts';
import { asItStands, become, type Standing } from '#store/standing.ts';
import { ticketKeyOf } from '#store/tickets.ts';
import { decidedAnew, Stale } from '#store/users.ts';
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
export const approve: StepOf<typeof ssoDecision, 'approve'> = async (h, call) => {
  const { caller, body } = call;
  const { request: ticket, session } = caller;
  const client = clientOf(h, ticket);
  const { prompt, taxpayer } = ticket.request;
  const isNone = prompt.includes('none');
  const lacks = lacking(ticket, client, session, call.now);
  if (lacks) {
    if (isNone) return refused(h, call, noneAnswer(lacks.kind));
    throw lackingProblem(lacks, client);
  }
  if (body.choiceId !== undefined) return asChosen(h, call, client, body.choiceId);

  const granted = grantedDetails(h, client, taxpayer, caller, caller.evidence);
  const silent = goesSilently(client, ticket.request);
  if (isNone && !granted) return refused(h, call, noneAnswer('not-accepted'));
  if (isNone && !silent) return refused(h, call, noneAnswer('asks'));
  if (body.silently && !(granted && silent)) return ok({ asked: askedOf(h, call, client) });
  if (!granted) throw notAccepted(client);
  const handed = handOver(h, call, client, caller, caller.evidence, granted.details);
  await h.db.transact([
    handed.decided,
    versionAliveCheck(session, call.now, h.settings.policies),
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
async function asChosen(h: House, call: ApproveCall, client: RelyingParty, choiceId: string) {
  const { request: ticket, session } = call.caller;
  const becoming = becomingOf(h, session, choiceId);
  if (session.identity.kind === 'special' && becoming !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  let rounds = 0;
  const redirectTo = await decidedAnew(async () => {
    // Another switch that came first has ended the token of this call.
    if (rounds++ > 0) await liveSession(h.db, session, call.now, h.settings.policies);
    const place = placeOf(session, becoming);
    const [{ next, writes }, evidence] = await Promise.all([
      judged(h, call, becoming),
      place && evidenceOf(h.db, session.personKey, place),
    ]);
    const standing = asItStands(become(session, next), evidence, call.now);
    if (standing.lost) throw new Problem('RELATION_NOT_FOUND');
    const granted = grantedDetails(h, client, ticket.request.taxpayer, standing, evidence);
    if (!granted) throw notAccepted(client);
    const handed = handOver(h, call, client, standing, evidence, granted.details, 1);
    await h.db.transact([
      handed.decided,
      identityWrite(session, next, call.now, h.settings.policies),
      ...unlessChecked(handed.rest, writes),
      audited(h, call, session.personKey, 'identity-switched', 'success', identityFacts(next.identity)),
    ]);
    return handed.redirectTo;
  });
  return ok({ redirectTo });
}

/** Where the rows of an identity lie that can be chosen: own relations, or the agency that one works for now (SWI-4). */
function placeOf({ company }: Session, becoming: Becoming): GroundsPlace | undefined {
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
  h: House,
  call: ApproveCall,
  client: RelyingParty,
  { session }: Standing,
  evidence: Evidence | undefined,
  details: readonly Detail[],
  steps = 0,
): { decided: Write; rest: Write[]; redirectTo: string } {
  const { request: ticket, secret } = call.caller;
  const { request } = ticket;
  const { personKey, company, identity } = session;
  const code = randomBytes(32).toString('base64url');
  const grounds = company && evidence && seenGrounds(company, evidence);
  if (company && !grounds) throw new Problem('RELATION_NOT_FOUND');
  return {
    decided: decidedWrite(ticket, secret, call.now),
    rest: [
      ...(grounds ? seenChecks(personKey, grounds, shanghaiDay(call.now), () => new Stale()) : []),
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
            sub: pairwise(h, client, personKey),
            authTime: session.startedAt,
            acr: acrOf(session, call.now),
            amr: session.methods ?? ['mfa'],
            realNameLevel: session.realNameLevel,
            identity: { kind: identity.kind, ...(company ? { role: company.role } : {}) },
          },
          sealedDetails: seal(h.dataKeys, sealedDetailsContext(ticketKeyOf(code)), JSON.stringify(details)),
          sealedName: session.sealedName,
        },
        call.now,
        h.settings.policies.ssoCodeSeconds,
      ),
      audited(h, call, personKey, 'sso-decided', 'success', {
        client: client.clientId,
        ...identityFacts(identity),
      }),
    ],
    redirectTo: answerAddress(h.settings.issuer, request, { code }),
  };
}
