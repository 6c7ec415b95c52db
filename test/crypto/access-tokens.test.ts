import { createHmac, createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AccessClaims, signAccessToken, verifyAccessToken } from '#crypto/access-tokens.ts';
import { signJwt, verifyJwt } from '#crypto/signed-tokens.ts';
import {
  newSigningKey,
  parseSigningRing,
  publicJwks,
  type SigningRing,
  type StoredSigningKey,
} from '#crypto/signing-ring.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { at, later } from './keys-of-test.ts';

const issuer = 'https://etax.example.cn';
const now = at('2026-11-23T10:00:00+08:00');
const settings = { issuer, policies: defaultPolicies };
const claims: AccessClaims = {
  subject: 'p1_abc',
  sessionId: 'session-1',
  identityVersion: 3,
  realNameLevel: 4,
  identity: { kind: 'natural' },
};

let stored: StoredSigningKey[];
let ring: SigningRing;
const asSecret = (keys: StoredSigningKey[]): string => JSON.stringify({ keys });

beforeAll(async () => {
  const [one, two] = await Promise.all([newSigningKey(), newSigningKey()]);
  stored = [
    { ...one, signFrom: 0, verifyUntil: epochSeconds(now) + 7200 },
    { ...two, signFrom: epochSeconds(now) + 3600, verifyUntil: null },
  ];
  ring = await parseSigningRing(asSecret(stored));
});

const refusal = async (token: string, when = now): Promise<string> => {
  try {
    await verifyAccessToken(ring, token, issuer, when);
    return 'accepted';
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens', () => {
  it('SES-2 reads back what it signed, for five minutes', async () => {
    const token = await signAccessToken(ring, claims, settings, now);
    expect(await verifyAccessToken(ring, token, issuer, now)).toEqual(claims);
    expect(await verifyAccessToken(ring, token, issuer, later(now, 299))).toEqual(claims);
    expect(await refusal(token, later(now, 300))).toBe('SESSION_ENDED');
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: stored[0]?.kid });
  });

  it('SES-2 TOK-03 goes over to the next key without a gap', async () => {
    const before = await signAccessToken(ring, claims, settings, later(now, 3599));
    const after = await signAccessToken(ring, claims, settings, later(now, 3600));
    expect(before.split('.')[0]).not.toBe(after.split('.')[0]);
    // A container whose clock is behind already knows the new key. A container whose clock is ahead still knows the old
    // key.
    expect(await verifyAccessToken(ring, after, issuer, later(now, 3600))).toEqual(claims);
    expect(await verifyAccessToken(ring, before, issuer, later(now, 3700))).toEqual(claims);
    const kids = (when: Date) => publicJwks(ring, when).keys.map((key) => key.kid);
    expect(kids(now)).toEqual([stored[0]?.kid, stored[1]?.kid]);
    expect(kids(later(now, 7200))).toEqual([stored[1]?.kid]);
    expect(
      await refusal(
        await signJwt(
          ring.slice(0, 1),
          { typ: 'at+jwt', issuer, audience: issuer },
          {},
          300,
          later(now, 7190),
        ),
        later(now, 7201),
      ),
    ).toBe('SESSION_ENDED');
  });

  it('SES-2 publishes public halves only', () => {
    const [key] = publicJwks(ring, now).keys;
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(key).toMatchObject({ alg: 'ES256', use: 'sig', kty: 'EC', crv: 'P-256' });
    expect(ring[0]?.privateKey.extractable).toBe(false);
  });

  it('TOK-02 refuses a token of another kind, issuer, audience or time', async () => {
    const body = { sub: 's', sid: 'x', ver: 1, lvl: 4, identity: {} };
    const kind = { typ: 'at+jwt', issuer, audience: issuer };
    expect(await refusal(await signJwt(ring, kind, body, 300, now))).toBe('accepted');
    const wrong = [
      await signJwt(ring, { ...kind, typ: 'step-up+jwt' }, body, 300, now),
      await signJwt(ring, { ...kind, typ: 'JWT' }, body, 300, now),
      await signJwt(ring, { ...kind, issuer: 'https://other.example' }, body, 300, now),
      await signJwt(ring, { ...kind, audience: 'invoice' }, body, 300, now),
      await signJwt(ring, kind, { ...body, nbf: epochSeconds(now) + 60 }, 300, now),
      await signJwt(ring, kind, body, -1, now),
      await signJwt(ring, kind, { sub: 's', sid: 'x', ver: 1, lvl: 4 }, 300, now),
      await signJwt(ring, kind, { ...body, ver: '1' }, 300, now),
    ];
    for (const token of wrong) expect(await refusal(token)).toBe('SESSION_ENDED');
  });

  it('TOK-01 refuses none, HMAC with our public key, foreign keys, and keys that the token brings', async () => {
    const token = await signAccessToken(ring, claims, settings, now);
    const [, payload = ''] = token.split('.');
    const kid = stored[0]?.kid ?? '';
    const publicKey = createPublicKey({ key: publicJwks(ring, now).keys[0] ?? {}, format: 'jwk' });
    const hs256 = (key: string | Buffer) => {
      const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}`;
      return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
    };
    const foreign = await generateKeyPair('ES256', { extractable: true });
    const body = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const foreignly = (header: object) =>
      new SignJWT(body)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
        .sign(foreign.privateKey);
    const ps256 = await generateKeyPair('PS256');
    const attacks = [
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
      `${encode({ alg: 'None', typ: 'at+jwt', kid })}.${payload}.AA`,
      hs256(await exportSPKI(ring[0]?.publicKey ?? foreign.publicKey)),
      hs256(publicKey.export({ type: 'spki', format: 'der' })),
      hs256(JSON.stringify(publicJwks(ring, now).keys[0])),
      await foreignly({ kid }),
      await foreignly({ kid: 'unknown' }),
      await foreignly({}),
      await foreignly({ kid, jwk: await exportJWK(foreign.publicKey) }),
      await foreignly({ kid, jku: 'http://127.0.0.1:1/jwks' }),
      await foreignly({ kid, x5u: 'http://127.0.0.1:1/x5u' }),
      await new SignJWT(body).setProtectedHeader({ alg: 'PS256', typ: 'at+jwt', kid }).sign(ps256.privateKey),
      `${encode({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['b64'], b64: false })}.${payload}.${token.split('.')[2]}`,
      `${encode({ alg: 'ES256', typ: 'at+jwt', kid })}.${encode({ ...body, lvl: 5 })}.${token.split('.')[2]}`,
      // A signature of zeros only (CVE-2022-21449), and a signature in ASN.1 form.
      `${token.split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
      '',
      '.',
      '..',
      'a.b.c',
      `${token}.`,
      token.slice(0, -1),
      'x'.repeat(100_000),
    ];
    for (const attack of attacks) expect(await refusal(attack)).toBe('SESSION_ENDED');
  });

  it('TOK-01 accepts a token only with the kid of a key of ours, even if that key signed it', async () => {
    const key = await importJWK(stored[0]?.privateJwk ?? {}, 'ES256');
    const build = (kid: string | undefined) =>
      new SignJWT({
        sub: 's',
        sid: 'x',
        ver: 1,
        lvl: 4,
        identity: {},
        iss: issuer,
        aud: issuer,
        iat: epochSeconds(now),
        exp: epochSeconds(now) + 60,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...(kid && { kid }) })
        .sign(key);
    expect(await refusal(await build(stored[0]?.kid))).toBe('accepted');
    expect(await refusal(await build(undefined))).toBe('SESSION_ENDED');
    expect(await refusal(await build(stored[1]?.kid))).toBe('SESSION_ENDED');
  });

  it('TOK-01 answers any text with SESSION_ENDED and nothing else', async () => {
    const token = await signAccessToken(ring, claims, settings, now);
    const part = fc.oneof(
      fc.constantFrom(...token.split('.')),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const text = parts.join('.');
        fc.pre(text !== token);
        const answer = await refusal(text);
        expect(answer).toBe('SESSION_ENDED');
      }),
      { numRuns: 300 },
    );
  });

  it('STP-2 signs other kinds of tokens for one audience and kind each', async () => {
    const proof = { typ: 'step-up+jwt', issuer, audience: 'invoice' };
    const token = await signJwt(ring, proof, { nonce: 'n' }, 86_400, now);
    expect(await verifyJwt(ring, token, proof, later(now, 3600))).toMatchObject({
      nonce: 'n',
      aud: 'invoice',
    });
    expect(await verifyJwt(ring, token, { ...proof, audience: 'filing' }, now)).toBeNull();
    expect(await verifyJwt(ring, token, { ...proof, typ: 'at+jwt' }, now)).toBeNull();
  });

  it('SES-2 takes a fresh key whose id is its thumbprint, and refuses a secret that is none', async () => {
    const [key] = stored;
    expect(key?.kid).toMatch(/^[\w-]{43}$/);
    expect(
      createPrivateKey({ key: key?.privateJwk ?? {}, format: 'jwk' }).asymmetricKeyDetails?.namedCurve,
    ).toBe('prime256v1');
    const broken = [
      '',
      'x',
      '{}',
      '[]',
      '{"keys":[]}',
      '{"keys":[{}]}',
      JSON.stringify({ keys: [{ ...key, signFrom: 'x' }] }),
      JSON.stringify({ keys: [{ ...key, privateJwk: { kty: 'oct', k: 'AA' } }] }),
    ];
    for (const text of broken) await expect(parseSigningRing(text)).rejects.toThrow(/^The secret signing/);
  });
});
