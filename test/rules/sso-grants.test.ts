import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceItems } from '#domain/agencies/agreements.ts';
import { permissions } from '#domain/companies/relations.ts';
import { roles } from '#domain/names.ts';
import { acrForTokens, acrOf, isAcrUnknown, meetsAcr } from '#domain/sso/acrs.ts';
import {
  amrOf,
  amrToday,
  isHandedOverSilently,
  promptNoneError,
  shortfall,
} from '#domain/sso/authentication.ts';
import { type Acting, grantedActions, type TaxpayerAsked } from '#domain/sso/authorization-details.ts';
import { type Granted, isWithin, remaining, widest } from '#domain/sso/granted-limits.ts';
import { identityKinds } from '#domain/sso/relying-parties.ts';
import { client } from './sso-client.ts';

const handler: Acting = {
  kind: 'enterprise',
  role: 'tax-handler',
  permissions: ['filing', 'declaration', 'enquiry'],
  taxpayer: ['s1_ref', '91340100MA2MXXXXX0'],
};

describe('what is granted is in the request, the client and the access basis', () => {
  it('SSO-6 a natural person needs no permission, and is no company', () => {
    const person: Acting = { kind: 'natural', permissions: [], taxpayer: [] };
    expect(grantedActions(client(), { actions: ['filing'] }, person)).toEqual([]);
    expect(grantedActions(client(), { kinds: ['natural'] }, person)).toEqual([]);
    expect(grantedActions(client(), undefined, person)).toEqual([]);
    expect(grantedActions(client(), { taxpayer: 's1_ref' }, person)).toBeUndefined();
  });

  it('SSO-6 what is asked and held, in the order of the permissions, for the company by any of its names', () => {
    for (const taxpayer of handler.taxpayer)
      expect(
        grantedActions(
          client(),
          { taxpayer, roles: ['tax-handler'], actions: ['invoice', 'enquiry', 'filing'] },
          handler,
        ),
      ).toEqual(['filing', 'enquiry']);
  });

  it('SSO-4 a client may accept some roles, and some subjects of special entries', () => {
    const special: Acting = {
      kind: 'special',
      role: 'tax-handler',
      subject: 'cross-region',
      permissions: ['filing'],
      taxpayer: [],
    };
    const of = (accepts: object) =>
      grantedActions(client({ accepts: { kinds: ['special'], ...accepts } }), undefined, special);
    expect(of({})).toEqual(['filing']);
    expect(of({ roles: ['tax-handler'], subjects: ['cross-region'] })).toEqual(['filing']);
    expect(of({ roles: ['finance-head'] })).toBeUndefined();
    expect(of({ subjects: ['social-insurance'] })).toBeUndefined();
  });

  it('SSO-6 everything held, where the request narrows nothing', () => {
    expect(grantedActions(client(), undefined, handler)).toEqual(handler.permissions);
    expect(grantedActions(client(), {}, { kind: 'natural', permissions: [], taxpayer: [] })).toEqual([]);
  });

  it.each<[string, TaxpayerAsked]>([
    ['another kind', { kinds: ['natural', 'agency'] }],
    ['another role', { roles: ['legal-representative'] }],
    ['another company', { taxpayer: '91340100MA2MXXXXX1' }],
    ['only what is not held', { actions: ['invoice'] }],
  ])('SSO-6 refuses a request for %s', (_, asked) => {
    expect(grantedActions(client(), asked, handler)).toBeUndefined();
  });

  it('SSO-4 refuses what the client does not accept, whatever is asked', () => {
    expect(grantedActions(client({ accepts: { kinds: ['natural'] } }), undefined, handler)).toBeUndefined();
    const bosses = client({ accepts: { kinds: ['enterprise'], roles: ['legal-representative'] } });
    expect(grantedActions(bosses, { roles: ['tax-handler'] }, handler)).toBeUndefined();
  });

  it('SSO-6 never grants more than is held, asked and accepted', () => {
    const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
    fc.assert(
      fc.property(
        fc.record({
          asked: fc.record(
            { kinds: some(identityKinds), roles: some(roles), actions: some(permissions) },
            { requiredKeys: [] },
          ),
          accepted: fc.record({ kinds: some(identityKinds), roles: some(roles) }),
          held: fc.subarray([...permissions]),
          role: fc.constantFrom(...roles),
        }),
        ({ asked, accepted, held, role }) => {
          const acting: Acting = { kind: 'enterprise', role, permissions: held, taxpayer: [] };
          const granted = grantedActions(client({ accepts: accepted }), asked, acting);
          if (!granted) return;
          expect(accepted.kinds).toContain('enterprise');
          expect(accepted.roles).toContain(role);
          for (const one of granted) {
            expect(held).toContain(one);
            expect(asked.actions ?? permissions).toContain(one);
          }
        },
      ),
    );
  });
});

describe('how fresh and how strong a session is', () => {
  const now = new Date('2027-03-02T02:00:00Z');
  const at = now.getTime() / 1000;
  const session = { sub: 's1_one', startedAt: at - 100, realNameLevel: 4 };
  const request = { prompt: [], acrValues: [], createdAt: at - 50 } as const;
  const judge = (asks: object = {}, has: object = {}, facts = {}) =>
    shortfall({ ...request, ...asks }, client(facts), { ...session, ...has }, now);

  it('SSO-9 any session serves a request that asks for nothing', () => {
    expect(judge()).toBeUndefined();
  });

  it('SSO-9 prompt=login and max_age=0 want a login after the request', () => {
    for (const asks of [{ prompt: ['login'] }, { maxAge: 0 }, { maxAge: 99 }]) {
      expect(judge(asks)).toEqual({ kind: 'login' });
      expect(judge(asks, { startedAt: at - 50 })).toBeUndefined();
    }
    expect(judge({ maxAge: 100 })).toBeUndefined();
    expect(judge({ maxAge: 0 }, { startedAt: at - 51 })).toEqual({ kind: 'login' });
    // The session began before the request and is judged in its own first second: its age, 0, is not more than 0.
    expect(judge({ maxAge: 0, createdAt: at + 1 }, { startedAt: at })).toEqual({ kind: 'login' });
  });

  it('SSO-9 the factors of a login are told by their names, and a face check since then is one more', () => {
    expect(['sms', 'face', 'qr'].map(amrOf)).toEqual([
      ['pwd', 'sms', 'mfa'],
      ['pwd', 'face', 'mfa'],
      ['qr', 'mfa'],
    ]);
    const bySms = amrOf('sms');
    expect(amrToday(bySms, 'urn:ahtax:2fa')).toEqual(bySms);
    expect(amrToday(bySms, 'urn:ahtax:face')).toEqual(['pwd', 'sms', 'mfa', 'face']);
    expect(amrToday(amrOf('face'), 'urn:ahtax:face')).toEqual(['pwd', 'face', 'mfa']);
    expect(amrToday(undefined, 'urn:ahtax:2fa')).toEqual(['mfa']);
  });

  it('SSO-9 the level is the higher of the client’s and the request’s', () => {
    expect(judge({}, { realNameLevel: 3 }, { minLevel: 4 })).toEqual({ kind: 'level', required: 4 });
    expect(judge({}, { realNameLevel: 4 }, { minLevel: 4 })).toBeUndefined();
    expect(judge({ claims: { essentialLevel: 5 } }, {}, { minLevel: 4 })).toEqual({
      kind: 'level',
      required: 5,
    });
  });

  it('SSO-9 an essential acr of the face wants a face check of the last 24 hours', () => {
    const claims = { essentialAcr: ['urn:ahtax:face'] };
    const faceAt = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1000).toISOString();
    expect(judge({ claims })).toEqual({ kind: 'acr' });
    expect(judge({ claims }, { faceAt: faceAt(86_400) })).toEqual({ kind: 'acr' });
    expect(judge({ claims }, { faceAt: faceAt(86_399) })).toBeUndefined();
    expect(judge({ claims: { essentialAcr: ['urn:ahtax:2fa'] } }, { faceAt: faceAt(1) })).toBeUndefined();
    expect([-1, 0].map((ago) => acrOf({ faceAt: faceAt(ago) }, now))).toEqual([
      'urn:ahtax:2fa',
      'urn:ahtax:face',
    ]);
  });

  it('SSO-9 words of which none is given here are never met; one that is given is enough', () => {
    expect(isAcrUnknown({ acrValues: ['1', 'urn:ahtax:2fa'] })).toBe(false);
    expect(isAcrUnknown({ acrValues: ['1', '2'] })).toBe(true);
    expect(isAcrUnknown({ acrValues: [] })).toBe(false);
    expect(meetsAcr('urn:ahtax:2fa', { acrValues: ['1'] })).toBe(false);
  });

  it('SSO-9 acr_values are needed as well, of which one is enough; an essential claim stands in their place', () => {
    const faceAt = new Date(now.getTime() - 1000).toISOString();
    expect(judge({ acrValues: ['urn:ahtax:face'] })).toEqual({ kind: 'acr' });
    expect(judge({ acrValues: ['urn:ahtax:face'] }, { faceAt })).toBeUndefined();
    expect(judge({ acrValues: ['urn:ahtax:face', 'urn:ahtax:2fa'] })).toBeUndefined();
    const claims = { essentialAcr: ['urn:ahtax:2fa'] };
    expect(judge({ acrValues: ['urn:ahtax:face'], claims })).toBeUndefined();
  });

  it.each([
    ['nothing', [], 'urn:ahtax:face'],
    ['less than is held', ['urn:ahtax:2fa'], 'urn:ahtax:2fa'],
    ['both, in its order', ['urn:ahtax:2fa', 'urn:ahtax:face'], 'urn:ahtax:2fa'],
    ['a word of somebody else, too', ['1', 'urn:ahtax:face'], 'urn:ahtax:face'],
  ])('SSO-9 whoever asked for %s is told the very word', (_, acrValues, told) => {
    expect(acrForTokens('urn:ahtax:face', acrValues)).toBe(told);
  });

  it('SSO-9 a sub that is asked for is that person or a login', () => {
    expect(judge({ claims: { sub: 's1_one' } })).toBeUndefined();
    expect(judge({ claims: { sub: 's1_other' } })).toEqual({ kind: 'login' });
  });

  it('SSO-4 nobody is asked where the client is silent and the request leaves it open', () => {
    expect(isHandedOverSilently(client(), { prompt: [] })).toBe(true);
    expect(isHandedOverSilently(client(), { prompt: ['login'] })).toBe(true);
    expect(isHandedOverSilently(client({ silent: false }), { prompt: [] })).toBe(false);
    for (const prompt of ['consent', 'select_account'] as const)
      expect(isHandedOverSilently(client(), { prompt: [prompt] })).toBe(false);
  });

  it('SSO-9 prompt=none is told by name what a page would ask', () => {
    expect(promptNoneError('no-session').error).toBe('login_required');
    expect(promptNoneError('login').error).toBe('login_required');
    expect(promptNoneError('not-accepted').error).toBe('account_selection_required');
    expect(promptNoneError('acr').error).toBe('unmet_authentication_requirements');
    expect(promptNoneError('level').error).toBe('interaction_required');
    expect(promptNoneError('asks').error).toBe('interaction_required');
    expect(promptNoneError('matter').error).toBe('interaction_required');
    for (const why of ['login', 'not-accepted', 'acr', 'matter'] as const)
      expect(promptNoneError(why).description).toMatch(/^the person \w+ /);
  });
});

describe('what a system was told still holds', () => {
  const limits: fc.Arbitrary<Granted> = fc
    .record(
      {
        actions: fc.subarray([...permissions]),
        items: fc.subarray([...serviceItems]),
        until: fc.constantFrom('2027-03-31', '2027-12-31'),
      },
      { requiredKeys: ['actions'] },
    )
    .map((one) => one as Granted);

  it('SSO-8 not where an action, a service or a day of it is gone', () => {
    const told: Granted = { actions: ['filing', 'enquiry'], items: ['consulting'], until: '2027-12-31' };
    expect(isWithin(told, told)).toBe(true);
    expect(isWithin(told, { ...told, actions: ['enquiry'] })).toBe(false);
    expect(isWithin(told, { ...told, items: [] })).toBe(false);
    expect(isWithin(told, { ...told, until: '2027-12-30' })).toBe(false);
    expect(isWithin({ actions: [] }, told)).toBe(false);
    expect(isWithin(told, { actions: [...permissions], items: [...serviceItems] })).toBe(true);
  });

  it('SSO-8 what is left of it is what still holds, to the earlier of the last days', () => {
    const told: Granted = { actions: ['filing', 'enquiry'], items: ['consulting'], until: '2027-12-31' };
    const today: Granted = { actions: ['enquiry', 'invoice'], items: [], until: '2027-11-30' };
    expect(remaining(told, today)).toEqual({ actions: ['enquiry'], items: [], until: '2027-11-30' });
    expect(remaining(today, told)).toEqual({ actions: ['enquiry'], items: [], until: '2027-11-30' });
    expect(remaining(told, { actions: [] })).toEqual({ actions: [], items: [], until: '2027-12-31' });
    const endless = remaining({ actions: ['filing'] }, { actions: ['filing'] });
    expect(endless).toEqual({ actions: ['filing'] });
    expect(Object.keys(endless)).toEqual(['actions']);
    expect(remaining({ actions: [], items: ['consulting'] }, told)).toMatchObject({ items: ['consulting'] });
  });

  it('SSO-8 the widest of two has the days and services of both, and no last day where one has none', () => {
    const one: Granted = { actions: ['filing'], items: ['consulting'], until: '2027-03-31' };
    const other: Granted = { actions: ['enquiry'], until: '2027-12-31' };
    const both = { actions: ['filing', 'enquiry'], items: ['consulting'] };
    expect(widest(one, other)).toEqual({ ...both, until: '2027-12-31' });
    expect(widest(other, one)?.items).toEqual(['consulting']);
    expect(widest({ ...one, until: '2028-01-01' }, other)).toEqual({ ...both, until: '2028-01-01' });
    for (const endless of [widest({ actions: ['filing'] }, other), widest(other, { actions: ['filing'] })])
      expect(Object.keys(endless ?? {})).toEqual(['actions']);
    expect([widest(one, undefined), widest(undefined, other), widest(undefined, undefined)]).toEqual([
      one,
      other,
      undefined,
    ]);
    // A disclosed last day is within a relation without a last day; a grant without a last day is not within one that has
    // it.
    expect(isWithin({ actions: ['enquiry'] }, other)).toBe(false);
    expect(isWithin(other, { actions: ['enquiry'] })).toBe(true);
    const some = { actions: [], items: ['consulting', 'filing'] } as unknown as Granted;
    expect(isWithin(some, { actions: [], items: ['consulting'] })).toBe(false);
    expect(isWithin(some, { actions: [] })).toBe(false);
  });

  it('SSO-8 what was told at two times holds only where both do', () => {
    fc.assert(
      fc.property(limits, limits, limits, (one, other, today) => {
        const both = isWithin(one, today) && isWithin(other, today);
        expect(isWithin(widest(one, other) as Granted, today)).toBe(both);
      }),
    );
  });
});
