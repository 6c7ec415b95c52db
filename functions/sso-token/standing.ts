import type { Granted } from '#domain/granted-limits.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { type Detail, grantedDetails } from '#journeys/sso/granted-details.ts';
import { tokenClaims } from '#journeys/sso/token-claims.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type AccessRecords, readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import { findWithSession, type RpSession } from '#store/sessions/rp-sessions.ts';
import { endOf, type Session } from '#store/sessions/sessions.ts';
import type { TokenClaims } from '#store/tickets/sso-tickets.ts';

/** A hand-over whose session lives and is still who was handed over. What a company identity stands on is not read yet. */
export interface LiveHandOver {
  readonly handOver: RpSession;
  readonly session: Session;
}

/** SSO-7: the first read of every call that stands on a hand-over. Undefined where it is over. */
export async function liveHandOver(
  { db, settings }: Pick<FlowContext, 'db' | 'settings'>,
  { clientId }: Pick<RelyingParty, 'clientId'>,
  { sessionId, sid }: { readonly sessionId: string; readonly sid: string },
  now: Date,
): Promise<LiveHandOver | undefined> {
  const { handOver, session } = await findWithSession(db, sessionId, clientId);
  if (!handOver || handOver.sid !== sid || handOver.ended) return undefined;
  if (!session || session.version !== handOver.version || endOf(session, now, settings.policies))
    return undefined;
  return { handOver, session };
}

/** What a hand-over gives today. */
export interface Standing extends LiveHandOver {
  readonly records: AccessRecords | undefined;
  readonly details: readonly Detail[];
  /** Of a company identity: how far that goes (SSO-8). */
  readonly limits: Granted | undefined;
  readonly told: TokenClaims;
}

/**
 * SSO-7: the second read, of what a company identity stands on; natural people have nothing to read. Permissions, names and
 * dates are today's, never more than was asked. Undefined where nothing of it is left, or where the system no longer takes
 * such an identity.
 */
export async function standingOf(
  ctx: Pick<FlowContext, 'db' | 'handles' | 'dataKeys'>,
  client: RelyingParty,
  { handOver, session }: LiveHandOver,
  now: Date,
): Promise<Standing | undefined> {
  const records = session.company && (await readAccessRecords(ctx.db, session.personKey, session.company));
  const effective = effectiveSession(session, records, now);
  if (effective.lost || session.realNameLevel < client.minLevel) return undefined;
  const granted = grantedDetails(ctx, client, handOver.taxpayer, effective, records);
  if (!granted) return undefined;
  return {
    handOver,
    session: effective.session,
    records,
    details: granted.details,
    limits: granted.limits,
    told: tokenClaims(effective.session, handOver.sub, now),
  };
}
