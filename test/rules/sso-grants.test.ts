import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acrOf, acrTold } from '#domain/acrs.ts';
import { serviceItems } from '#domain/agreements.ts';
import { goesSilently, noneAnswer, shortfall } from '#domain/authentication.ts';
import { type Acting, grantedActions, type TaxpayerAsked } from '#domain/authorization-details.ts';
import { type Granted, isWithin, widest } from '#domain/granted-limits.ts';
import { roles } from '#domain/names.ts';
import { permissions } from '#domain/relations.ts';
import { identityKinds } from '#domain/relying-parties.ts';
import { client } from './sso-client.ts';

const handler: Acting = {
  kind: 'enterprise',
  role: 'tax-handler',
  permissions: ['filing', 'declaration', 'enquiry'],
  taxpayer: ['s1_ref', '91340100MA2MXXXXX0'],
};

describe('what is granted is in the request, the client and the grounds', () => {
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
  });

  it('SSO-9 the level is the higher of the client’s and the request’s', () => {
    expect(judge({}, { realNameLevel: 3 }, { minLevel: 4 })).toEqual({ kind: 'level', required: 4 });
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
    expect(acrOf({ faceAt: faceAt(-1) }, now)).toBe('urn:ahtax:2fa');
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
    expect(acrTold('urn:ahtax:face', acrValues)).toBe(told);
  });

  it('SSO-9 a sub that is asked for is that person or a login', () => {
    expect(judge({ claims: { sub: 's1_one' } })).toBeUndefined();
    expect(judge({ claims: { sub: 's1_other' } })).toEqual({ kind: 'login' });
  });

  it('SSO-4 nobody is asked where the client is silent and the request leaves it open', () => {
    expect(goesSilently(client(), { prompt: [] })).toBe(true);
    expect(goesSilently(client(), { prompt: ['login'] })).toBe(true);
    expect(goesSilently(client({ silent: false }), { prompt: [] })).toBe(false);
    for (const prompt of ['consent', 'select_account'] as const)
      expect(goesSilently(client(), { prompt: [prompt] })).toBe(false);
  });

  it('SSO-9 prompt=none is told by name what a page would ask', () => {
    expect(noneAnswer('no-session').error).toBe('login_required');
    expect(noneAnswer('login').error).toBe('login_required');
    expect(noneAnswer('not-accepted').error).toBe('account_selection_required');
    expect(noneAnswer('acr').error).toBe('unmet_authentication_requirements');
    expect(noneAnswer('level').error).toBe('interaction_required');
    expect(noneAnswer('asks').error).toBe('interaction_required');
    expect(noneAnswer('matter').error).toBe('interaction_required');
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

  it('SSO-8 what was told at two times holds only where both do', () => {
    fc.assert(
      fc.property(limits, limits, limits, (one, other, today) => {
        const both = isWithin(one, today) && isWithin(other, today);
        expect(isWithin(widest(one, other) as Granted, today)).toBe(both);
      }),
    );
  });
});
