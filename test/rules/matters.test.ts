import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '#contract/settings.ts';
import type { Permission } from '#domain/companies/relations.ts';
import {
  channelsFor,
  defaultAudiences,
  defaultMatters,
  isFaceCheckRecent,
  longestValiditySeconds,
  reliedOnUntil,
  roleMayDo,
} from '#domain/factors/matters.ts';
import type { Role } from '#domain/names.ts';

const stage = {
  stage: 'test',
  issuer: 'https://etax.example.cn',
  sms: { kind: 'outbox' },
  face: { kind: 'simulator' },
};
const red = { code: 'invoice.red', zh: '开具红字发票', class: 'invoice' };

describe('matters', () => {
  it('STP-1 ships six matters, three of them for the mini programs too', () => {
    expect(defaultMatters.map(({ code, class: of }) => [code, of])).toEqual([
      ['invoice.issue', 'invoice'],
      ['invoice.quota', 'invoice'],
      ['invoice.void', 'invoice'],
      ['refund.apply', 'other'],
      ['taxpayer.cancel', 'other'],
      ['relation.confirm', 'other'],
    ]);
    for (const matter of defaultMatters)
      expect(channelsFor(matter)).toEqual(
        matter.class === 'invoice'
          ? ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini']
          : ['ahtax-app', 'iit-app'],
      );
  });

  it('STP-2 no audience sees documents unless its stage says so', () => {
    expect(defaultAudiences.map(({ code }) => code)).toEqual(['invoice', 'filing', 'registration']);
    expect(defaultAudiences.filter(({ document }) => document)).toEqual([]);
    expect(parseSettings(stage)).toMatchObject({ matters: defaultMatters, audiences: defaultAudiences });
  });

  it('STP-2 a check serves until its validity is over, and never from the future', () => {
    const validity = fc.integer({ min: 0, max: longestValiditySeconds });
    const age = fc.integer({ min: -1000, max: 2 * longestValiditySeconds });
    const now = new Date('2027-03-02T10:00:00+08:00');
    fc.assert(
      fc.property(validity, age, (validitySeconds, seconds) => {
        const at = new Date(now.getTime() - seconds * 1000);
        expect(isFaceCheckRecent({ validitySeconds }, at, now)).toBe(
          seconds >= 0 && seconds < validitySeconds,
        );
      }),
    );
    expect([0, 1].map((validitySeconds) => isFaceCheckRecent({ validitySeconds }, now, now))).toEqual([
      false,
      true,
    ]);
  });

  it('SSO-9 a system may rely on a check as long as it serves, and five minutes from when it is told', () => {
    const at = new Date('2027-03-02T10:00:00+08:00');
    const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);
    const until = (validitySeconds: number, told: number) =>
      reliedOnUntil({ validitySeconds }, at, after(told)) - at.getTime() / 1000;
    expect([until(0, 0), until(0, 250), until(600, 200), until(86_400, 86_399)]).toEqual([
      300, 550, 600, 86_699,
    ]);
  });

  it('STP-4 earlier face checks serve matters of class invoice alone, for 24 hours where a stage says nothing', () => {
    for (const matter of defaultMatters)
      expect(matter.validitySeconds).toBe(matter.class === 'invoice' ? 86_400 : 0);
  });

  it('STP-4 who acts for a company needs the permission or the role of the matter', () => {
    const all = ['filing', 'declaration', 'enquiry', 'invoice'] as const;
    const may = (role: Role, permissions: readonly Permission[]) =>
      defaultMatters.filter((matter) => roleMayDo(matter, { role, permissions })).map(({ code }) => code);
    const invoices = ['invoice.issue', 'invoice.quota', 'invoice.void'];
    expect(may('legal-representative', all)).toEqual(defaultMatters.map(({ code }) => code));
    expect(may('finance-head', all)).toEqual(defaultMatters.map(({ code }) => code));
    expect(may('tax-handler', all)).toEqual([...invoices, 'refund.apply', 'relation.confirm']);
    expect(may('tax-handler', ['enquiry'])).toEqual(['relation.confirm']);
    expect(may('invoice-clerk', ['invoice'])).toEqual([...invoices, 'relation.confirm']);
    expect(may('tax-agent', [])).toEqual(['relation.confirm']);
    expect(may('tax-agent', ['filing', 'declaration', 'enquiry'])).toEqual([
      'refund.apply',
      'relation.confirm',
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['a validity above 24 hours', { matters: [{ ...red, validitySeconds: 86_401 }] }, /validitySeconds/],
    ['a negative one', { matters: [{ ...red, validitySeconds: -1 }] }, /validitySeconds/],
    [
      'an earlier face check for another class',
      { matters: [{ ...red, class: 'other', validitySeconds: 1 }] },
      /validitySeconds: .*STP-4/,
    ],
    ['a need that is none', { matters: [{ ...red, needs: 'everything' }] }, /needs/],
    ['a class that does not exist', { matters: [{ ...red, class: 'tax' }] }, /class/],
    ['a code twice', { matters: [red, red] }, /matters: each code once/],
    ['a code with spaces', { matters: [{ ...red, code: 'invoice red' }] }, /code/],
    [
      'an audience twice',
      { audiences: [defaultAudiences[0], defaultAudiences[0]] },
      /audiences: each code once/,
    ],
    ['an audience that says nothing of documents', { audiences: [{ code: 'invoice' }] }, /document/],
  ])('STP-2 settings refuse %s, by name', (_what, settings, message) => {
    expect(() => parseSettings({ ...stage, ...settings })).toThrow(message);
  });

  it('STP-2 STP-4 a matter that says no validity has 24 hours, or none where it is no invoice matter', () => {
    const fast = { code: 'refund.fast', zh: '即办退税', class: 'other', needs: 'declaration' };
    expect(parseSettings({ ...stage, matters: [red, fast] }).matters).toEqual([
      { ...red, validitySeconds: 86_400 },
      { ...fast, validitySeconds: 0 },
    ]);
  });
});
