import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isActiveOn,
  isLive,
  listOf,
  permissions,
  permissionsOf,
  type RelationFacts,
  refusalOf,
  relationStates,
  roleOrder,
  stateOn,
  type Transition,
  transitions,
} from '#domain/companies/relations.ts';
import { roles } from '#domain/names.ts';
import { today } from './people.ts';

const yesterday = '2026-11-22';
const pending = (overrides: Partial<RelationFacts> = {}): RelationFacts => ({
  role: 'tax-handler',
  state: 'pending',
  direction: 'invited',
  refusable: true,
  ...overrides,
});
const active = (overrides: Partial<RelationFacts> = {}) => pending({ state: 'active', ...overrides });

const table = Object.entries(transitions) as [string, Transition][];
const relations = fc.record(
  {
    role: fc.constantFrom(...roles),
    state: fc.constantFrom(...relationStates),
    direction: fc.constantFrom('invited' as const, 'applied' as const),
    refusable: fc.boolean(),
    validUntil: fc.constantFrom('2020-01-01', yesterday, today, '2026-11-24', '2031-12-31'),
  },
  { requiredKeys: ['role', 'state', 'direction', 'refusable'] },
);

describe('authorizations of people for companies', () => {
  it('REL-10 has seven states of which two live', () => {
    expect(relationStates.filter(isLive)).toEqual(['pending', 'active']);
    expect(relationStates.map(listOf)).toEqual(['pending', 'active', ...Array(5).fill('history')]);
  });

  it('REL-10 no transition leaves an ended state or one that its line does not name', () => {
    fc.assert(
      fc.property(relations, fc.constantFrom(...table), (relation, [, transition]) => {
        const state = stateOn(relation, today);
        if (!isLive(state) || !transition.from.includes(state))
          expect(refusalOf(transition, relation, today)).toBeDefined();
      }),
    );
  });

  it('REL-10 whatever is legal fits state, role, direction and refusability of its line', () => {
    fc.assert(
      fc.property(relations, fc.constantFrom(...table), (relation, [, transition]) => {
        fc.pre(refusalOf(transition, relation, today) === undefined);
        expect(isLive(relation.state) && transition.from.includes(relation.state)).toBe(true);
        if (transition.roles) expect(transition.roles).toContain(relation.role);
        if (transition.direction) expect(relation.direction).toBe(transition.direction);
        if (transition.refusable) expect(relation.refusable).toBe(true);
      }),
    );
  });

  it('REL-2 nobody but the registry makes, ends or refuses a legal representative', () => {
    const movers = table.filter(([, transition]) =>
      (['pending', 'active'] as const).some(
        (state) =>
          refusalOf(transition, pending({ role: 'legal-representative', state, refusable: false }), today) ===
          undefined,
      ),
    );
    expect(movers.map(([name]) => name).sort()).toEqual([
      // The person confirms the company (ENT-1), not the appointment.
      'confirmWithCompany',
      'strike',
      'supersede',
      'takeEffect',
    ]);
  });

  it('REL-3 a finance head can confirm the appointment but not refuse it', () => {
    const appointed = pending({ role: 'finance-head', refusable: false });
    expect(refusalOf(transitions.acceptInvitation, appointed, today)).toBeUndefined();
    expect(refusalOf(transitions.refuseInvitation, appointed, today)).toBe('REFUSAL_NOT_ALLOWED');
    expect(refusalOf(transitions.refuseInvitation, pending(), today)).toBeUndefined();
  });

  it('REL-6 an application is confirmed by the company and withdrawn by the person, not the other way round', () => {
    const applied = pending({ direction: 'applied' });
    expect(refusalOf(transitions.acceptApplication, applied, today)).toBeUndefined();
    expect(refusalOf(transitions.withdrawApplication, applied, today)).toBeUndefined();
    expect(refusalOf(transitions.acceptInvitation, applied, today)).toBe('STATE_CONFLICT');
    expect(refusalOf(transitions.withdrawInvitation, applied, today)).toBe('STATE_CONFLICT');
    expect(refusalOf(transitions.acceptApplication, pending(), today)).toBe('STATE_CONFLICT');
  });

  it('REL-7 either side ends tax handlers and invoice clerks, and nobody else', () => {
    for (const role of roles) {
      const expected = role === 'tax-handler' || role === 'invoice-clerk' ? undefined : 'ROLE_NOT_ALLOWED';
      for (const transition of [transitions.leave, transitions.dismiss, transitions.removeAtHall])
        expect(refusalOf(transition, active({ role }), today), role).toBe(expected);
    }
  });

  it('REL-8 is valid to the end of its last day and expired from the next', () => {
    expect(stateOn(active({ validUntil: today }), today)).toBe('active');
    expect(stateOn(active({ validUntil: yesterday }), today)).toBe('expired');
    expect(stateOn(pending({ validUntil: yesterday }), today)).toBe('expired');
    expect(isActiveOn(active(), '9999-12-31')).toBe(true);
    expect(isActiveOn(pending(), today)).toBe(false);
    expect(isActiveOn(undefined, today)).toBe(false);
    expect(stateOn({ state: 'deleted', validUntil: yesterday }, today)).toBe('deleted');
  });

  it('REL-8 gives each role its permission groups', () => {
    expect(permissionsOf('legal-representative', ['invoice'])).toEqual(permissions);
    expect(permissionsOf('finance-head', [])).toEqual(permissions);
    expect(permissionsOf('tax-handler')).toEqual(permissions);
    expect(permissionsOf('tax-handler', ['enquiry', 'filing', 'other'])).toEqual(['filing', 'enquiry']);
    expect(permissionsOf('invoice-clerk', ['filing'])).toEqual(['invoice']);
    expect(permissionsOf('tax-agent')).toEqual([]);
    expect(permissionsOf('tax-agent', ['enquiry'])).toEqual(['enquiry']);
  });

  it('REL-1 orders the five roles as the rules list them', () => {
    expect([...roles].reverse().sort((a, b) => roleOrder(a) - roleOrder(b))).toEqual(roles);
  });
});
