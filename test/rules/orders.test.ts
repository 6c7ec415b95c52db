import { describe, expect, it } from 'vitest';
import { requireOpen } from '#domain/companies/legacy-login.ts';
import { maskedReason, needsApproval, orders, requireApproval } from '#domain/people/orders.ts';
import { refusal } from './people.ts';

describe('orders of the authority', () => {
  it('ORD-1 what locks somebody out needs a second officer, the rest none', () => {
    expect(orders.filter(needsApproval)).toEqual(['suspend', 'empty-phones']);
    for (const order of ['resume', 'end-sessions'] as const) {
      requireApproval(order, '3401001', undefined);
      requireApproval(order, '3401001', ' ');
    }
  });

  it.each(orders)('ORD-1 %s is approved by another officer, however the id is typed', (order) => {
    requireApproval(order, '3401001', '3401002');
    for (const same of ['3401001', ' 3401001 ', '３４０１００１'])
      expect(refusal(() => requireApproval(order, '3401001', same)).details).toEqual({
        reason: 'approvedBy (another officer)',
        errors: [{ path: 'approvedBy', message: `a second officer has to approve ${order}` }],
      });
    expect(refusal(() => requireApproval(order, 'a17', 'A17')).code).toBe('BAD_REQUEST');
  });

  it('ORD-1 nobody is no second officer', () => {
    for (const nobody of [undefined, '', '  '])
      expect(refusal(() => requireApproval('suspend', '3401001', nobody)).code).toBe('BAD_REQUEST');
  });

  it('DOC-4 ORD-1 a reason keeps no number that could be a document or a phone', () => {
    expect(maskedReason('案号 12345')).toBe('案号 12345'.replace('12345', '*****'));
    expect(maskedReason('证件 11010519491231002X 与 138-0555 0001')).toBe(
      `证件 ${'*'.repeat(18)} 与 ${'*'.repeat(13)}`,
    );
    expect(maskedReason('１３８０５５５０００１')).toBe('*'.repeat(11));
    expect(maskedReason('第 1234号, 2 件')).toBe('第 1234号, 2 件');
  });
});

describe('the old login', () => {
  const at = (time: string) => new Date(`${time}+08:00`);
  it('LEG-1 answers until its last day, inclusive, and says when that was', () => {
    requireOpen('2027-03-02', at('2027-03-02T23:59:59'));
    const closed = refusal(() => requireOpen('2027-03-02', at('2027-03-03T00:00:00')));
    expect([closed.code, closed.details]).toEqual(['LEGACY_LOGIN_CLOSED', { closedOn: '2027-03-02' }]);
  });
  it('LEG-1 is not there where no day is set', () => {
    const closed = refusal(() => requireOpen(null, at('2027-03-02T10:00:00')));
    expect([closed.code, closed.details]).toEqual(['LEGACY_LOGIN_CLOSED', {}]);
  });
});
