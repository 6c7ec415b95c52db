import { createHash, createHmac, randomBytes } from 'node:crypto';
import { constantTimeEqual, type HandleKeys } from './keys.ts';
import { secretKey } from './secret-key.ts';

/**
 * A refresh token (SES-2). Nobody else can read it: it holds session, secret and a short MAC, so that an invented
 * cookie is refused before any table is read.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly secret: string;
  /**
   * What the sessions table stores of the token: SHA-256, base64url. The secret has 256 bits, so the hash needs no salt
   * and no slowness.
   */
  readonly hash: string;
  /** The value of the cookie. */
  readonly cookie: string;
}

const cookieName = '__Host-refresh';
/** 128 bits of MAC, base64url. */
const tagLength = 22;

export const newRefreshToken = (keys: HandleKeys, sessionId: string): RefreshToken =>
  compose(keys, sessionId, randomBytes(32).toString('base64url'));

/**
 * The one token that follows this one. The successor is derived, not random: after a lost answer, or in two tabs, the
 * same successor comes out without being stored. Without the key nobody can compute the successors.
 */
export const successor = (keys: HandleKeys, token: RefreshToken): RefreshToken =>
  compose(keys, token.sessionId, mac(keys, 'next', token.sessionId, token.secret));

/** Reads a cookie's value; null for a value that we did not make. */
export function readRefreshToken(keys: HandleKeys, cookie: string): RefreshToken | null {
  const match = /^([\w-]{16,64})\.([\w-]{43})\.([\w-]{22})$/.exec(cookie);
  const [, sessionId = '', secret = '', tag = ''] = match ?? [];
  if (!match || !constantTimeEqual(tag, tagOf(keys, sessionId, secret))) return null;
  return compose(keys, sessionId, secret);
}

function compose(keys: HandleKeys, sessionId: string, secret: string): RefreshToken {
  const hash = createHash('sha256').update(`${sessionId}.${secret}`).digest('base64url');
  return { sessionId, secret, hash, cookie: `${sessionId}.${secret}.${tagOf(keys, sessionId, secret)}` };
}

const tagOf = (keys: HandleKeys, sessionId: string, secret: string): string =>
  mac(keys, 'tag', sessionId, secret).slice(0, tagLength);

const mac = (keys: HandleKeys, label: 'tag' | 'next', sessionId: string, secret: string): string =>
  createHmac('sha256', secretKey(keys.refreshKey))
    .update(`${label}|${sessionId}|${secret}`)
    .digest('base64url');

/** Max-Age is the rest of the session's absolute life in seconds: closing the browser does not log out (SES-1). */
export const refreshCookie = (token: RefreshToken, maxAgeSeconds: number): string =>
  `${cookieName}=${token.cookie}; ${attributes}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;

export const clearRefreshCookie = (): string => `${cookieName}=; ${attributes}; Max-Age=0`;

const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/**
 * A cookie's value from API Gateway's list of cookies or from a Cookie header; the refresh cookie unless another name
 * is given; null if there is none. The `__Host-` prefix keeps other hosts from setting a second cookie of the name, so
 * the first one found is the only one.
 */
export function readCookie(
  cookies: readonly string[] | string | undefined,
  name: string = cookieName,
): string | null {
  const pairs = (typeof cookies === 'string' ? [cookies] : (cookies ?? [])).flatMap((part) =>
    part.split(';'),
  );
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
