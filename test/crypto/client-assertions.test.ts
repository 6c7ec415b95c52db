import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientAssertionType, verifyClientAssertion } from '#crypto/client-assertions.ts';
import { verifierMatches } from '#crypto/pkce.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import { client } from '../rules/sso-client.ts';
import { at } from './keys-of-test.ts';

const now = at('2027-03-02T02:00:00Z');
const seconds = now.getTime() / 1000;
const issuer = 'https://etax.example.cn';
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let first: Pair;
let second: Pair;
let foreign: Pair;
let rp: RelyingParty;

beforeAll(async () => {
  [first, second, foreign] = await Promise.all([
    generateKeyPair('ES256'),
    generateKeyPair('ES256'),
    generateKeyPair('ES256'),
  ]);
  const jwk = async (pair: Pair, kid: string) => {
    const { x = '', y = '' } = await exportJWK(pair.publicKey);
    return { kid, kty: 'EC', crv: 'P-256', x, y } as const;
  };
  rp = client({ keys: [await jwk(first, 'k1'), await jwk(second, 'k2')] });
});

const good = () => ({
  iss: 'filing-web',
  sub: 'filing-web',
  aud: issuer,
  jti: 'a-jti-of-12345678',
  iat: seconds,
  exp: seconds + 60,
});
interface Made {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: Pair;
  readonly header?: object;
}
const make = ({ claims = {}, key = first, header = {} }: Made = {}): Promise<string> => {
  const all = { ...good(), ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key.privateKey);
};
const verify = (assertion: string) => sent({ client_assertion: assertion });
const sent = (form: Readonly<Record<string, string>>, authorization?: string) =>
  verifyClientAssertion(
    [rp],
    { client_assertion_type: clientAssertionType, ...form },
    { issuer, now, authorization },
  ).then(
    ({ assertion }) => assertion,
    (error: unknown) => (error instanceof OAuthProblem ? undefined : error),
  );

describe('a client proves who it is', () => {
  it('SSO-3 by a registered key, either of two', async () => {
    const proof = { clientId: 'filing-web', jti: 'a-jti-of-12345678', expiresAt: at('2027-03-02T02:01:10Z') };
    expect(await verify(await make())).toEqual(proof);
    expect(await verify(await make({ key: second, header: { kid: 'k2' } }))).toEqual(proof);
  });

  it('SSO-3 clocks may differ by ten seconds, not by a minute', async () => {
    for (const claims of [
      { iat: seconds + 10 },
      { nbf: seconds + 10 },
      { iat: undefined },
      { exp: seconds + 120 },
    ])
      expect(await verify(await make({ claims }))).toBeDefined();
    for (const claims of [
      { iat: seconds + 60 },
      { nbf: seconds + 60 },
      { exp: seconds + 131 },
      { exp: seconds - 300 },
    ])
      expect(await verify(await make({ claims }))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['no sub', { sub: undefined }],
    ['another sub', { sub: 'invoice-web' }],
    ['another iss', { iss: 'invoice-web' }],
    ['no aud', { aud: undefined }],
    ['the aud of another server', { aud: 'https://other.example.cn' }],
    ['the token endpoint as aud', { aud: `${issuer}/oauth2/token` }],
    ['a list as aud', { aud: [issuer] }],
    ['two auds', { aud: [issuer, 'https://other.example.cn'] }],
    ['no exp', { exp: undefined }],
    ['no jti', { jti: undefined }],
    ['a long jti', { jti: 'x'.repeat(257) }],
  ])('SSO-3 not with %s', async (_, claims) => {
    expect(await verify(await make({ claims }))).toBeUndefined();
  });

  it('SSO-3 not by a foreign key, whatever the header says of keys', async () => {
    expect(await verify(await make({ key: foreign }))).toBeUndefined();
    expect(await verify(await make({ key: second }))).toBeUndefined();
    const jwk = await exportJWK(foreign.publicKey);
    expect(await verify(await make({ key: foreign, header: { jwk } }))).toBeUndefined();
    expect(await verify(await make({ header: { kid: 'k9' } }))).toBeUndefined();
    expect(await verify(await make({ header: { kid: undefined } }))).toBeUndefined();
  });

  it('SSO-3 not by another algorithm', async () => {
    const rsa = await generateKeyPair('RS256');
    const signed = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT(good()).setProtectedHeader({ alg, kid: 'k1' }).sign(key);
    expect(await verify(await signed('RS256', rsa.privateKey))).toBeUndefined();
    expect(await verify(await signed('HS256', new TextEncoder().encode(rp.keys[0]?.x)))).toBeUndefined();
    const [, payload = ''] = (await make()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await verify(`${none}.${payload}.`)).toBeUndefined();
  });

  it.each(['', 'x', 'a.b', 'a.b.c', '..', 'x'.repeat(5000)])(
    'SSO-3 not by no token at all: %s',
    async (text) => {
      expect(await verify(text)).toBeUndefined();
    },
  );
});

describe('one way alone', () => {
  it.each<[string, Record<string, string>, string?]>([
    ['a secret beside it', { client_secret: 'x' }],
    ['HTTP Basic beside it', {}, 'Basic eDp5'],
    ['another client_id beside it', { client_id: 'invoice-web' }],
    [
      'another assertion type',
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
    ],
  ])('SSO-3 refuses %s', async (_, form, authorization) => {
    expect(await sent({ client_assertion: await make(), ...form }, authorization)).toBeUndefined();
  });

  it('SSO-3 the same client_id beside it is nothing', async () => {
    expect(await sent({ client_assertion: await make(), client_id: 'filing-web' })).toBeDefined();
  });
});

describe('PKCE', () => {
  // The example of RFC 7636, appendix B.
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  it('SSO-5 the verifier is the one whose hash was sent', () => {
    expect(verifierMatches(verifier, challenge)).toBe(true);
    expect(verifierMatches(`${verifier.slice(0, -1)}l`, challenge)).toBe(false);
    expect(verifierMatches(challenge, challenge)).toBe(false);
    expect(verifierMatches('', challenge)).toBe(false);
  });
});
