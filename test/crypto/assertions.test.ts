import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChannelKeys } from '#contract/settings.ts';
import { type ExpectedCall, verifyAssertion } from '#crypto/assertions.ts';
import { newHandle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import { at, later } from './keys-of-test.ts';

const now = at('2026-11-23T10:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const call: ExpectedCall = {
  issuer: 'https://etax.example.cn',
  method: 'POST',
  path: '/v1/channel/scans',
  body: Buffer.from('{"qrContent":"x"}'),
  hallBodyHash: false,
  now,
  maxSeconds: 60,
};

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let app: Pair;
let appNext: Pair;
let hall: Pair;
let channelKeys: ChannelKeys;

beforeAll(async () => {
  [app, appNext, hall] = await Promise.all([
    generateKeyPair('ES256'),
    generateKeyPair('ES256'),
    generateKeyPair('ES256'),
  ]);
  const jwk = async (pair: Pair, kid: string) => {
    const { x = '', y = '' } = await exportJWK(pair.publicKey);
    return { kid, kty: 'EC', crv: 'P-256', x, y } as const;
  };
  channelKeys = {
    'ahtax-app': [await jwk(app, 'a1'), await jwk(appNext, 'a2')],
    hall: [await jwk(hall, 'h1')],
  };
});

/** Claims of any kind, as a forger could send them; undefined leaves a claim out. */
type Claims = { readonly [name: string]: unknown };
const good = (): Claims => ({
  iss: 'ahtax-app',
  aud: call.issuer,
  iat: seconds,
  exp: seconds + 60,
  jti: newHandle(),
  htm: 'POST',
  htu: '/v1/channel/scans',
});
const signed = (claims: Claims, pair: Pair = app, header: object = { kid: 'a1' }): Promise<string> =>
  new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'ES256', ...header }).sign(pair.privateKey);
const verdict = async (token: string, expected = call): Promise<string> => {
  try {
    await verifyAssertion(channelKeys, token, expected);
    return 'accepted';
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
};

describe('channel assertions', () => {
  it('CHN-1 tells who calls, for whom, and until when the assertion has to be remembered', async () => {
    const jti = newHandle();
    const person = { documentType: '201', documentNumber: '34010419900307123X' };
    const identity = { taxpayerId: '91350100M000100Y43', role: 'tax-handler' };
    expect(
      await verifyAssertion(channelKeys, await signed({ ...good(), jti, person, identity }), call),
    ).toEqual({
      channel: 'ahtax-app',
      jti,
      person,
      identity,
      expiresAt: later(now, 65),
    });
    expect(await verifyAssertion(channelKeys, await signed({ ...good(), jti }), call)).toEqual({
      channel: 'ahtax-app',
      jti,
      expiresAt: later(now, 65),
    });
  });

  it('CHN-1 takes either of two keys during a rotation, named or not', async () => {
    expect(await verdict(await signed(good(), appNext, { kid: 'a2' }))).toBe('accepted');
    expect(await verdict(await signed(good(), appNext, {}))).toBe('accepted');
    expect(await verdict(await signed(good(), app, {}))).toBe('accepted');
    expect(await verdict(await signed(good(), app, { kid: 'a2' }))).toBe('ASSERTION_INVALID');
    expect(await verdict(await signed(good(), app, { kid: 'a9' }))).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 asks a hall for officer and office, which the audit keeps', async () => {
    const claims = { ...good(), iss: 'hall', officer: '0417', office: '合肥市包河区税务局' };
    expect(await verifyAssertion(channelKeys, await signed(claims, hall, { kid: 'h1' }), call)).toMatchObject(
      { channel: 'hall', officer: '0417', office: claims.office },
    );
    expect(await verdict(await signed({ ...claims, officer: undefined }, hall, { kid: 'h1' }))).toBe(
      'ASSERTION_INVALID',
    );
    expect(await verdict(await signed({ ...claims, office: '' }, hall, { kid: 'h1' }))).toBe(
      'ASSERTION_INVALID',
    );
  });

  it('CHN-1 a hall signs the body too, where the stage asks for it; whoever names a hash is held to it', async () => {
    const hash = (body: Uint8Array) => createHash('sha256').update(body).digest('base64url');
    const byHall = (change: Claims) =>
      signed({ ...good(), iss: 'hall', officer: '0417', office: 'x', ...change }, hall, { kid: 'h1' });
    const byApp = (change: Claims) => signed({ ...good(), ...change });
    const strict = { ...call, hallBodyHash: true };
    const bsh = hash(call.body);
    for (const expected of [call, strict]) {
      expect(await verdict(await byHall({ bsh }), expected)).toBe('accepted');
      expect(await verdict(await byApp({ bsh }), expected)).toBe('accepted');
      expect(await verdict(await byApp({}), expected)).toBe('accepted');
      for (const wrong of [hash(Buffer.from('x')), '', `${bsh}=`, bsh.toUpperCase(), null, [bsh]]) {
        expect(await verdict(await byHall({ bsh: wrong }), expected)).toBe('ASSERTION_INVALID');
        expect(await verdict(await byApp({ bsh: wrong }), expected)).toBe('ASSERTION_INVALID');
      }
    }
    expect(await verdict(await byHall({}), call)).toBe('accepted');
    expect(await verdict(await byHall({}), strict)).toBe('ASSERTION_INVALID');
    const empty = { ...strict, body: Buffer.alloc(0) };
    expect(await verdict(await byHall({}), empty)).toBe('ASSERTION_INVALID');
    expect(await verdict(await byHall({ bsh: hash(empty.body) }), empty)).toBe('accepted');
  });

  it('CHN-1 refuses every channel that did not sign with its own key', async () => {
    expect(await verdict(await signed(good(), hall, { kid: 'h1' }))).toBe('ASSERTION_INVALID');
    for (const iss of ['hall', 'iit-app', 'web', 'nobody', '', '__proto__', undefined]) {
      expect(await verdict(await signed({ ...good(), iss }))).toBe('ASSERTION_INVALID');
    }
  });

  it.each<[string, Claims]>([
    ['another audience', { aud: 'https://other.example' }],
    ['another method', { htm: 'GET' }],
    ['another path', { htu: '/v1/channel/scans/x/confirm' }],
    ['the path with a slash more', { htu: '/v1/channel/scans/' }],
    ['no method', { htm: undefined }],
    ['no end', { exp: undefined }],
    ['an end that passed', { iat: seconds - 60, exp: seconds - 5 }],
    ['too long a life', { exp: seconds + 61 }],
    ['too long a life without a beginning', { iat: undefined, exp: seconds + 66 }],
    ['a long life that is nearly over', { iat: seconds - 600, exp: seconds + 30 }],
    ['a beginning in the future', { iat: seconds + 6, exp: seconds + 60 }],
    ['a short jti', { jti: 'x'.repeat(15) }],
    ['a long jti', { jti: 'x'.repeat(129) }],
    ['a jti with spaces', { jti: 'x x x x x x x x x x' }],
    ['no jti', { jti: undefined }],
    ['half a person', { person: { documentType: '201' } }],
    ['a person with more', { person: { documentType: '201', documentNumber: 'A1234', name: 'x' } }],
    ['a person as text', { person: '201|x' }],
    ['an unknown role', { identity: { taxpayerId: '91350100M000100Y43', role: 'boss' } }],
    ['an endless document', { person: { documentType: '201', documentNumber: '1'.repeat(41) } }],
    ['an office with a line break', { officer: '1', office: 'a\nb' }],
  ])('CHN-1 refuses %s', async (_, change) => {
    expect(await verdict(await signed({ ...good(), ...change }))).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 forgives five seconds of clock, not six', async () => {
    expect(await verdict(await signed({ ...good(), iat: seconds + 5, exp: seconds + 65 }))).toBe('accepted');
    expect(await verdict(await signed({ ...good(), iat: seconds - 56, exp: seconds - 4 }))).toBe('accepted');
    expect(await verdict(await signed({ ...good(), iat: seconds + 6, exp: seconds + 66 }))).toBe(
      'ASSERTION_INVALID',
    );
  });

  it('CHN-1 TOK-01 refuses other algorithms and keys that the token brings', async () => {
    const foreign = await generateKeyPair('ES256', { extractable: true });
    const token = await signed(good());
    const [, payload, signature] = token.split('.');
    const head = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
    const attacks = [
      await signed(good(), foreign, { kid: 'a1', jwk: await exportJWK(foreign.publicKey) }),
      `${head({ alg: 'none', kid: 'a1' })}.${payload}.`,
      `${head({ alg: 'ES384', kid: 'a1' })}.${payload}.${signature}`,
      await new SignJWT(good() as JWTPayload)
        .setProtectedHeader({ alg: 'HS256', kid: 'a1' })
        .sign(Buffer.from(JSON.stringify(channelKeys['ahtax-app']?.[0]))),
      'x'.repeat(5000),
      '',
      'a.b.c',
      '..',
    ];
    for (const attack of attacks) expect(await verdict(attack)).toBe('ASSERTION_INVALID');
    expect(await verdict(token, { ...call, now: later(now, 65) })).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 answers any text and any claims with ASSERTION_INVALID and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await verdict(text)).toBe('ASSERTION_INVALID');
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom('iss', 'aud', 'exp', 'iat', 'htm', 'htu', 'person', 'nbf'),
          fc.jsonValue(),
          { minKeys: 1 },
        ),
        async (claims) => {
          const token = await signed({ ...good(), jti: 'x', ...claims });
          expect(await verdict(token)).toBe('ASSERTION_INVALID');
        },
      ),
    );
  });
});
