import { isoShanghai, nextMidnight } from '../days.ts';
import type { SmsPurpose } from '../names.ts';
import type { Policies } from '../policies.ts';
import { Problem } from '../problem.ts';

/**
 * Who wants a send (SMS-4): a `stranger`, because anybody can ask for such a code; `reset` (忘记密码), which needs a
 * name and document that many people may know; or the `owner`, who gave the right password or has a session.
 */
export type SendKind = 'stranger' | 'reset' | 'owner';
const kinds: Record<SmsPurpose, SendKind> = {
  registration: 'stranger',
  'add-phone': 'stranger',
  'phone-recovery': 'stranger',
  'legacy-binding': 'stranger',
  'password-reset': 'reset',
  login: 'owner',
  factor: 'owner',
  deregistration: 'owner',
};
export const sendKindOf = (purpose: SmsPurpose): SendKind => kinds[purpose];
/**
 * Only the owner's sends wait in the owner's queue. 忘记密码 waits in the strangers' queue, so that it never delays a
 * login.
 */
export const waitsWithOwner = (kind: SendKind): boolean => kind === 'owner';

/** Codes sent to one phone in the running ten minutes (SMS-1). Times are epoch milliseconds. */
export interface SmsWindow {
  /** When the first code of the window was sent. */
  readonly startedAt: number;
  readonly total: number;
  /** How many of these codes a stranger or 忘记密码 asked for. */
  readonly outside: number;
  /** How many of these codes a stranger asked for. */
  readonly strangers: number;
  /**
   * The last send for a stranger or 忘记密码, and the last send for the owner: each of the two queues waits its own
   * minute.
   */
  readonly outsideAt?: number;
  readonly ownerAt?: number;
}

/**
 * What a journey remembers about the window of a number: the number, and when the window began (ADR 0042). A hint
 * decides only which write is tried first, never the outcome. Without a hint, or with a wrong one, a send costs one
 * more call.
 */
export interface SmsWindowHint {
  readonly phoneKey: string;
  readonly startedAt: number;
}
/**
 * The first hint about this number. A window that was read serves as a hint too; only the two members of a hint are
 * kept.
 */
export function hintFor(
  phoneKey: string | undefined,
  ...known: readonly (SmsWindowHint | undefined)[]
): SmsWindowHint | undefined {
  const hint = known.find((one) => one?.phoneKey === phoneKey);
  return hint && { phoneKey: hint.phoneKey, startedAt: hint.startedAt };
}

/** Further facts that decide about a send that a stranger asks for (SMS-4). */
export interface StrangersDay {
  /** How many sends to the number strangers have asked for today. */
  readonly today: number;
  /** The number belongs to a registered person. */
  readonly owned: boolean;
  /** A challenge was solved for this send, or the channel needs none. */
  readonly solved: boolean;
}

export type SmsDecision =
  | { readonly allowed: true /** A new window begins. */; readonly opensWindow: boolean }
  /** The earliest millisecond at which a send of this kind is possible. */
  | { readonly allowed: false; readonly retryAt: number }
  | { readonly allowed: false; readonly challenge: true };

export type SmsLimits = Pick<
  Policies,
  | 'smsPerWindow'
  | 'smsWindowSeconds'
  | 'smsGapSeconds'
  | 'smsOutsidePerWindow'
  | 'smsStrangersPerWindow'
  | 'smsStrangersPerDay'
  | 'smsNobodyPerDay'
  | 'smsNobodyFreePerDay'
>;

/**
 * Whether a window runs at that time. A time before the window's start also counts as running, so that a clock that was
 * set back opens nothing early.
 */
export const isRunning = (
  window: Pick<SmsWindow, 'startedAt' | 'total'> | undefined,
  now: number,
  { smsWindowSeconds }: Pick<Policies, 'smsWindowSeconds'>,
): boolean => window !== undefined && window.total > 0 && now < window.startedAt + smsWindowSeconds * 1000;

/** How many sends on a day strangers may ask for, per number: with a challenge, and without. */
export const strangersADay = ({ owned, solved }: Omit<StrangersDay, 'today'>, limits: SmsLimits): number =>
  owned ? limits.smsStrangersPerDay : solved ? limits.smsNobodyPerDay : limits.smsNobodyFreePerDay;

/** SMS-1, SMS-2, SMS-4: whether a code of this kind may be sent now. */
export function decideSend(
  window: SmsWindow | undefined,
  kind: SendKind,
  now: number,
  limits: SmsLimits,
  day: StrangersDay = { today: 0, owned: true, solved: true },
): SmsDecision {
  const waits: number[] = [];
  const lastAt = waitsWithOwner(kind) ? window?.ownerAt : window?.outsideAt;
  if (lastAt !== undefined) waits.push(lastAt + limits.smsGapSeconds * 1000);
  const running = isRunning(window, now, limits);
  if (running && window && isFull(window, kind, limits, day.owned))
    waits.push(window.startedAt + limits.smsWindowSeconds * 1000);
  const ofDay = kind === 'stranger' ? day : undefined;
  if (ofDay && ofDay.today >= strangersADay({ ...ofDay, solved: true }, limits))
    waits.push(nextMidnight(new Date(now)).getTime());
  const retryAt = Math.max(...waits);
  if (waits.length > 0 && now < retryAt) return { allowed: false, retryAt };
  if (ofDay && ofDay.today >= strangersADay(ofDay, limits)) return { allowed: false, challenge: true };
  return { allowed: true, opensWindow: !running };
}

function isFull(window: SmsWindow, kind: SendKind, limits: SmsLimits, owned: boolean): boolean {
  if (window.total >= limits.smsPerWindow) return true;
  if (kind === 'owner') return false;
  if (kind === 'stranger' && !owned) return false;
  if (window.outside >= limits.smsOutsidePerWindow) return true;
  return kind === 'stranger' && window.strangers >= limits.smsStrangersPerWindow;
}

/** A time as people see it: rounded up to the whole second. */
export const wholeSecond = (milliseconds: number): string =>
  isoShanghai(new Date(Math.ceil(milliseconds / 1000) * 1000));

/** SMS-1: the refusal, with the time from which a send is possible again. */
export const tooFrequent = (retryAt: number, now: number): Problem =>
  new Problem('SMS_TOO_FREQUENT', {
    retryAt: wholeSecond(retryAt),
    retryAfter: Math.max(1, Math.ceil((retryAt - now) / 1000)),
  });
