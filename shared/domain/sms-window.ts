import type { Policies } from './policies.ts';

/** Codes sent to one phone, all purposes together (SMS-1). Times in epoch seconds. */
export interface SmsWindow {
  /** When the first code of the window was sent. */
  readonly startedAt: number;
  readonly count: number;
  readonly lastAt: number;
}
export type SmsDecision =
  | { readonly allowed: true; readonly next: SmsWindow /** A new window begins. */; readonly fresh: boolean }
  | {
      readonly allowed: false /** The earliest second at which a send is possible. */;
      readonly retryAt: number;
    };
type Limits = Pick<Policies, 'smsPerWindow' | 'smsWindowSeconds' | 'smsGapSeconds'>;

/**
 * SMS-1, SMS-2: whether a code may be sent now: at most `smsPerWindow` in a window that begins with the first of
 * them, and `smsGapSeconds` between any two. A clock that was set back never opens the gap early.
 */
export function decideSend(window: SmsWindow | undefined, nowSeconds: number, policies: Limits): SmsDecision {
  const fresh: SmsDecision = {
    allowed: true,
    next: { startedAt: nowSeconds, count: 1, lastAt: nowSeconds },
    fresh: true,
  };
  if (window === undefined || window.count <= 0) return fresh;
  const windowEnd = window.startedAt + policies.smsWindowSeconds;
  const gapEnd = window.lastAt + policies.smsGapSeconds;
  const full = window.count >= policies.smsPerWindow;
  const retryAt = full ? Math.max(windowEnd, gapEnd) : gapEnd;
  if (nowSeconds < retryAt) return { allowed: false, retryAt };
  if (nowSeconds >= windowEnd) return fresh;
  return { allowed: true, next: { ...window, count: window.count + 1, lastAt: nowSeconds }, fresh: false };
}

/**
 * SMS-1: what is left after the provider refused the send that led from `before` to `taken`. Undefined = no window.
 * `current` may be newer than `taken`: a later send (possible after the gap) keeps its own time, and a later
 * window owes the refused send nothing.
 */
export function giveBack(
  current: SmsWindow | undefined,
  taken: SmsWindow,
  before: SmsWindow | undefined,
): SmsWindow | undefined {
  if (current === undefined || current.startedAt !== taken.startedAt) return current;
  if (current.lastAt === taken.lastAt) return before;
  return { ...current, count: Math.max(1, current.count - 1) };
}
