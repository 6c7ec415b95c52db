import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RingKey, rotate, signingKey, verifyingKeys } from '#domain/rotating-keys.ts';

const times = { publishAheadSeconds: 600, outliveSeconds: 300 };
const kids = (ring: readonly RingKey[]): string[] => ring.map((key) => key.kid);

describe('rotating keys', () => {
  it('SES-2 TOK-03 the first key signs at once', () => {
    const ring = rotate([], { kid: 'a' }, 1000, times);
    expect(ring).toEqual([{ kid: 'a', signFrom: 1000, verifyUntil: null }]);
    expect(signingKey(ring, 1000)?.kid).toBe('a');
    expect(signingKey([], 1000)).toBeUndefined();
  });

  it('SES-2 TOK-03 a new key is published, then signs, then the old one retires', () => {
    const first = rotate([], { kid: 'a' }, 0, times);
    const both = rotate(first, { kid: 'b' }, 10_000, times);
    expect(kids(verifyingKeys(both, 10_000))).toEqual(['a', 'b']);
    expect(signingKey(both, 10_599)?.kid).toBe('a');
    expect(signingKey(both, 10_600)?.kid).toBe('b');
    expect(kids(verifyingKeys(both, 10_899))).toEqual(['a', 'b']);
    expect(kids(verifyingKeys(both, 10_900))).toEqual(['b']);
    expect(kids(rotate(both, { kid: 'c' }, 20_000, times))).toEqual(['b', 'c']);
  });

  it('SES-2 TOK-03 a rotation that runs again changes nothing', () => {
    const once = rotate(rotate([], { kid: 'a' }, 0, times), { kid: 'b' }, 5000, times);
    expect(rotate(once, { kid: 'b' }, 5060, times)).toEqual(once);
  });

  it('SES-2 TOK-03 key material stays with its times', () => {
    const ring = rotate([], { kid: 'a', secret: 's' }, 0, times);
    const next = rotate(ring, { kid: 'b', secret: 't' }, 100, times);
    expect(next.map((key) => key.secret)).toEqual(['s', 't']);
  });

  it('SES-2 TOK-03 a clock set back still leaves a signer whose tokens verify', () => {
    const ring = rotate(rotate([], { kid: 'a' }, 10_000, times), { kid: 'b' }, 20_000, times);
    expect(signingKey(ring, 0)?.kid).toBe('a');
    const turned = rotate(ring, { kid: 'c' }, 5000, times);
    for (const now of [0, 5000, 10_000, 20_600, 20_899, 20_900, 90_000]) {
      expect(kids(verifyingKeys(turned, now))).toContain(signingKey(turned, now)?.kid);
    }
    // `b` and `c` begin at the same time; the one that is later in the ring counts as newer.
    expect(kids(turned)).toEqual(['a', 'b', 'c']);
    expect([signingKey(turned, 20_600)?.kid, signingKey(turned.slice(1), 0)?.kid]).toEqual(['c', 'b']);
  });

  it('SES-2 TOK-03 every token verifies for its whole life over any rotations, at stale caches too', () => {
    const life = fc.record({
      publishAheadSeconds: fc.integer({ min: 1, max: 1000 }),
      outliveSeconds: fc.integer({ min: 1, max: 1000 }),
      pauses: fc.array(fc.nat(3000), { maxLength: 12 }),
    });
    /**
     * Any moment of the whole time, and the ages of the signer's and the verifier's cache, as parts of their limits.
     */
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        life,
        part,
        part,
        part,
        part,
        ({ pauses, ...limits }, moment, signerAge, verifierAge, tokenAge) => {
          let now = 0;
          const history: { at: number; ring: RingKey[] }[] = [];
          let ring: RingKey[] = rotate([], { kid: '0' }, now, limits);
          history.push({ at: now, ring });
          for (const [i, pause] of pauses.entries()) {
            now += limits.publishAheadSeconds + pause;
            ring = rotate(ring, { kid: String(i + 1) }, now, limits);
            history.push({ at: now, ring });
          }
          const ringAt = (at: number): RingKey[] =>
            history.findLast((version) => version.at <= at)?.ring ?? history[0]?.ring ?? [];
          // A cache is always younger than the time for which a key is published before its first use.
          const stale = (age: number): number =>
            Math.ceil(age * limits.publishAheadSeconds) - (age > 0 ? 1 : 0);

          const signedAt = Math.round(moment * (now + 2000));
          const signer = signingKey(ringAt(signedAt - stale(signerAge)), signedAt);
          const usedAt = signedAt + Math.floor(tokenAge * (limits.outliveSeconds - 1));
          const published = verifyingKeys(ringAt(usedAt - stale(verifierAge)), usedAt);
          expect(signer).toBeDefined();
          expect(kids(published)).toContain(signer?.kid);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('SES-2 TOK-03 a published ring does not grow without end', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { maxLength: 30 }), (pauses) => {
        let now = 0;
        let ring: RingKey[] = rotate([], { kid: '0' }, now, times);
        for (const [i, pause] of pauses.entries()) {
          now += times.publishAheadSeconds + pause;
          ring = rotate(ring, { kid: String(i + 1) }, now, times);
          expect(ring.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
