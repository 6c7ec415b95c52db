import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import {
  decideSend,
  hintFor,
  isRunning,
  type SendKind,
  type SmsWindow,
  type SmsWindowHint,
  type StrangersDay,
  strangersADay,
  tooFrequent,
  waitsWithOwner,
} from '#domain/factors/sms-window.ts';
import type { Policies } from '#domain/policies.ts';
import { dayRowExpiry } from '../dynamodb/counters.ts';
import {
  above,
  absent,
  absentOr,
  all,
  any,
  atMost,
  below,
  type Changes,
  type Condition,
  copyOf,
  equals,
  exists,
  minus,
  plus,
} from '../dynamodb/expressions.ts';
import type { Db, Item, Update, Write } from '../dynamodb/tables.ts';
import { isOwned, type PhoneRow } from '../people/phones.ts';

/**
 * Codes sent to a phone (SMS-1, SMS-2, SMS-4). One row is the window that began with its first code; another row counts
 * the sends that strangers asked for on a day. Whatever was read before, the conditions of the writes enforce the rule:
 * what they allow is exact, and after a refusal the row is judged again before the caller gets the answer.
 */
interface WindowRow extends SmsWindow {
  readonly phoneKey: string;
}
export interface Send {
  readonly phoneKey: string;
  readonly kind: SendKind;
  readonly now: Date;
  /** A hint about another number is ignored. */
  readonly hint?: SmsWindowHint | undefined;
  /**
   * For a send that a stranger asks for: whether the number belongs to a registered person, as it was read or is
   * expected.
   */
  readonly owned?: boolean;
  readonly solved?: boolean;
}
/** A send that was counted before the provider gets it, kept for giving it back. */
export interface ReservedSend extends Send {
  readonly opensWindow: boolean;
  readonly startedAt: number;
}

/** The key of what is counted for a number on one day. */
export const dayKey = (phoneKey: string, now: Date): string => `${phoneKey}/${shanghaiDay(now)}`;
const lastOf = (kind: SendKind): string => (waitsWithOwner(kind) ? 'ownerAt' : 'outsideAt');
const otherOf = (kind: SendKind): string => (waitsWithOwner(kind) ? 'outsideAt' : 'ownerAt');
/** What one send of this kind counts as. */
const countsOf = (kind: SendKind) => ({
  outside: kind === 'owner' ? 0 : 1,
  strangers: kind === 'stranger' ? 1 : 0,
});

/**
 * A new window may begin only if none is running; a further code needs room in the running window. A new window and a
 * further code need the minute of the kind's own queue to be over.
 */
function windowUpdate(send: Send, opensWindow: boolean, owned: boolean, policies: Policies): Update {
  const { phoneKey, kind } = send;
  const now = send.now.getTime();
  const capped = kind !== 'owner' && (kind === 'reset' || owned);
  const capStrangers = capped && kind === 'stranger';
  const row = { table: 'SmsWindows', key: { phoneKey } } as const;
  const last = lastOf(kind);
  const gap = absentOr(last, atMost(last, now - policies.smsGapSeconds * 1000));
  const over = now - policies.smsWindowSeconds * 1000;
  const { outside, strangers } = countsOf(kind);
  if (opensWindow) {
    const ttl = Math.ceil(now / 1000) + policies.smsWindowSeconds + 86_400;
    return {
      ...row,
      update: { set: { startedAt: now, total: 1, outside, strangers, [last]: now, ttl } },
      condition: all(any(absent('total'), atMost('total', 0), atMost('startedAt', over)), gap),
    };
  }
  return {
    ...row,
    update: {
      set: {
        total: plus('total', 1),
        outside: plus('outside', outside),
        strangers: plus('strangers', strangers),
        [last]: now,
      },
    },
    condition: all(
      above('total', 0),
      above('startedAt', over),
      below('total', policies.smsPerWindow),
      capped ? below('outside', policies.smsOutsidePerWindow) : undefined,
      capStrangers ? below('strangers', policies.smsStrangersPerWindow) : undefined,
      gap,
    ),
  };
}

/**
 * SMS-4: counts a send that a stranger asked for on this day, and checks the owner of the number that its limits
 * assume.
 */
function strangerWrites(send: Send, owned: boolean, policies: Policies): Write[] {
  const { phoneKey, now, solved = false } = send;
  return [
    {
      table: 'SmsWindows',
      key: { phoneKey: dayKey(phoneKey, now) },
      update: { set: { ttl: dayRowExpiry(now) }, add: { strangers: 1 } },
      condition: absentOr('strangers', below('strangers', strangersADay({ owned, solved }, policies))),
    },
    ...(owned
      ? []
      : [
          {
            table: 'Phones' as const,
            key: { phoneKey },
            condition: absent('personKey'),
          },
        ]),
  ];
}

/** The state of a number: its window, the strangers' sends of the day, and its owner. One call. */
export interface PhoneSendState {
  readonly window: SmsWindow | undefined;
  readonly today: number;
  readonly owned: boolean;
}
export const phoneSendStateKeys = (phoneKey: string, now: Date) =>
  [
    { table: 'SmsWindows', key: { phoneKey } },
    { table: 'SmsWindows', key: { phoneKey: dayKey(phoneKey, now) } },
    { table: 'Phones', key: { phoneKey } },
  ] as const;
export const phoneSendStateOf = ([window, day, phone]: readonly (Item | undefined)[]): PhoneSendState => ({
  window: window as SmsWindow | undefined,
  today: (day?.strangers as number | undefined) ?? 0,
  owned: isOwned(phone as PhoneRow | undefined),
});

/**
 * Reserves one of the codes that the phone may get, together with `writes` (the code on its ticket), all or nothing.
 * `known` is what was read with the ticket; without it the first try follows what is expected, and after a refusal the
 * state is read before it is believed. Throws SMS_TOO_FREQUENT {retryAt}, or `challengeError` if the send needs a challenge
 * (SMS-4).
 */
export async function reserveSend(
  db: Db,
  send: Send,
  policies: Policies,
  writes: (hint: SmsWindowHint) => readonly Write[],
  {
    known,
    challengeError,
  }: { known?: PhoneSendState | undefined; challengeError?: () => Promise<Error> } = {},
): Promise<ReservedSend> {
  const { kind, phoneKey, solved = false } = send;
  const now = send.now.getTime();
  let state = known;
  const hint = hintFor(phoneKey, send.hint);
  let opensWindow = !isRunning(hint && { ...hint, total: 1 }, now, policies);
  for (let round = 0; round < 8; round++) {
    if (state) {
      const day: StrangersDay = { today: state.today, owned: state.owned, solved };
      const decision = decideSend(state.window, kind, now, policies, kind === 'stranger' ? day : undefined);
      if ('challenge' in decision)
        throw (await challengeError?.()) ?? tooFrequent(nextMidnight(send.now).getTime(), now);
      if (!decision.allowed) throw tooFrequent(decision.retryAt, now);
      opensWindow = decision.opensWindow;
    }
    const owned = state?.owned ?? send.owned ?? true;
    const startedAt = opensWindow ? now : (state?.window?.startedAt ?? hint?.startedAt ?? now);
    const window: Write = windowUpdate(send, opensWindow, owned, policies);
    const own = [window, ...(kind === 'stranger' ? strangerWrites(send, owned, policies) : [])];
    const result = await db.tryTransact([...own, ...writes({ phoneKey, startedAt })]);
    if (result.ok) return { ...send, owned, opensWindow, startedAt };
    if (!own.includes(result.refusedBy)) throw result.problem;
    // The state differs from the expected one: the rule is asked again with the state that was found.
    state =
      kind === 'stranger'
        ? phoneSendStateOf(await db.batchGet(phoneSendStateKeys(phoneKey, send.now)))
        : { window: result.item as WindowRow | undefined, today: 0, owned: true };
  }
  throw tooFrequent(now + policies.smsGapSeconds * 1000, now);
}

/**
 * SMS-1: gives back a send that the provider refused, with what else it took (`writes`). If the send began a window,
 * that window is removed: the window then begins with what the other queue sent meanwhile, and a later window is not
 * changed. A send that was given back already takes nothing more.
 */
export async function returnSend(
  db: Db,
  reserved: ReservedSend,
  writes: readonly Write[] = [],
): Promise<void> {
  const { phoneKey, kind } = reserved;
  const ours = reserved.now.getTime();
  const { outside, strangers } = countsOf(kind);
  const less = {
    total: minus('total', 1),
    outside: minus('outside', outside),
    strangers: minus('strangers', strangers),
  };
  const variant = (set: Changes['set'] = {}, condition?: Condition): Write => ({
    table: 'SmsWindows',
    key: { phoneKey },
    update: { set, remove: [lastOf(kind)] },
    condition: all(equals(lastOf(kind), ours), condition),
  });
  const variants: readonly Write[] = [
    ...(reserved.opensWindow
      ? [
          variant({ total: 0, outside: 0, strangers: 0 }, all(equals('startedAt', ours), equals('total', 1))),
          variant(
            { startedAt: copyOf(otherOf(kind)), ...less },
            all(equals('startedAt', ours), above('total', 1), exists(otherOf(kind))),
          ),
        ]
      : [variant(less, atMost('startedAt', ours))]),
    variant(),
  ];
  const day: Write[] =
    kind === 'stranger'
      ? [
          {
            table: 'SmsWindows',
            key: { phoneKey: dayKey(phoneKey, reserved.now) },
            update: { set: { strangers: minus('strangers', 1) } },
          },
        ]
      : [];
  for (const window of variants) {
    const result = await db.tryTransact([window, ...day, ...writes]);
    if (result.ok) return;
    if (result.refusedBy !== window) throw result.problem;
  }
}
