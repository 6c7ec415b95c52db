import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { HandleKeys } from './keys.ts';
import { type DataKeys, type Sealed, seal, unseal } from './sealed.ts';
import { secretKey } from './secret-key.ts';

/**
 * The session behind a token of a relying party (SSO-7). The session's id is sealed, because two systems could compare
 * it and learn that somebody is the same person. The sealed id is bound to the token that carries it.
 */
interface HandOverName {
  readonly clientId: string;
  readonly sid: string;
}

const inAccessToken = ({ clientId, sid }: HandOverName): string => `rp-access|${clientId}|${sid}`;

export const sealedSession = (dataKeys: DataKeys, of: HandOverName, sessionId: string): Sealed =>
  seal(dataKeys, inAccessToken(of), sessionId);

/** Undefined for a text that was not sealed here for this token. */
export const sessionIn = (dataKeys: DataKeys, of: HandOverName, sealed: Sealed): string | undefined =>
  opened(dataKeys, inAccessToken(of), sealed);

const inCode = (clientId: string): string => `rp-code|${clientId}`;

/**
 * An authorization code (SSO-5): 256 random bits, and beside them the session, which only we can read and only for this
 * client. So the exchange finds the code and the hand-over before it in one read.
 */
export const newCode = (
  dataKeys: DataKeys,
  { clientId, sessionId }: { readonly clientId: string; readonly sessionId: string },
): string => `${randomBytes(32).toString('base64url')}.${seal(dataKeys, inCode(clientId), sessionId)}`;

/** Undefined for every text that is no code for this client. Whether a code may still be used is stored in its row. */
export const sessionInCode = (dataKeys: DataKeys, clientId: string, code: string): string | undefined =>
  opened(dataKeys, inCode(clientId), code.slice(code.indexOf('.') + 1));

/** What a refresh token refers to; the row of the hand-over must still hold the token's hash. */
export interface RpRefreshToken {
  readonly sessionId: string;
  readonly sid: string;
  /** What the row stores of the token: SHA-256, base64url. */
  readonly hash: string;
}

const inRefreshToken = (clientId: string): string => `rp-refresh|${clientId}`;

/**
 * The refresh token of a hand-over. Nobody else can read it, it works for its client only, and it does not rotate. The
 * token's secret is derived, not random, so that a second hand-over with the same name does not invalidate the first
 * one's token.
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
