import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveHandleKeys } from '#crypto/keys.ts';
import { newHandle } from '#crypto/random.ts';
import {
  clearRefreshCookie,
  newRefreshToken,
  readCookie,
  readRefreshToken,
  refreshCookie,
  successor,
} from '#crypto/refresh-tokens.ts';
import { handlesOne, handlesTwo, rootTwo } from './keys-of-test.ts';

const strangers = deriveHandleKeys(JSON.stringify({ 1: rootTwo }));

describe('refresh tokens', () => {
  it('SES-2 reads back what it gave, and only the hash fits the table', () => {
    const token = newRefreshToken(handlesOne, newHandle());
    expect(readRefreshToken(handlesOne, token.cookie)).toEqual(token);
    expect(token.hash).toMatch(/^[\w-]{43}$/);
    expect(token.cookie).not.toContain(token.hash);
    expect(newRefreshToken(handlesOne, token.sessionId).secret).not.toBe(token.secret);
  });

  it('SES-2 gives a spent token the same successor every time, and a chain that never meets itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (length) => {
        let token = newRefreshToken(handlesOne, newHandle());
        const seen = new Set([token.hash]);
        for (let i = 0; i < length; i++) {
          const next = successor(handlesOne, token);
          expect(successor(handlesOne, { ...token })).toEqual(next);
          expect(readRefreshToken(handlesOne, next.cookie)).toEqual(next);
          expect(next.sessionId).toBe(token.sessionId);
          expect(seen.has(next.hash)).toBe(false);
          seen.add(next.hash);
          token = next;
        }
      }),
      { numRuns: 30 },
    );
  });

  it('SES-2 ends the chain when the handles get a new version, and hides it from whoever has no key', () => {
    const token = newRefreshToken(handlesOne, newHandle());
    expect(readRefreshToken(handlesTwo, token.cookie)).toBeNull();
    expect(successor(strangers, token).secret).not.toBe(successor(handlesOne, token).secret);
  });

  it('SES-2 refuses forged and changed cookies without a look at any table', () => {
    const { cookie, sessionId } = newRefreshToken(handlesOne, newHandle());
    expect(readRefreshToken(strangers, cookie)).toBeNull();
    expect(readRefreshToken(handlesOne, cookie.replace(sessionId, newHandle()))).toBeNull();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: cookie.length - 1 }),
        fc.constantFrom(...'Aa0-_.% '),
        (at, sign) => {
          const changed = cookie.slice(0, at) + sign + cookie.slice(at + 1);
          fc.pre(changed !== cookie);
          expect(readRefreshToken(handlesOne, changed)).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string(), (text) => readRefreshToken(handlesOne, text) === null));
  });

  it('SES-1 SES-2 sets a host-bound, HttpOnly, Secure, SameSite=Strict cookie that outlives the browser', () => {
    const token = newRefreshToken(handlesOne, newHandle());
    expect(refreshCookie(token, 43_199.7)).toBe(
      `__Host-refresh=${token.cookie}; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=43199`,
    );
    expect(refreshCookie(token, -5)).toMatch(/; Max-Age=0$/);
    expect(clearRefreshCookie()).toBe(
      '__Host-refresh=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0',
    );
  });

  it('SES-2 finds its cookie among others, in a list or a header', () => {
    expect(readCookie(['a=b', '__Host-refresh=x.y.z'])).toBe('x.y.z');
    expect(readCookie('a=b; __Host-refresh=x.y=; c=d')).toBe('x.y=');
    for (const none of [
      undefined,
      [],
      '',
      'refresh=1',
      ['X__Host-refresh=1'],
      '__Host-refresh',
      '__host-refresh=1',
    ]) {
      expect(readCookie(none)).toBeNull();
    }
  });
});
