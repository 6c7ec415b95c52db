import { sessionIn } from '#crypto/session-references.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { findMatter } from '#domain/factors/matters.ts';
import type { Granted } from '#domain/sso/granted-limits.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { ClientTokenCaller } from '#http/client-token.ts';
import { type Detail, grantedDetails } from '#journeys/sso/granted-details.ts';
import { identityMayDo, matterDetail } from '#journeys/sso/matter-detail.ts';
import { tokenClaims } from '#journeys/sso/token-claims.ts';
import type { FlowContext } from '#runtime/context.ts';
import { isFaceCheckValid } from '#store/people/face-checks.ts';
import type { Person } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { type AccessRecords, readAccessRecords } from '#store/sessions/access-basis.ts';
import { type EffectiveSession, effectiveSession } from '#store/sessions/effective-session.ts';
import { findWithSession, type RpSession } from '#store/sessions/rp-sessions.ts';
import { endOf } from '#store/sessions/session-end.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { FaceCheckedMatter, TokenClaims } from '#store/tickets/sso-tickets.ts';

/**
 * A hand-over whose session is live and still has the same identity. The rows behind a company identity are not read
 * yet.
 */
export interface LiveHandOver {
  readonly handOver: RpSession;
  readonly session: Session;
}

/** SSO-7: the first read of every call that depends on a hand-over. Undefined if it is over. */
export async function liveHandOver(
  { db, settings }: Pick<FlowContext, 'db' | 'settings'>,
  { clientId }: Pick<RelyingParty, 'clientId'>,
  { sessionId, sid }: { readonly sessionId: string; readonly sid: string },
  now: Date,
): Promise<LiveHandOver | undefined> {
  const { handOver, session } = await findWithSession(db, sessionId, clientId);
  if (!handOver || handOver.sid !== sid || handOver.ended) return undefined;
  if (
    !session ||
    session.identityVersion !== handOver.identityVersion ||
    endOf(session, now, settings.policies)
  )
    return undefined;
  return { handOver, session };
}

/** The same for an access token, in which only we can read the session. Undefined if it is over. */
export async function liveHandOverBehind(
  ctx: Pick<FlowContext, 'db' | 'settings' | 'dataKeys'>,
  { client, token: { sid, ses } }: ClientTokenCaller,
  now: Date,
): Promise<LiveHandOver | undefined> {
  const sessionId = sessionIn(ctx.dataKeys, { clientId: client.clientId, sid }, ses);
  return sessionId === undefined ? undefined : liveHandOver(ctx, client, { sessionId, sid }, now);
}

/** What a hand-over grants today. */
export interface CurrentGrant extends LiveHandOver {
  readonly records: AccessRecords | undefined;
  readonly details: readonly Detail[];
  /** For a company identity: its limits (SSO-8). */
  readonly limits: Granted | undefined;
  readonly claims: TokenClaims;
  /** The matter of the hand-over, if it still holds (SSO-9). */
  readonly matter: FaceCheckedMatter | undefined;
}

/**
 * SSO-7: the second read, of the rows behind a company identity; for natural persons nothing has to be read.
 * Permissions, names and dates are today's, never more than was asked for. Undefined if nothing is left, or if the
 * system no longer accepts such an identity.
 */
export async function currentGrant(
  ctx: Pick<FlowContext, 'db' | 'handles' | 'dataKeys' | 'settings'>,
  client: RelyingParty,
  { handOver, session }: LiveHandOver,
  now: Date,
): Promise<CurrentGrant | undefined> {
  const [records, person] = await Promise.all([
    session.company && readAccessRecords(ctx.db, session.personKey, session.company),
    handOver.matter && findPerson(ctx.db, session.personKey),
  ]);
  const effective = effectiveSession(session, records, now);
  if (effective.lost || session.realNameLevel < client.minLevel) return undefined;
  const granted = grantedDetails(ctx, client, handOver.taxpayer, effective, records);
  if (!granted) return undefined;
  const claims = tokenClaims(effective.session, handOver.sub, handOver.acrs ?? [], now);
  const matter = matterToday(ctx, handOver, effective, person, now);
  return {
    handOver,
    session: effective.session,
    records,
    details: matter ? [...granted.details, matterDetail(matter, claims.realNameLevel)] : granted.details,
    limits: granted.limits,
    claims,
    matter,
  };
}

/**
 * SSO-9: only until its end, while the identity may do the matter (STP-4), and while the face check is valid for the
 * person (PHN-4, ORD-1).
 */
function matterToday(
  { settings }: Pick<FlowContext, 'settings'>,
  { matter: shown }: RpSession,
  acts: EffectiveSession,
  person: Person | undefined,
  now: Date,
): FaceCheckedMatter | undefined {
  const matter = findMatter(settings.matters, shown?.code);
  if (!shown || !matter || shown.validUntil <= epochSeconds(now)) return undefined;
  if (!identityMayDo(matter, acts)) return undefined;
  return isFaceCheckValid(person, shown, now, settings.policies) ? shown : undefined;
}
