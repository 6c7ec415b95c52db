import { isDeepStrictEqual } from 'node:util';
import { epochSeconds } from '#domain/epoch.ts';
import {
  channelsFor,
  findMatter,
  isFaceCheckRecent,
  type Matter,
  reliedOnUntil,
} from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import type { MatterAsked } from '#domain/sso/authorization-details.ts';
import { requestingClient } from '#journeys/sso/client-requirements.ts';
import type { GrantedDetails } from '#journeys/sso/granted-details.ts';
import type { FoundMatter, HandOverContent } from '#journeys/sso/hand-over.ts';
import { type Acts, identityMayDo } from '#journeys/sso/matter-detail.ts';
import { ok } from '#runtime/answers.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import type { DecisionCall } from './decision-calls.ts';

/** A matter of risk for which a system asks in its request, instead of asking for a separate proof (SSO-9, STP-1). */
export interface RequestedMatter extends Pick<MatterAsked, 'nonce'> {
  readonly matter: Matter;
}

/**
 * Undefined if the request names no matter. If the matter has been removed from the stage's settings or from its
 * client's settings since the request began, the request ends, as it does when its client is removed.
 */
export function requestedMatter(
  ctx: Pick<FlowContext, 'settings' | 'relyingParties'>,
  ticket: Pick<SsoRequestTicket, 'request'>,
): RequestedMatter | undefined {
  const { matter: asked } = ticket.request;
  if (!asked) return undefined;
  const matter = findMatter(ctx.settings.matters, asked.matter);
  if (!matter || !requestingClient(ctx, ticket).matters.includes(matter.code)) throw new Problem('NOT_FOUND');
  return { matter, ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }) };
}

type JudgedMatter = 'none' | 'not-allowed' | 'face' | FoundMatter;

/**
 * The state of the request's matter for the person who is handed over. Either no matter was asked for; or the identity
 * may not do it; or a face check is needed first, because there is none, because it belongs to another session or
 * identity, or because it is too old (STP-2, STP-4); or the matter can be answered. The transaction checks whether the
 * face check is still valid for the person.
 */
export function judgeMatter(
  ctx: Pick<FlowContext, 'settings' | 'relyingParties'>,
  { caller: { request: ticket }, now }: Pick<DecisionCall, 'caller' | 'now'>,
  acts: Acts,
): JudgedMatter {
  const asked = requestedMatter(ctx, ticket);
  if (!asked) return 'none';
  if (!identityMayDo(asked.matter, acts)) return 'not-allowed';
  const { face } = ticket;
  const { sessionId, company } = acts.session;
  const { matter, nonce } = asked;
  const at = new Date(face?.at ?? 0);
  const isFresh = isFaceCheckRecent(matter, at, now) || epochSeconds(now) < (face?.scanUntil ?? 0);
  if (!face || !isFresh || face.sessionId !== sessionId || !isDeepStrictEqual(face.acting, company))
    return 'face';
  return {
    shown: {
      code: matter.code,
      at: face.at,
      since: face.since,
      validUntil: reliedOnUntil(matter, at, now),
      ...(nonce === undefined ? {} : { nonce }),
    },
    transactionId: face.transactionId,
  };
}

/**
 * A face check is needed first. `FaceCheckNeeded` is also thrown if the check ended between read and write: by an
 * order, with the account, or because a number was recovered (PHN-4).
 */
export class FaceCheckNeeded extends Error {}

/**
 * The content of a hand-over of this identity.
 * @throws Problem ROLE_NOT_ALLOWED; FaceCheckNeeded
 */
export function handOverContent(granted: GrantedDetails, matter: JudgedMatter): HandOverContent {
  if (matter === 'not-allowed') throw new Problem('ROLE_NOT_ALLOWED');
  if (matter === 'face') throw new FaceCheckNeeded();
  return { ...granted, ...(matter === 'none' ? {} : { matter }) };
}

/** The result of `act`, or what the page must do before it asks again: `POST /v1/sso/{id}/step-up`. */
export async function askForFaceCheckIfNeeded<T>(
  ctx: FlowContext,
  { request }: DecisionCall['caller'],
  act: () => Promise<T>,
) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FaceCheckNeeded)) throw error;
    return ok({ stepUp: shownMatter(ctx, request) });
  }
}

function shownMatter(ctx: FlowContext, ticket: SsoRequestTicket) {
  const asked = requestedMatter(ctx, ticket);
  if (!asked) throw new Problem('STATE_CONFLICT');
  const { code, zh } = asked.matter;
  return { matter: { code, zh }, channels: channelsFor(asked.matter) };
}
