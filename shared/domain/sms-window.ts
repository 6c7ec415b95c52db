import { isoShanghai, nextMidnight } from './days.ts';
import type { SmsPurpose } from './names.ts';
import type { Policies } from './policies.ts';
import { Problem } from './problem.ts';

/**
 * Whose will a send is (SMS-4): a stranger's, which anybody can ask for; 忘记密码, which asks for name and document, known
 * to many; or the owner's, behind a right password or in a session.
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
/** 忘记密码 waits with the strangers' sends, so that it is never in the way of a login. */
export const waitsWithOwner = (kind: SendKind): boolean => kind === 'owner';

/** Codes sent to one phone in the running ten minutes (SMS-1). Times in epoch milliseconds. */
export interface SmsWindow {
  /** When the first code of the window was sent. */
  readonly startedAt: number;
  readonly total: number;
  /** Of these strangers' and 忘记密码 together. */
  readonly outside: number;
  /** Of these strangers'. */
  readonly strangers: number;
  /** The last of strangers and 忘记密码, and the owner's last: each waits its own minute. */
  readonly outsideAt?: number;
  readonly ownerAt?: number;
}

/**
 * What a journey remembers of a number's window: whose it is, and when it began (ADR 0042). A hint chooses which write is
 * tried first and decides nothing; without one, or by a wrong one, a send costs one call more.
 */
export interface WindowHint {
  readonly phoneKey: string;
  readonly startedAt: number;
}
/** The first of them that is of this number; what was read with it is the whole window, of which no more is kept. */
export function hintFor(
  phoneKey: string | undefined,
  ...known: readonly (WindowHint | undefined)[]
): WindowHint | undefined {
  const hint = known.find((one) => one?.phoneKey === phoneKey);
  return hint && { phoneKey: hint.phoneKey, startedAt: hint.startedAt };
}

/** What else a stranger's send depends on (SMS-4). */
export interface StrangersDay {
  /** Strangers' sends to the number on this day. */
  readonly today: number;
  /** The number is a registered person's. */
  readonly owned: boolean;
  /** A challenge was solved for this send, or its channel is not asked for one. */
  readonly solved: boolean;
}

export type SmsDecision =
  | { readonly allowed: true /** A new window begins. */; readonly fresh: boolean }
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

/** Whether a window runs at that time; before its own start too, so that a clock that was set back opens nothing early. */
export const isRunning = (
  window: Pick<SmsWindow, 'startedAt' | 'total'> | undefined,
  now: number,
  { smsWindowSeconds }: Pick<Policies, 'smsWindowSeconds'>,
): boolean => window !== undefined && window.total > 0 && now < window.startedAt + smsWindowSeconds * 1000;

/** How many strangers' sends of a day a number takes: with a challenge, and without. */
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
  return { allowed: true, fresh: !running };
}

function isFull(window: SmsWindow, kind: SendKind, limits: SmsLimits, owned: boolean): boolean {
  if (window.total >= limits.smsPerWindow) return true;
  if (kind === 'owner') return false;
  if (kind === 'stranger' && !owned) return false;
  if (window.outside >= limits.smsOutsidePerWindow) return true;
  return kind === 'stranger' && window.strangers >= limits.smsStrangersPerWindow;
}

/** A time as people are told it: the whole second by which it has come. */
export const wholeSecond = (milliseconds: number): string =>
  isoShanghai(new Date(Math.ceil(milliseconds / 1000) * 1000));

/** SMS-1: the refusal, with the time at which a send is possible again. */
export const tooFrequent = (retryAt: number, now: number): Problem =>
  new Problem('SMS_TOO_FREQUENT', {
    retryAt: wholeSecond(retryAt),
    retryAfter: Math.max(1, Math.ceil((retryAt - now) / 1000)),
  });
