import { epochSeconds } from '#domain/epoch.ts';
import type { Channel } from '#domain/names.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { RegisteredPerson } from '#store/people/person-row.ts';
import { noRotations } from '#store/sessions/refresh-chain.ts';
import type { ActsAs, Session } from '#store/sessions/session-row.ts';

/** What the login proved, and the secrets of the session. */
type SessionSecrets = Pick<
  Session,
  'sessionId' | 'factorAt' | 'methods' | 'refreshHash' | 'faceAt' | 'qr' | 'passwordDue'
>;

/** The row of a session that begins with this call (SES-1), in its first identity. */
export function newSession(
  { settings: { policies } }: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  channel: Channel,
  { personKey, sealedName, realNameLevel }: RegisteredPerson,
  { identity, company }: ActsAs,
  opened: SessionSecrets,
): Session {
  const at = epochSeconds(call.now);
  return {
    personKey,
    channel,
    identity,
    ...(company ? { company } : {}),
    identityVersion: 1,
    sealedName,
    realNameLevel: realNameLevel ?? 3,
    startedAt: at,
    lastSeenAt: at,
    expiresAt: at + policies.sessionAbsoluteSeconds,
    browser: call.origin.browser,
    address: truncatedAddress(call.origin.address),
    turnedAt: noRotations,
    ...opened,
  };
}
