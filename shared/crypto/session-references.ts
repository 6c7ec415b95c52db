import { createHash, createHmac } from 'node:crypto';
import type { HandleKeys } from './keys.ts';
import { type DataKeys, type Sealed, seal, unseal } from './sealed.ts';
import { secretKey } from './secret-key.ts';

/**
 * The session behind a token of a relying party (SSO-7). Sealed, because its name would tell two systems that somebody is
 * the same person, and bound to the token that it stands in.
 */
interface HandOverName {
  readonly clientId: string;
  readonly sid: string;
}

const inAccessToken = ({ clientId, sid }: HandOverName): string => `rp-access|${clientId}|${sid}`;

export const sealedSession = (dataKeys: DataKeys, of: HandOverName, sessionId: string): Sealed =>
  seal(dataKeys, inAccessToken(of), sessionId);

/** Undefined for what was not sealed here for this token. */
export const sessionIn = (dataKeys: DataKeys, of: HandOverName, sealed: Sealed): string | undefined =>
  opened(dataKeys, inAccessToken(of), sealed);

/** Where a refresh token leads, once the row of the hand-over knows its hash. */
export interface RpRefreshToken {
  readonly sessionId: string;
  readonly sid: string;
  /** What the row knows of it: SHA-256, base64url. */
  readonly hash: string;
}

const inRefreshToken = (clientId: string): string => `rp-refresh|${clientId}`;

/**
 * The refresh token of a hand-over, which says nothing to anybody else, opens for its client alone and does not rotate. Its
 * secret is derived and not drawn, so that a second hand-over under the same name does not take the first one's away.
 */
export function newRpRefreshToken(
  { dataKeys, handles }: { readonly dataKeys: DataKeys; readonly handles: HandleKeys },
  { clientId, sid, sessionId }: HandOverName & { readonly sessionId: string },
): { readonly token: string; readonly hash: string } {
  const secret = createHmac('sha256', secretKey(handles.refreshKey))
    .update(`relying-party|${sessionId}|${clientId}|${sid}`)
    .digest('base64url');
  const token = seal(dataKeys, inRefreshToken(clientId), [sessionId, sid, secret].join(' '));
  return { token, hash: hashOf(secret) };
}

/** Undefined for every text that is no refresh token of this client. */
export function readRpRefreshToken(
  dataKeys: DataKeys,
  clientId: string,
  token: string,
): RpRefreshToken | undefined {
  const [sessionId, sid, secret] = opened(dataKeys, inRefreshToken(clientId), token)?.split(' ') ?? [];
  return sessionId && sid && secret ? { sessionId, sid, hash: hashOf(secret) } : undefined;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

function opened(dataKeys: DataKeys, context: string, sealed: Sealed): string | undefined {
  try {
    return unseal(dataKeys, context, sealed);
  } catch {
    return undefined;
  }
}
