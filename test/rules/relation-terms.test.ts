import { describe, expect, it } from 'vitest';
import {
  inTerm,
  isLive,
  parseLastDay,
  type RelationFacts,
  refusalOf,
  seesReports,
  shownStateOn,
  transitions,
} from '#domain/companies/relations.ts';
import { roles } from '#domain/names.ts';
import { maskedReason } from '#domain/people/orders.ts';

const day = '2027-03-02';
const relation = (more: Partial<RelationFacts> = {}): RelationFacts => ({
  role: 'tax-handler',
  state: 'active',
  direction: 'invited',
  refusable: true,
  ...more,
});

describe('a relation and the terms of its company', () => {
  it('ENT-4 lives in the term in which it began, and in no other; absent is the first', () => {
    for (const [began, now, lives] of [
      [undefined, undefined, true],
      [undefined, 0, true],
      [0, undefined, true],
      [2, 2, true],
      [undefined, 1, false],
      [1, undefined, false],
      [2, 1, false],
    ] as const) {
      const read = relation(began === undefined ? {} : { companyTerm: began });
      expect(isLive(inTerm(read, now).state)).toBe(lives);
      if (lives) expect(inTerm(read, now)).toBe(read);
      else expect(inTerm(read, now)).toEqual({ ...read, state: 'expired', endedWithCompany: true });
    }
    // A relation that had ended before the cancellation does not change.
    const gone = relation({ state: 'deleted', companyTerm: 1 });
    expect(inTerm(gone, 2)).toBe(gone);
  });

  it('ENT-4 REL-8 is shown as ended with its company, by its own end, or as it stands', () => {
    const shown = (more: Partial<RelationFacts>, cancelled: boolean, term?: number) =>
      shownStateOn(relation(more), { cancelled, term }, day);
    expect(shown({}, false)).toBe('active');
    expect(shown({ state: 'pending' }, true)).toBe('company-cancelled');
    expect(shown({}, false, 1)).toBe('company-cancelled');
    expect(shown({ state: 'deleted' }, true)).toBe('deleted');
    expect(shown({ state: 'deleted' }, false)).toBe('deleted');
    expect(shown({ validUntil: '2027-03-01' }, false)).toBe('expired');
  });

  it('SPC-3 managers and tax handlers see all reports of a company', () => {
    expect(roles.filter(seesReports).sort()).toEqual(['finance-head', 'legal-representative', 'tax-handler']);
  });

  it('REL-8 a last day is a day of the calendar, today or later, and nothing around it', () => {
    expect(parseLastDay(` ${day} `, day)).toBe(day);
    for (const wrong of ['2027-03-01', 'x2027-03-02', '2027-03-02x', '2027-02-30', 'soon'])
      expect(() => parseLastDay(wrong, day), wrong).toThrow(
        expect.objectContaining({
          code: 'BAD_REQUEST',
          details: { errors: [{ path: 'validUntil', message: 'expected a day, today or later' }] },
        }),
      );
  });

  it('REL-10 what has ended is in no state for any move', () => {
    expect(refusalOf(transitions.acceptInvitation, relation({ state: 'deleted' }), day)).toBe(
      'STATE_CONFLICT',
    );
    expect(refusalOf(transitions.acceptInvitation, relation({ state: 'active' }), day)).toBe(
      'STATE_CONFLICT',
    );
  });
});

it('ORD-1 AUD-1 a number in a reason is masked, and no sign beside it', () => {
  expect(maskedReason('电话13812345678来函')).toBe('电话***********来函');
  expect(maskedReason('证件11010519491231002X。')).toBe('证件******************。');
});
