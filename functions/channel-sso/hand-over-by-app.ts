import { channelMay } from '#domain/channels.ts';
import { Problem } from '#domain/problem.ts';
import { assertedPerson } from '#journeys/factors/scans.ts';
import { assertedCompany } from '#journeys/sessions/company-claims.ts';
import {
  identityNotAccepted,
  requestingClient,
  shortfallOf,
  shortfallProblem,
} from '#journeys/sso/client-requirements.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { handOver } from '#journeys/sso/hand-over.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { valueOrThrow } from '#runtime/settled.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import { asPerson } from '#store/sessions/session-row.ts';
import { findOpenedRequest } from '#store/tickets/sso-requests.ts';
import { appSession, type HandOverCall } from './app-session.ts';
import type { channelSso } from './contract.ts';

/**
 * QR-1 without the code: the app is trusted to know who is logged in and for which company; account and relation are
 * judged by us (QR-3). State, nonce, PKCE and code belong to the request that the web view brought, so the answer is
 * useless to another browser. Nobody is asked here, because the person has just acted in the app.
 */
export const handOverByApp: StepOf<typeof channelSso, 'handOver'> = async (ctx, call) => {
  const { assertion } = call.caller;
  if (!channelMay(assertion.channel, 'confirm-qr-login', ctx.settings))
    throw new Problem('CHANNEL_NOT_ALLOWED');
  const personKey = assertedPerson(ctx, assertion);
  if (personKey === undefined) throw new Problem('ASSERTION_INVALID');
  return retryOnConcurrentChange(() => handOverOnce(ctx, call, personKey));
};

async function handOverOnce(ctx: FlowContext, call: HandOverCall, personKey: string) {
  const { assertion } = call.caller;
  const { identity: wanted } = assertion;
  const [request, known, acting] = await Promise.allSettled([
    findOpenedRequest(ctx.db, call.params.id, call.now),
    findPerson(ctx.db, personKey),
    wanted && assertedCompany(ctx, personKey, wanted, call.now),
  ]);
  const ticket = valueOrThrow(request);
  const client = requestingClient(ctx, ticket);
  const person = requireAdmitted(valueOrThrow(known), 'USER_NOT_REGISTERED');
  const as = valueOrThrow(acting)?.option ?? asPerson;
  // A matter needs a face check on the page (SSO-9): the person logs in there.
  if (ticket.request.matter) throw new Problem('FACE_REQUIRED', { system: client.name });
  const [{ session, writes }, records] = await Promise.all([
    appSession(ctx, call, person, as),
    as.company && readAccessRecords(ctx.db, personKey, as.company),
  ]);
  const shortfall = shortfallOf(ctx, ticket, client, session, call.now);
  if (shortfall) throw shortfallProblem(shortfall, client);
  const effective = effectiveSession(session, records, call.now);
  if (effective.lost) throw new Problem('RELATION_NOT_FOUND');
  const granted = grantedDetails(ctx, client, ticket.request.taxpayer, effective, records);
  if (!granted) throw identityNotAccepted(client);
  const handedOver = { ...effective, records, identityVersion: session.identityVersion };
  const handOverWrites = handOver(ctx, call, client, ticket, handedOver, granted);
  await ctx.db.transact([handOverWrites.decided, ...writes, ...handOverWrites.rest]);
  return ok({ redirectTo: handOverWrites.redirectTo });
}
