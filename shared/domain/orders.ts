import { Problem } from './problem.ts';
import { foldWithHyphens } from './text.ts';

/** What the authority can order of an account (ORD-1). */
export const orders = ['suspend', 'resume', 'end-sessions', 'empty-phones'] as const;
export type Order = (typeof orders)[number];

/** Orders that lock somebody out: no officer gives them alone. */
const byTwo: readonly Order[] = ['suspend', 'empty-phones'];
export const needsApproval = (order: Order): boolean => byTwo.includes(order);

/** Officers' ids are compared as they are meant, not as they were typed. */
const officerId = (typed: string): string => foldWithHyphens(typed.normalize('NFKC')).toUpperCase();

/**
 * The second officer of an order that needs one (ORD-1).
 * @throws BAD_REQUEST {errors, reason} at `approvedBy` where nobody is named, or the same officer
 */
export function requireApproval(order: Order, officer: string, approvedBy: string | undefined): void {
  const second = officerId(approvedBy ?? '');
  if (second === '' ? !needsApproval(order) : second !== officerId(officer)) return;
  const message = `a second officer has to approve ${order}`;
  throw new Problem('BAD_REQUEST', {
    reason: 'approvedBy (another officer)',
    errors: [{ path: 'approvedBy', message }],
  });
}

/** A reason travels into the audit: numbers that could be a document's or a phone's do not (DOC-4). */
export const maskedReason = (reason: string): string =>
  reason.normalize('NFKC').replace(/\d[\d -]{4,}[\dXx]?/g, (digits) => '*'.repeat(digits.length));
