import { describe, expect, it } from 'vitest';
import { Problem } from '#domain/problem.ts';
import { readDetailsAsked } from '#domain/sso/authorization-details.ts';
import { asOAuth, invalidDpopProof, OAuthProblem, TokenMissing } from '#domain/sso/oauth-problem.ts';
import { readClaims } from '#domain/sso/requested-claims.ts';

describe('authorization_details', () => {
  const read = (...entries: unknown[]) =>
    readDetailsAsked(JSON.stringify(entries), [{ code: 'invoice.red' }]);
  const taxpayer = (members: object) => read({ type: 'taxpayer', ...members });
  const matter = (members: object) => read({ type: 'matter', ...members });

  it('SSO-6 narrow by kind, role, action and company; what is left out stays out', () => {
    expect(readDetailsAsked(undefined, [])).toEqual({});
    const all = {
      kinds: ['natural', 'enterprise'],
      roles: ['tax-handler'],
      actions: ['filing'],
      taxpayer: 's1_ref',
    };
    expect(taxpayer(all)).toStrictEqual({ taxpayer: all });
    expect(taxpayer({})).toStrictEqual({ taxpayer: {} });
    expect(taxpayer({ taxpayer: 'x'.repeat(64) })).toStrictEqual({ taxpayer: { taxpayer: 'x'.repeat(64) } });
    // Each word once, in the order of the rules.
    expect(taxpayer({ kinds: ['enterprise', 'natural', 'enterprise'] })).toEqual({
      taxpayer: { kinds: ['natural', 'enterprise'] },
    });
  });

  it.each<[string, object]>([
    ['a company that is no text', { taxpayer: 1 }],
    ['an empty company', { taxpayer: '' }],
    ['a company of 65 characters', { taxpayer: 'x'.repeat(65) }],
    ['half a character', { taxpayer: '\ud842' }],
    ['kinds that are no list', { kinds: 'natural' }],
    ['an empty list of kinds', { kinds: [] }],
    ['an unknown kind', { kinds: ['natural', 'ghost'] }],
    ['an unknown role', { roles: ['owner'] }],
    ['an empty list of roles', { roles: [] }],
    ['an unknown action', { actions: ['everything'] }],
    ['actions in a map', { actions: { length: 1 } }],
    ['an unknown member', { companies: ['s1_ref'] }],
  ])('SSO-6 with %s are wrong', (_, members) => {
    expect(taxpayer(members)).toBe('wrong');
  });

  it('SSO-9 name one matter of the stage, with a nonce or without', () => {
    expect(matter({ matter: 'invoice.red' })).toStrictEqual({ matter: { matter: 'invoice.red' } });
    expect(matter({ matter: 'invoice.red', nonce: 'n1' })).toStrictEqual({
      matter: { matter: 'invoice.red', nonce: 'n1' },
    });
    for (const members of [
      {},
      { matter: 'other' },
      { matter: 'invoice.red', nonce: 1 },
      { matter: 'invoice.red', nonce: ['n1'] },
      { matter: 'invoice.red', nonce: '' },
      { matter: 'invoice.red', also: 1 },
    ])
      expect(matter(members), JSON.stringify(members)).toBe('wrong');
  });

  it('SSO-6 are a list of entries, one of a type', () => {
    const good = { type: 'taxpayer' };
    expect(read(good, { type: 'matter', matter: 'invoice.red' })).toEqual({
      taxpayer: {},
      matter: { matter: 'invoice.red' },
    });
    for (const entries of [
      [],
      [null],
      ['taxpayer'],
      [[good]],
      [good, null],
      [good, good],
      [{}],
      [{ type: 'x' }],
      [{ type: 'x', matter: 'invoice.red' }],
    ])
      expect(read(...entries), JSON.stringify(entries)).toBe('wrong');
    for (const text of ['', 'x', '{}', '"taxpayer"', '{"type":"taxpayer"}', '[{"type":"taxpayer"}'])
      expect(readDetailsAsked(text, []), text).toBe('wrong');
  });
});

describe('claims', () => {
  const read = (claims: unknown) => readClaims(JSON.stringify(claims));
  const acr = (...values: unknown[]) => ({ id_token: { acr: { essential: true, values } } });
  const words = (count: number) => Array.from({ length: count }, (_, n) => `acr${n}`);
  const sub = (length: number) => ({ id_token: { sub: { value: 'x'.repeat(length) } } });

  it('SSO-9 that make nothing essential ask for nothing', () => {
    expect(readClaims(undefined)).toBeUndefined();
    for (const claims of [
      {},
      { id_token: null, userinfo: null },
      { id_token: {}, userinfo: {} },
      { id_token: { acr: null, sub: null, real_name_level: {} } },
      { id_token: { acr: { essential: false, value: 'acr0' }, sub: {} } },
    ])
      expect(read(claims), JSON.stringify(claims)).toStrictEqual({});
  });

  it('SSO-9 may name ten words and a sub of 255 characters', () => {
    expect(read(acr(...words(10)))).toStrictEqual({ essentialAcr: words(10) });
    expect(read(sub(255))).toStrictEqual({ sub: 'x'.repeat(255) });
    const one = { id_token: { acr: { essential: true, value: 'acr0', values: ['acr1'] } } };
    expect(read(one)).toStrictEqual({ essentialAcr: ['acr0', 'acr1'] });
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['a text', 'id_token'],
    ['nothing', null],
    ['a place that is true', { id_token: true }],
    ['the other place', { userinfo: true }],
    ['a claim that is a number beside one that is right', { id_token: { acr: null, name: 1 } }],
    ['eleven words', acr(...words(11))],
    ['a number among the words', acr('acr0', 1)],
    ['a sub of 256 characters', sub(256)],
    ['a level that is a text', { userinfo: { real_name_level: { essential: true, value: '4' } } }],
    ['a level in a text of essential', { userinfo: { real_name_level: { essential: 'yes', value: 4 } } }],
  ])('SSO-9 with %s are wrong', (_, claims) => {
    expect(read(claims)).toBe('wrong');
  });
});

describe('a refusal as OAuth has it', () => {
  it('ERR-02 our own has its code, status and words', () => {
    const problem = new OAuthProblem('invalid_scope', 'too much', { cause: 'x' });
    expect(problem).toMatchObject({ name: 'OAuthProblem', code: 'BAD_REQUEST', status: 400, cause: 'x' });
    expect(asOAuth(problem)).toEqual({ error: 'invalid_scope', status: 400, description: 'too much' });
    expect(asOAuth(new OAuthProblem('access_denied'))).toMatchObject({ error: 'access_denied', status: 403 });
    expect(new TokenMissing()).toMatchObject({
      name: 'TokenMissing',
      error: 'invalid_token',
      status: 401,
      description: 'An access token is needed',
    });
    expect(invalidDpopProof()).toMatchObject({
      error: 'invalid_dpop_proof',
      description: 'The DPoP proof was not accepted',
    });
  });

  it('ERR-02 any other keeps its status, and says which field was wrong', () => {
    const errors = [{ path: 'scope', message: 'too long' }];
    expect(asOAuth(new Problem('BAD_REQUEST', { errors }))).toEqual({
      error: 'invalid_request',
      status: 400,
      description: 'scope: too long',
    });
    for (const details of [
      {},
      { errors: [] },
      { errors: [{ path: 'scope' }] },
      { errors: [{ message: 'm' }] },
    ])
      expect(asOAuth(new Problem('MEDIA_TYPE_NOT_SUPPORTED', details))).toEqual({
        error: 'invalid_request',
        status: 415,
        description: undefined,
      });
    for (const [code, status] of [
      ['TOO_MANY_REQUESTS', 429],
      ['UNAVAILABLE', 503],
    ] as const)
      expect(asOAuth(new Problem(code, { errors }))).toEqual({
        error: 'temporarily_unavailable',
        status,
        description: undefined,
      });
    expect(asOAuth(new Problem('SESSION_ENDED'))).toEqual({
      error: 'invalid_token',
      status: 401,
      description: 'The session has ended',
    });
  });
});
