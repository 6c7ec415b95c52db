import { isDeepStrictEqual } from 'node:util';
import { newHandle } from '#crypto/random.ts';
import { amrOf } from '#domain/sso/authentication.ts';
import { auditPut } from '#journeys/audit.ts';
import { identityAuditDetail } from '#journeys/sessions/current-identity.ts';
import { newSession } from '#journeys/sessions/new-session.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { RegisteredPerson } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import { endOf, endSessionUpdate } from '#store/sessions/session-end.ts';
import type { ActsAs, Session } from '#store/sessions/session-row.ts';
import { seenUpdate, sessionPut } from '#store/sessions/sessions.ts';
import type { channelSso } from './contract.ts';

export type HandOverCall = CallOf<typeof channelSso, 'handOver'>;

/**
 * The session behind hand-overs from an app: the person has one for each app (SES-3: apps have sessions of their
 * own). While the app keeps the identity, the session continues and counts as seen; with another identity it is
 * replaced, and its systems are informed. Nobody gets a token of it. The session ends with the account, with a new
 * password or by an order, like every other session.
 */
export async function appSession(
  ctx: FlowContext,
  call: HandOverCall,
  person: RegisteredPerson,
  as: ActsAs,
): Promise<{ session: Session; writes: Write[] }> {
  const { policies } = ctx.settings;
  const { channel } = call.caller.assertion;
  const { personKey } = person;
  const pointer = person.appSessions?.[channel];
  const before = pointer && (await ctx.db.get<Session>('Sessions', { sessionId: pointer.sessionId }));
  const alive = before && endOf(before, call.now, policies) === undefined ? before : undefined;
  if (alive && isDeepStrictEqual(alive.company, as.company))
    return {
      session: alive,
      writes: [{ ...seenUpdate(alive, call.now, policies), onRefused: () => new ConcurrentChange() }],
    };
  const session = newSession(ctx, call, channel, person, as, {
    sessionId: newHandle(),
    factorAt: 0,
    qr: channel,
    methods: amrOf('qr'),
    // A random text; no refresh token has this hash.
    refreshHash: newHandle(),
  });
  const { sessionId, startedAt: at, expiresAt } = session;
  return {
    session,
    writes: [
      sessionPut(session),
      personUpdate(
        personKey,
        person.rev,
        { appSessions: { ...person.appSessions, [channel]: { sessionId, expiresAt } } },
        () => new ConcurrentChange(),
      ),
      ...(alive ? [endSessionUpdate(alive.sessionId, { reason: 'replaced', at, by: session.browser })] : []),
      auditPut(ctx, call, personKey, 'login', 'success', {
        method: 'qr',
        ...identityAuditDetail(as.identity),
        browser: session.browser,
      }),
    ],
  };
}
