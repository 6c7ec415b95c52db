import { Problem } from '../problem.ts';
import { foldWithHyphens } from '../text.ts';

/** What the authority can order about an account (ORD-1). */
export const orders = ['suspend', 'resume', 'end-sessions', 'empty-phones'] as const;
export type Order = (typeof orders)[number];

/** Orders that lock a person out: a single officer may not give them. */
const ordersOfTwoOfficers: readonly Order[] = ['suspend', 'empty-phones'];
export const needsApproval = (order: Order): boolean => ordersOfTwoOfficers.includes(order);

/** Two officers' ids are compared after folding, so that capitals, width and blanks make no difference. */
const officerId = (typed: string): string => foldWithHyphens(typed.normalize('NFKC')).toUpperCase();

/**
 * Checks that an order which needs a second officer has one (ORD-1).
 * @throws BAD_REQUEST {errors, reason} at `approvedBy` if no second officer is named, or the same officer
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

/**
 * The reason of an order goes into the audit; numbers in it that could be a document's or a phone's are masked (DOC-4).
 */
export const maskedReason = (reason: string): string =>
  reason.normalize('NFKC').replace(/\d[\d -]{4,}[\dXx]?/g, (digits) => '*'.repeat(digits.length));
