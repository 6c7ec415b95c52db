import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRelyingParties, type RelyingPartyInput } from '#contract/relying-parties.ts';
import { accepts } from '#domain/sso/relying-parties.ts';

const coordinate = 'x'.repeat(43);
const key = (kid: string) => ({ kid, kty: 'EC', crv: 'P-256', x: coordinate, y: coordinate }) as const;
const filing: RelyingPartyInput = {
  clientId: 'filing',
  name: { zh: '申报', en: 'Filing' },
  sector: 'filing',
  redirectUris: ['https://filing.example.cn/callback'],
  backchannelLogoutUri: 'https://filing.example.cn/logout',
  keys: [key('k1')],
  resources: [{ uri: 'https://filing.example.cn/api' }],
  accepts: { kinds: ['enterprise'] },
};
const around = {
  issuer: 'https://etax.example.cn',
  sectors: ['filing', 'invoice'],
  matters: ['invoice.issue'],
  plainHttp: false,
};
const parse = (...clients: object[]) =>
  parseRelyingParties(
    clients.map((changes) => ({ ...filing, ...changes })),
    around,
  );

describe('SSO-1 the clients of a stage', () => {
  it('get the defaults that ask least', () => {
    expect(parse({})[0]).toMatchObject({
      minLevel: 3,
      document: false,
      number: false,
      silent: true,
      matters: [],
      postLogoutRedirectUris: [],
      resources: [{ uri: 'https://filing.example.cn/api', scopes: ['openid', 'profile'] }],
    });
  });

  it('are told by an example in docs/relying-parties.md, which is a good one on this machine', () => {
    const [, json = ''] =
      /```json\n(\{\n {2}"clientId"[^`]*)```/.exec(readFileSync('docs/relying-parties.md', 'utf8')) ?? [];
    const example = JSON.parse(json);
    const { issuer } = around;
    const shown = { ...example, keys: [{ ...example.keys[0], ...key('k1') }] };
    const local = { issuer, sectors: ['filing'], matters: ['invoice.issue'], plainHttp: true };
    expect(parseRelyingParties([shown], local)).toMatchObject([
      { clientId: 'your-client-id', refresh: true },
    ]);
  });

  it('may have two keys while one replaces the other', () => {
    expect(parse({ keys: [key('k1'), key('k2')] })).toHaveLength(1);
  });

  it.each<[string, object, RegExp]>([
    ['plain http', { redirectUris: ['http://filing.example.cn/cb'] }, /0\.redirectUris\.0: an https address/],
    [
      'plain http for logging out',
      { backchannelLogoutUri: 'http://a.cn/x' },
      /backchannelLogoutUri: an https/,
    ],
    ['a fragment', { redirectUris: ['https://a.cn/cb#x'] }, /0\.redirectUris\.0: .*fragment/],
    ['a wildcard', { redirectUris: ['https://*.a.cn/cb'] }, /0\.redirectUris\.0: .*wildcards/],
    ['no redirect at all', { redirectUris: [] }, /0\.redirectUris: at least one/],
    ['no key', { keys: [] }, /0\.keys: at least one key/],
    ['three keys', { keys: ['a', 'b', 'c'].map(key) }, /0\.keys: two keys at most/],
    ['one kid twice', { keys: [key('a'), key('a')] }, /0\.keys: each kid once/],
    ['a private key', { keys: [{ ...key('a'), d: coordinate }] }, /0\.keys\.0\.d/],
    ['an unknown sector', { sector: 'weather' }, /0\.sector: weather is no audience/],
    [
      'the issuer as resource',
      { resources: [{ uri: 'https://etax.example.cn/' }] },
      /0\.resources\.0\.uri: .*issuer/,
    ],
    ['an unknown matter', { matters: ['invoice.burn'] }, /0\.matters\.0: invoice\.burn is no matter/],
    ['an unknown resource to ask about', { introspects: ['https://b.cn/api'] }, /0\.introspects\.0/],
    ['a secret', { secret: 'x' }, /0\.secret/],
  ])('are refused by name: %s', (_what, changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });

  it('are refused by name: an id twice, and a resource of two', () => {
    expect(() => parse({}, {})).toThrow(/1\.clientId: filing is taken; relyingParties\.1\.resources\.0\.uri/);
  });
});

describe('SSO-4 who is let in', () => {
  const client = (accepted: Parameters<typeof accepts>[0]['accepts']) => ({ accepts: accepted });
  it('by kind, by role and by special subject', () => {
    expect(accepts(client({ kinds: ['natural'] }), { kind: 'natural' })).toBe(true);
    expect(accepts(client({ kinds: ['enterprise'] }), { kind: 'natural' })).toBe(false);
    const heads = client({ kinds: ['natural', 'enterprise'], roles: ['finance-head'] });
    expect(accepts(heads, { kind: 'natural' })).toBe(true);
    expect(accepts(heads, { kind: 'enterprise', role: 'finance-head' })).toBe(true);
    expect(accepts(heads, { kind: 'enterprise', role: 'invoice-clerk' })).toBe(false);
    expect(accepts(client({ kinds: ['agency'], roles: ['tax-agent'] }), { kind: 'agency' })).toBe(true);
    const special = client({ kinds: ['special'], subjects: ['cross-region'] });
    expect(accepts(special, { kind: 'special', role: 'tax-handler', subject: 'cross-region' })).toBe(true);
    expect(accepts(special, { kind: 'special', role: 'tax-handler', subject: 'social-insurance' })).toBe(
      false,
    );
  });
});
