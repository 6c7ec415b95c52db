import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import {
  decideSend,
  isRunning,
  type SeenWindow,
  type SendKind,
  type SmsWindow,
  type StrangersDay,
  strangersADay,
  tooFrequent,
  waitsWithOwner,
} from '#domain/sms-window.ts';
import { dayRowExpiry } from '../dynamodb/counters.ts';
import type { Db, Item, Update, Write } from '../dynamodb/tables.ts';
import { isOwned, type PhoneRow } from '../people/phones.ts';

/**
 * Codes sent to a phone (SMS-1, SMS-2, SMS-4). One row is the window that began with its first code, another counts the
 * strangers' sends of a day. Whatever was read before, the conditions of the writes hold the rule: what they let pass is
 * exact, and what they refuse is looked at again before anybody is told so.
 */
interface WindowRow extends SmsWindow {
  readonly phoneKey: string;
}
export interface Send {
  readonly phoneKey: string;
  readonly kind: SendKind;
  readonly now: Date;
  readonly seen?: SeenWindow | undefined;
  /** A stranger's: whether the number is a registered person's, as it was read or is expected. */
  readonly owned?: boolean;
  readonly solved?: boolean;
}
/** A send that counts, for giving it back. */
export interface Taken extends Send {
  readonly fresh: boolean;
  readonly startedAt: number;
}

/** What is counted of a number on one day. */
export const dayKey = (phoneKey: string, now: Date): string => `${phoneKey}/${shanghaiDay(now)}`;
const lastOf = (kind: SendKind): string => (waitsWithOwner(kind) ? 'ownerAt' : 'outsideAt');
const otherOf = (kind: SendKind): string => (waitsWithOwner(kind) ? 'outsideAt' : 'ownerAt');
const stepsOf = (kind: SendKind) => ({
  ':one': 1,
  ':outside': kind === 'owner' ? 0 : 1,
  ':stranger': kind === 'stranger' ? 1 : 0,
});

/** A new window needs none that runs; a further code needs room in the one that does. Both need the kind's own minute. */
function windowUpdate(send: Send, fresh: boolean, owned: boolean, policies: Policies): Update {
  const { phoneKey, kind } = send;
  const now = send.now.getTime();
  const capped = kind !== 'owner' && (kind === 'reset' || owned);
  const capStrangers = capped && kind === 'stranger';
  const common = {
    table: 'SmsWindows' as const,
    key: { phoneKey },
    names: { '#total': 'total', '#last': lastOf(kind), ...(fresh ? { '#ttl': 'ttl' } : {}) },
  };
  const gap = '(attribute_not_exists(#last) OR #last <= :gap)';
  const values = {
    ...stepsOf(kind),
    ':now': now,
    ':none': 0,
    ':over': now - policies.smsWindowSeconds * 1000,
    ':gap': now - policies.smsGapSeconds * 1000,
  };
  if (fresh)
    return {
      ...common,
      update:
        'SET startedAt = :now, #total = :one, outside = :outside, strangers = :stranger, #last = :now, #ttl = :ttl',
      condition: `(attribute_not_exists(#total) OR #total <= :none OR startedAt <= :over) AND ${gap}`,
      values: { ...values, ':ttl': Math.ceil(now / 1000) + policies.smsWindowSeconds + 86_400 },
    };
  return {
    ...common,
    update:
      'SET #total = #total + :one, outside = outside + :outside, strangers = strangers + :stranger, #last = :now',
    condition: [
      '#total > :none AND startedAt > :over AND #total < :most',
      ...(capped ? ['outside < :mostOutside'] : []),
      ...(capStrangers ? ['strangers < :mostStrangers'] : []),
      gap,
    ].join(' AND '),
    values: {
      ...values,
      ':most': policies.smsPerWindow,
      ...(capped ? { ':mostOutside': policies.smsOutsidePerWindow } : {}),
      ...(capStrangers ? { ':mostStrangers': policies.smsStrangersPerWindow } : {}),
    },
  };
}

/** SMS-4: counts a stranger's send of the day, and holds the number to be as free as its limits say. */
function strangerWrites(send: Send, owned: boolean, policies: Policies): Write[] {
  const { phoneKey, now, solved = false } = send;
  return [
    {
      table: 'SmsWindows',
      key: { phoneKey: dayKey(phoneKey, now) },
      update: 'SET #ttl = :ttl ADD strangers :one',
      condition: 'attribute_not_exists(strangers) OR strangers < :most',
      names: { '#ttl': 'ttl' },
      values: {
        ':one': 1,
        ':most': strangersADay({ owned, solved }, policies),
        ':ttl': dayRowExpiry(now),
      },
    },
    ...(owned
      ? []
      : [
          {
            table: 'Phones' as const,
            key: { phoneKey },
            condition: 'attribute_not_exists(personKey)',
          },
        ]),
  ];
}

/** What stands of a number: its window, the day's strangers, whose it is. One call. */
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
 * Takes one of the phone's codes together with `writes` (the code on its ticket), all or nothing. `known` is what was
 * read beside the ticket; without it the first try follows what is expected, and a refusal is looked at before it is
 * believed. Throws SMS_TOO_FREQUENT {retryAt}, or what `wanted` says where the send wants a challenge (SMS-4).
 */
export async function takeSend(
  db: Db,
  send: Send,
  policies: Policies,
  writes: (window: SeenWindow) => readonly Write[],
  { known, wanted }: { known?: PhoneSendState | undefined; wanted?: () => Promise<Error> } = {},
): Promise<Taken> {
  const { kind, phoneKey, solved = false } = send;
  const now = send.now.getTime();
  let state = known;
  let fresh = !isRunning(send.seen && { ...send.seen, total: 1 }, now, policies);
  for (let round = 0; round < 8; round++) {
    if (state) {
      const day: StrangersDay = { today: state.today, owned: state.owned, solved };
      const decision = decideSend(state.window, kind, now, policies, kind === 'stranger' ? day : undefined);
      if ('challenge' in decision)
        throw (await wanted?.()) ?? tooFrequent(nextMidnight(send.now).getTime(), now);
      if (!decision.allowed) throw tooFrequent(decision.retryAt, now);
      fresh = decision.fresh;
    }
    const owned = state?.owned ?? send.owned ?? true;
    const startedAt = fresh ? now : (state?.window?.startedAt ?? send.seen?.startedAt ?? now);
    const window: Write = windowUpdate(send, fresh, owned, policies);
    const own = [window, ...(kind === 'stranger' ? strangerWrites(send, owned, policies) : [])];
    const result = await db.tryTransact([...own, ...writes({ startedAt })]);
    if (result.ok) return { ...send, owned, fresh, startedAt };
    if (!own.includes(result.refusedBy)) throw result.problem;
    // Something stands otherwise than expected: the rule is asked again with what stands there.
    state =
      kind === 'stranger'
        ? phoneSendStateOf(await db.batchGet(phoneSendStateKeys(phoneKey, send.now)))
        : { window: result.item as WindowRow | undefined, today: 0, owned: true };
  }
  throw tooFrequent(now + policies.smsGapSeconds * 1000, now);
}

/**
 * SMS-1: a send that the provider refused is given back, with what else it took (`writes`). A window that it began never
 * was one: what the other kind sent meanwhile has begun it instead, and a window that began later owes it nothing. What
 * was given back already takes nothing more.
 */
export async function returnSend(db: Db, taken: Taken, writes: readonly Write[] = []): Promise<void> {
  const { phoneKey, kind } = taken;
  const less = 'outside = outside - :outside, strangers = strangers - :stranger';
  const form = (
    update: string,
    condition?: string,
    values: object = {},
    names: Record<string, string> = {},
  ): Write => ({
    table: 'SmsWindows',
    key: { phoneKey },
    update,
    condition: condition === undefined ? '#last = :ours' : `#last = :ours AND ${condition}`,
    names: { '#last': lastOf(kind), ...names },
    values: { ':ours': taken.now.getTime(), ...values },
  });
  const steps = stepsOf(kind);
  const total = { '#total': 'total' };
  const forms: readonly Write[] = [
    ...(taken.fresh
      ? [
          form(
            'SET #total = :none, outside = :none, strangers = :none REMOVE #last',
            'startedAt = :ours AND #total = :one',
            { ':none': 0, ':one': 1 },
            total,
          ),
          form(
            `SET startedAt = #other, #total = #total - :one, ${less} REMOVE #last`,
            'startedAt = :ours AND #total > :one AND attribute_exists(#other)',
            steps,
            { ...total, '#other': otherOf(kind) },
          ),
        ]
      : [
          form(
            `SET #total = #total - :one, ${less} REMOVE #last`,
            'startedAt <= :ours AND #total > :one',
            steps,
            total,
          ),
        ]),
    form('REMOVE #last'),
  ];
  const day: Write[] =
    kind === 'stranger'
      ? [
          {
            table: 'SmsWindows',
            key: { phoneKey: dayKey(phoneKey, taken.now) },
            update: 'SET strangers = strangers - :one',
            values: { ':one': 1 },
          },
        ]
      : [];
  for (const window of forms) {
    const result = await db.tryTransact([window, ...day, ...writes]);
    if (result.ok) return;
    if (result.refusedBy !== window) throw result.problem;
  }
}
