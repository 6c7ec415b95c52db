import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultMatters } from '#domain/factors/matters.ts';
import { answerAddress, judgeRequest, type PersonHint } from '#domain/sso/authorization-requests.ts';
import { parametersOf } from '#domain/sso/oauth-parameters.ts';
import { client } from './sso-client.ts';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const good: Readonly<Record<string, string>> = {
  client_id: 'filing-web',
  redirect_uri: 'https://filing.example.cn/back',
  response_type: 'code',
  scope: 'openid',
  state: 'st-1',
  nonce: 'n-1',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};
const queryOf = (parameters: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&');
const judgeRaw = (raw: string, facts = {}, hint?: PersonHint) => {
  const rp = client(facts);
  return judgeRequest(
    parametersOf([...new URLSearchParams(raw)]),
    (id) => (id === rp.clientId ? rp : undefined),
    { matters: defaultMatters, hint },
  );
};
const judge = (changes: Readonly<Record<string, string | undefined>> = {}, facts = {}, hint?: PersonHint) =>
  judgeRaw(queryOf({ ...good, ...changes }), facts, hint);
/** The error of a refusal, which says in words what is wrong. */
const errorOf = (judged: ReturnType<typeof judge>): string => {
  if (judged.ok) return 'none';
  if ('page' in judged) return `page ${judged.page}`;
  expect(judged.refused.description).toMatch(/^\w+( [\w(),-]+)+$/);
  return judged.refused.error;
};
const requestOf = (judged: ReturnType<typeof judge>) => {
  if (!judged.ok) throw new Error(errorOf(judged));
  return judged.request;
};

describe('before an address is known to be the client’s, nobody is sent anywhere', () => {
  it.each([
    ['no client_id', { client_id: undefined }, 'page client'],
    ['an unknown client', { client_id: 'nobody' }, 'page client'],
    ['no redirect_uri', { redirect_uri: undefined }, 'page redirect_uri'],
    ['one that is not registered', { redirect_uri: 'https://evil.example/back' }, 'page redirect_uri'],
    ['one with a query added', { redirect_uri: 'https://filing.example.cn/back?x=1' }, 'page redirect_uri'],
    ['one in other letters', { redirect_uri: 'https://FILING.example.cn/back' }, 'page redirect_uri'],
    ['one with a path added', { redirect_uri: 'https://filing.example.cn/back/' }, 'page redirect_uri'],
  ])('SSO-2 %s', (_, changes, said) => {
    expect(errorOf(judge(changes))).toBe(said);
  });

  it('SSO-2 a doubled client_id or redirect_uri names nobody, though both are the same', () => {
    const raw = queryOf(good);
    expect(errorOf(judgeRaw(`${raw}&client_id=filing-web`))).toBe('page client');
    expect(errorOf(judgeRaw(`${raw}&redirect_uri=${encodeURIComponent(good.redirect_uri ?? '')}`))).toBe(
      'page redirect_uri',
    );
  });

  it('SSO-2 DOC-2 text that is no UTF-8 is a page', () => {
    expect(errorOf(judgeRaw(`${queryOf(good)}&x=%FF`))).toBe('page request');
    expect(errorOf(judgeRaw(`${queryOf(good)}&%FF=x`))).toBe('page request');
  });
});

describe('the rest goes back to the client', () => {
  const long = 'x'.repeat(1025);
  const wrongDetails = 'invalid_authorization_details';
  const claimsOf = (acr: object) => JSON.stringify({ id_token: { acr } });
  const matters = (...entries: object[]) => ({
    authorization_details: JSON.stringify(entries.map((entry) => ({ type: 'matter', ...entry }))),
  });
  it.each<[string, Record<string, string | undefined>, string]>([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['response_mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['response_mode form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without a method, which would be plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a short challenge', { code_challenge: challenge.slice(1) }, 'invalid_request'],
    ['a long challenge', { code_challenge: `${challenge}A` }, 'invalid_request'],
    ['a short name of a key', { dpop_jkt: challenge.slice(1) }, 'invalid_request'],
    ['a long name of a key', { dpop_jkt: `${challenge}A` }, 'invalid_request'],
    ['a name of a key in other letters', { dpop_jkt: challenge.replace('E', '+') }, 'invalid_request'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
    ['a scope without openid', { scope: 'profile' }, 'invalid_scope'],
    ['a long state', { state: long }, 'invalid_request'],
    ['a long nonce', { nonce: long }, 'invalid_request'],
    ['more than 8 KiB', { login_hint: 'x'.repeat(8192) }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri of somebody else', { request_uri: 'https://rp.example/r' }, 'request_uri_not_supported'],
    ['registration', { registration: '{}' }, 'registration_not_supported'],
    ['an unknown resource', { resource: 'https://other.example.cn/api' }, 'invalid_target'],
    ['prompt in unknown words', { prompt: 'create' }, 'invalid_request'],
    ['prompt none with another', { prompt: 'none login' }, 'invalid_request'],
    ['max_age in words', { max_age: 'abc' }, 'invalid_request'],
    ['max_age below zero', { max_age: '-1' }, 'invalid_request'],
    ['max_age with words after it', { max_age: '1 hour' }, 'invalid_request'],
    ['max_age of ten digits', { max_age: '1000000000' }, 'invalid_request'],
    ['broken claims', { claims: '{"id_token":' }, 'invalid_request'],
    ['claims that are a list', { claims: '[]' }, 'invalid_request'],
    ['claims of the wrong kind', { claims: '{"id_token":{"acr":true}}' }, 'invalid_request'],
    [
      'claims with a number that no table holds',
      { claims: '{"id_token":{"real_name_level":{"essential":true,"value":1e300}}}' },
      'invalid_request',
    ],
    [
      'claims with half a character (DOC-2)',
      { claims: '{"id_token":{"acr":{"essential":true,"values":["\\ud842"]}}}' },
      'invalid_request',
    ],
    [
      'details with half a character (DOC-2)',
      { authorization_details: '[{"type":"taxpayer","taxpayer":"\\ud842"}]' },
      'invalid_authorization_details',
    ],
    ['claims that make a text of essential', { claims: claimsOf({ essential: 'yes' }) }, 'invalid_request'],
    ['claims with values that are no list', { claims: claimsOf({ values: 'x' }) }, 'invalid_request'],
    [
      'claims with an acr that is no text',
      { claims: claimsOf({ essential: true, value: 1 }) },
      'invalid_request',
    ],
    ['a sub that is no text', { claims: '{"id_token":{"sub":{"value":1}}}' }, 'invalid_request'],
    ['acr_values that nobody here gives', { acr_values: '1 2' }, 'unmet_authentication_requirements'],
    [
      'an essential acr that nobody here gives',
      { claims: claimsOf({ essential: true, values: ['1'] }) },
      'unmet_authentication_requirements',
    ],
    [
      'a level above the highest',
      { claims: '{"userinfo":{"real_name_level":{"essential":true,"value":6}}}' },
      'unmet_authentication_requirements',
    ],
    ['a matter that the stage does not have', matters({ matter: 'invoice.burn' }), wrongDetails],
    ['no matter in a matter', matters({}), wrongDetails],
    ['a nonce with a blank', matters({ matter: 'invoice.issue', nonce: 'a b' }), wrongDetails],
    ['a nonce that is too long', matters({ matter: 'invoice.issue', nonce: 'n'.repeat(129) }), wrongDetails],
    ['an unknown member of a matter', matters({ matter: 'invoice.issue', kinds: ['natural'] }), wrongDetails],
    ['two matters', matters({ matter: 'invoice.issue' }, { matter: 'invoice.void' }), wrongDetails],
    ['details that are an empty list', { authorization_details: '[]' }, wrongDetails],
    ['details that are no list', { authorization_details: '{}' }, 'invalid_authorization_details'],
    [
      'details of an unknown type',
      { authorization_details: '[{"type":"payment"}]' },
      'invalid_authorization_details',
    ],
    [
      'details with an unknown member',
      { authorization_details: '[{"type":"taxpayer","also":1}]' },
      'invalid_authorization_details',
    ],
    [
      'details with an unknown word',
      { authorization_details: '[{"type":"taxpayer","roles":["owner"]}]' },
      'invalid_authorization_details',
    ],
    [
      'details twice',
      { authorization_details: '[{"type":"taxpayer"},{"type":"taxpayer"}]' },
      'invalid_authorization_details',
    ],
  ])('SSO-2 refuses %s', (_, changes, error) => {
    const judged = judge(changes);
    expect(errorOf(judged)).toBe(error);
    if (judged.ok || 'page' in judged) return;
    expect(judged.returnTo).toEqual({
      redirectUri: good.redirect_uri,
      ...(changes.state === long ? {} : { state: 'st-1' }),
    });
  });

  it('SSO-9 refuses a matter that the client’s settings do not name, though the stage has it', () => {
    const asked = matters({ matter: 'refund.apply' });
    expect(errorOf(judge(asked, { matters: ['invoice.issue'] }))).toBe(wrongDetails);
    expect(errorOf(judge(asked, { matters: [] }))).toBe(wrongDetails);
    expect(requestOf(judge(asked, { matters: ['refund.apply'] })).matter).toEqual({ matter: 'refund.apply' });
  });

  it('SSO-9 refuses an id_token_hint that is none of ours, another client’s, or means another person than the claim sub', () => {
    const asked = { id_token_hint: 'a.b.c' };
    const mine = { clientId: 'filing-web', sub: 's1_somebody' };
    expect(errorOf(judge(asked))).toBe('invalid_request');
    expect(errorOf(judge(asked, {}, { ...mine, clientId: 'invoice-web' }))).toBe('invalid_request');
    const claims = (value: string) => ({
      ...asked,
      claims: JSON.stringify({ id_token: { sub: { value } } }),
    });
    expect(errorOf(judge(claims('s1_another'), {}, mine))).toBe('invalid_request');
    for (const changes of [asked, claims(mine.sub)])
      expect(requestOf(judge(changes, {}, mine)).claims).toEqual({ sub: mine.sub });
  });

  it('SSO-2 refuses every parameter that is sent twice, known or not, and a doubled state does not come back', () => {
    for (const name of [...Object.keys(good), 'anything']) {
      if (name === 'client_id' || name === 'redirect_uri') continue;
      const judged = judgeRaw(`${queryOf({ ...good, anything: '1' })}&${name}=${good[name] ?? '1'}`);
      expect(errorOf(judged)).toBe('invalid_request');
      if (!judged.ok && 'returnTo' in judged)
        expect(judged.returnTo.state).toBe(name === 'state' ? undefined : 'st-1');
    }
  });

  it('SSO-2 several resources are invalid_target, as RFC 8707 has it; beside another doubled one that is the mistake', () => {
    const raw = queryOf({ ...good, resource: 'https://archive.example.cn/api' });
    for (const more of ['https://archive.example.cn/api', 'https://other.example.cn/api'])
      expect(errorOf(judgeRaw(`${raw}&resource=${encodeURIComponent(more)}`))).toBe('invalid_target');
    expect(errorOf(judgeRaw(`${raw}&resource=x&nonce=n-1`))).toBe('invalid_request');
  });

  it('SSO-2 a comma in a value is a value, not a second parameter', () => {
    expect(requestOf(judge({ state: 'a,b' })).state).toBe('a,b');
  });
});

describe('a good request', () => {
  it('SSO-2 is kept as it was meant', () => {
    expect(
      requestOf(
        judge({
          scope: 'profile openid returns strange openid',
          max_age: '10',
          prompt: 'login consent',
          acr_values: 'urn:ahtax:face urn:ahtax:2fa',
          resource: 'https://archive.example.cn/api',
          dpop_jkt: challenge,
          login_hint: '34010419491231002X',
          ui_locales: 'zh',
          display: 'page',
        }),
      ),
    ).toEqual({
      clientId: 'filing-web',
      redirectUri: 'https://filing.example.cn/back',
      state: 'st-1',
      nonce: 'n-1',
      challenge,
      // The scope `returns` belongs to the other resource.
      scope: ['openid', 'profile'],
      resource: 'https://archive.example.cn/api',
      prompt: ['login', 'consent'],
      maxAge: 10,
      acrValues: ['urn:ahtax:face', 'urn:ahtax:2fa'],
      dpopJkt: challenge,
    });
  });

  it('SSO-2 that leaves out what may be left out has none of it', () => {
    const least = judge({ state: undefined, nonce: undefined });
    expect(requestOf(least)).toEqual({
      clientId: 'filing-web',
      redirectUri: good.redirect_uri,
      challenge,
      scope: ['openid'],
      resource: 'https://filing.example.cn/api',
      prompt: [],
      acrValues: [],
    });
    expect(Object.values(requestOf(least))).not.toContain(undefined);
    expect(requestOf(judge({ prompt: 'none' })).prompt).toEqual(['none']);
  });

  it('SSO-2 may have 8 KiB of names and values', () => {
    const sizeOf = (changes: object) =>
      Object.entries({ ...good, ...changes }).reduce(
        (sum, [name, value]) => sum + name.length + String(value).length + 2,
        0,
      );
    const filled = 8192 - sizeOf({ login_hint: '' });
    expect(errorOf(judge({ login_hint: 'x'.repeat(filled) }))).toBe('none');
    expect(errorOf(judge({ login_hint: 'x'.repeat(filled + 1) }))).toBe('invalid_request');
  });

  it('SSO-2 needs neither state nor nonce; empty ones count as left out', () => {
    const { state, nonce } = requestOf(judge({ state: '', nonce: undefined }));
    expect([state, nonce]).toEqual([undefined, undefined]);
  });

  it('SSO-2 keeps state and nonce of 1024 bytes, counted in UTF-8', () => {
    expect(requestOf(judge({ state: '税'.repeat(341), nonce: 'x'.repeat(1024) })).state).toHaveLength(341);
    const state = 'x'.repeat(1024);
    expect(requestOf(judge({ state })).state).toBe(state);
    const refused = judge({ state, prompt: 'create' });
    expect(!refused.ok && 'returnTo' in refused && refused.returnTo.state).toBe(state);
    expect(errorOf(judge({ state: '税'.repeat(342) }))).toBe('invalid_request');
  });

  it('SSO-6 gives the scope document only to a client that may have it', () => {
    expect(requestOf(judge({ scope: 'openid document' })).scope).toEqual(['openid']);
    expect(requestOf(judge({ scope: 'openid document' }, { document: true })).scope).toEqual([
      'openid',
      'document',
    ]);
  });

  it('SSO-9 reads what claims make essential and ignores what is only welcome', () => {
    const claims = (idToken: object) =>
      requestOf(judge({ claims: JSON.stringify({ id_token: idToken }) })).claims;
    expect(claims({ acr: { essential: true, values: ['urn:ahtax:face'] } })).toEqual({
      essentialAcr: ['urn:ahtax:face'],
    });
    expect(claims({ acr: { values: ['urn:ahtax:face'] }, name: null })).toEqual({});
    expect(claims({ real_name_level: { essential: true, value: 4 } })).toEqual({ essentialLevel: 4 });
    expect(claims({ sub: { value: 's1_x' } })).toEqual({ sub: 's1_x' });
    const both = { id_token: { real_name_level: { essential: true, values: [4, 5] } } };
    const userinfo = { real_name_level: { essential: true, value: 5 } };
    expect(requestOf(judge({ claims: JSON.stringify(both) })).claims).toEqual({ essentialLevel: 4 });
    expect(requestOf(judge({ claims: JSON.stringify({ ...both, userinfo }) })).claims).toEqual({
      essentialLevel: 5,
    });
  });

  it('SSO-9 may ask a matter beside the taxpayer, with a nonce or without', () => {
    const details = [
      { type: 'matter', matter: 'invoice.issue', nonce: 'n-0S6_WzA2Mj' },
      { type: 'taxpayer', kinds: ['enterprise'] },
    ];
    expect(requestOf(judge({ authorization_details: JSON.stringify(details) }))).toMatchObject({
      matter: { matter: 'invoice.issue', nonce: 'n-0S6_WzA2Mj' },
      taxpayer: { kinds: ['enterprise'] },
    });
    const [, ...none] = details;
    expect(requestOf(judge({ authorization_details: JSON.stringify(none) }))).not.toHaveProperty('matter');
  });

  it('SSO-2 any text at all is judged, never thrown over', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(good), 'claims', 'prompt', 'max_age', 'authorization_details'),
          fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        ),
        (changes) => {
          const safe = Object.fromEntries(
            Object.entries(changes).map(([name, value]) => [name, value.toWellFormed()]),
          );
          expect(typeof errorOf(judge(safe))).toBe('string');
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the way back', () => {
  it('SSO-2 carries iss always and state where there was one, and keeps the address’s own query', () => {
    const issuer = 'https://etax.example.cn';
    expect(answerAddress(issuer, { redirectUri: 'https://a.cn/b', state: 'a&b' }, { code: 'c1' })).toBe(
      'https://a.cn/b?code=c1&state=a%26b&iss=https%3A%2F%2Fetax.example.cn',
    );
    const refused = { error: 'access_denied', description: 'said no' } as const;
    expect(answerAddress(issuer, { redirectUri: 'https://a.cn/b?x=1' }, refused)).toBe(
      'https://a.cn/b?x=1&error=access_denied&error_description=said%20no&iss=https%3A%2F%2Fetax.example.cn',
    );
  });
});
