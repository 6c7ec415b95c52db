import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyDpopProof } from '#crypto/dpop-proofs.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { at } from './keys-of-test.ts';

const now = at('2027-03-02T02:00:00Z');
const seconds = now.getTime() / 1000;
const uri = 'https://etax.example.cn/oauth2/token';
const accessToken = 'an.access.token';
const ath = createHash('sha256').update(accessToken).digest('base64url');
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let own: Pair;
let other: Pair;
let rsa: Pair;
let jwk: JWK;
let privateJwk: JWK;
let rsaJwk: JWK;
beforeAll(async () => {
  [own, other, rsa] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ES256'),
    generateKeyPair('RS256'),
  ]);
  [jwk, privateJwk, rsaJwk] = await Promise.all([
    exportJWK(own.publicKey),
    exportJWK(own.privateKey),
    exportJWK(rsa.publicKey),
  ]);
});

interface Made {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: Pair;
}
const make = ({ claims = {}, header = {}, key = own }: Made = {}): Promise<string> => {
  const all = { jti: 'a-jti', htm: 'POST', htu: uri, iat: seconds, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const protectedHeader = { alg: 'ES256', typ: 'dpop+jwt', jwk, ...header };
  return new SignJWT(present).setProtectedHeader(protectedHeader).sign(key.privateKey);
};
/** The error code of the refusal. Any other error fails the test. */
const verify = (proof: string, token?: string) =>
  verifyDpopProof(proof, { method: 'POST', uri, accessToken: token, now }).catch((error: unknown) => {
    if (!(error instanceof OAuthProblem)) throw error;
    return error.error;
  });

describe('SSO-3 the proof of a key (RFC 9449)', () => {
  it('SSO-3 names the key by its thumbprint, and until when it must not come again', async () => {
    expect(await verify(await make())).toEqual({
      jkt: await calculateJwkThumbprint(jwk),
      jti: 'a-jti',
      expiresAt: at('2027-03-02T02:01:10Z'),
    });
  });

  it.each([
    ['ten seconds ahead', { iat: seconds + 10 }],
    ['ten seconds old', { iat: seconds - 10 }],
    ['a minute old', { iat: seconds - 60 }],
    ['good for some time', { nbf: seconds + 10, exp: seconds + 60 }],
    ['for the same address in other letters', { htu: 'HTTPS://ETAX.example.cn:443/oauth2/token' }],
    ['for the address with a query and a fragment', { htu: `${uri}?a=1#b` }],
  ])('SSO-3 may be %s', async (_, claims) => {
    expect(await verify(await make({ claims }))).toHaveProperty('jkt');
  });

  it.each<[string, Record<string, unknown>]>([
    ['eleven seconds ahead', { iat: seconds + 11 }],
    ['a minute ahead', { iat: seconds + 60 }],
    ['older than a minute and ten seconds', { iat: seconds - 71 }],
    ['without a time', { iat: undefined }],
    ['with a time in words', { iat: 'now' }],
    ['over', { exp: seconds - 11 }],
    ['not good yet', { nbf: seconds + 60 }],
    ['without a jti', { jti: undefined }],
    ['with an empty jti', { jti: '' }],
    ['with a jti that is too long', { jti: 'x'.repeat(257) }],
    ['for another method', { htm: 'GET' }],
    ['for the method in other letters', { htm: 'post' }],
    ['without a method', { htm: undefined }],
    ['for another path', { htu: `${uri}/` }],
    ['for another host', { htu: 'https://evil.example.cn/oauth2/token' }],
    ['for another scheme', { htu: uri.replace('https', 'http') }],
    ['for a user at the host', { htu: uri.replace('//', '//etax@') }],
    ['for no address', { htu: 'token' }],
    ['without an address', { htu: undefined }],
  ])('SSO-3 not %s', async (_, claims) => {
    expect(await verify(await make({ claims }))).toBe('invalid_dpop_proof');
  });

  it.each<[string, () => Made]>([
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['without a type', () => ({ header: { typ: undefined } })],
    ['without a key', () => ({ header: { jwk: undefined } })],
    ['with a key that is no object', () => ({ header: { jwk: 'key' } })],
    ['with the private key', () => ({ header: { jwk: privateJwk } })],
    ['with a key for all', () => ({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
    ['with a point that is on no curve', () => ({ header: { jwk: { ...jwk, x: 'A'.repeat(43) } } })],
    ['signed by another key', () => ({ key: other })],
    ['by RSA', () => ({ key: rsa, header: { alg: 'RS256', jwk: rsaJwk } })],
  ])('SSO-3 not %s', async (_, made) => {
    expect(await verify(await make(made()))).toBe('invalid_dpop_proof');
  });

  it.each([
    ['nothing', ''],
    ['no token', 'a.b.c'],
    ['two of them', 'e30.e30.e30, e30.e30.e30'],
    ['too much', 'x'.repeat(4097)],
    [
      'one without a signature',
      `${Buffer.from('{"alg":"none","typ":"dpop+jwt"}').toString('base64url')}.e30.`,
    ],
  ])('SSO-3 not %s', async (_, text) => {
    expect(await verify(text)).toBe('invalid_dpop_proof');
  });

  it('SSO-3 SSO-7 at a resource it is for the token that comes with it', async () => {
    expect(await verify(await make({ claims: { ath } }), accessToken)).toHaveProperty('jkt');
    for (const claims of [{}, { ath: `${ath.slice(1)}A` }, { ath: accessToken }])
      expect(await verify(await make({ claims }), accessToken)).toBe('invalid_dpop_proof');
  });
});
