import { describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import {
  factorPhone,
  requireFactorPhone,
  requireFresh,
  type SessionCall,
  stillOwnPhone,
} from '#journeys/factors/fresh-factor.ts';
import type { Person } from '#store/people/person-row.ts';

/** What counts as a second factor, decided from what was read. */
const now = new Date('2027-03-02T10:00:00+08:00');
const at = now.getTime() / 1000;
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
const day = policies.recoveredPhoneSeconds;
const phone = (phoneId: string, recoveredAt?: string) => ({
  phoneId,
  phoneKey: `n1_${phoneId}`,
  ...(recoveredAt ? { recoveredAt } : {}),
});
const withPhones = (defaultPhoneId: string | undefined, ...phones: object[]) =>
  ({ personKey: 'p1_x', defaultPhoneId, phones }) as unknown as Person;
/** The phone, or the code of the refusal. */
function told(decide: () => { readonly phoneId: string }): string {
  try {
    return decide().phoneId;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('SES-5 a fresh factor', () => {
  const ctx = { settings: { policies } } as never;
  const callAfter = (seconds: number) =>
    ({ now, caller: { session: { sessionId: 's', factorAt: at - seconds } } }) as unknown as SessionCall;

  it('SES-5 is one of the last ten minutes, and the session is checked again with the write', () => {
    const check = requireFresh(ctx, callAfter(policies.freshFactorSeconds));
    expect(check).toMatchObject({ table: 'Sessions', key: { sessionId: 's' } });
    expect(() => requireFresh(ctx, callAfter(policies.freshFactorSeconds + 1))).toThrow(
      expect.objectContaining({ code: 'FRESH_FACTOR_REQUIRED' }),
    );
  });
});

describe('PHN-4 the number that gets a code', () => {
  const asked = (person: Person) => told(() => factorPhone(person, now, policies));

  it('PHN-4 is the default one wherever it stands in the list, or the first other one', () => {
    expect(asked(withPhones('b', phone('a'), phone('b')))).toBe('b');
    expect(asked(withPhones(undefined, phone('a'), phone('b')))).toBe('a');
    expect(asked(withPhones('b', phone('a'), phone('b', ago(day - 1))))).toBe('a');
    expect(asked(withPhones('b', phone('a'), phone('b', ago(day))))).toBe('b');
  });

  it('LGN-5 PHN-4 is none, if there is none or all of them were recovered within a day', () => {
    expect(asked(withPhones(undefined))).toBe('PHONE_EMPTY');
    expect(asked({ personKey: 'p1_x' } as Person)).toBe('PHONE_EMPTY');
    expect(asked(withPhones('a', phone('a', ago(1)), phone('b', ago(day - 1))))).toBe('FACE_REQUIRED');
  });

  it('PHN-3 PHN-4 must still be the person’s own when the code comes back, and not recovered meanwhile', () => {
    const person = withPhones('a', phone('a'), phone('b', ago(1)));
    expect(told(() => stillOwnPhone(person, 'n1_b'))).toBe('b');
    expect(told(() => stillOwnPhone(person, 'n1_c'))).toBe('FACE_REQUIRED');
    const factor = (phoneKey: string) => told(() => requireFactorPhone(person, phoneKey, now, policies));
    expect([factor('n1_a'), factor('n1_b'), factor('n1_c')]).toEqual(['a', 'FACE_REQUIRED', 'FACE_REQUIRED']);
  });
});
