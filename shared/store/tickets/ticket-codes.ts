import { epochSeconds } from '#domain/epoch.ts';
import { type SmsWindowHint, tooFrequent } from '#domain/factors/sms-window.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import {
  above,
  absentOr,
  all,
  any,
  below,
  type Changes,
  equals,
  holds,
  minus,
  sizeAtLeast,
  sizeBelow,
} from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import {
  type CodeTicket,
  holdsOnlyACode,
  type LegacyTicket,
  type SessionCodeTicket,
  type StoredCode,
  type TicketBase,
} from './ticket-kinds.ts';
import { ttlAfter } from './ticket-times.ts';
import { isCode, isOpen, ticketKeyOf, ticketProblem, ticketUpdate } from './tickets.ts';

/** SMS-4: counts a send on a ticket, which has room for so many sends and so many numbers. */
const oneMoreSend = (
  phoneKey: string,
  { smsSendsPerTicket, smsNumbersPerTicket }: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
) => ({
  fits: all(
    absentOr('sends', below('sends', smsSendsPerTicket)),
    absentOr('numbers', any(sizeBelow('numbers', smsNumbersPerTicket), holds('numbers', phoneKey))),
  ),
  counts: { sends: 1, numbers: new Set([phoneKey]) },
});

/**
 * SMS-4: counts a send on a journey whose codes have tickets of their own, one per person (the bindings of the old
 * login). SMS_TOO_FREQUENT if the journey has used up its sends. A send that the provider then refuses stays counted,
 * because the journey is short.
 */
export function journeySendUpdate(
  ticket: Pick<LegacyTicket, 'ticketKey' | 'kind' | 'expiresAt'>,
  phoneKey: string,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { fits, counts } = oneMoreSend(phoneKey, policies);
  return {
    ...ticketUpdate(ticket, now, { add: counts }, fits),
    onRefused: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now) ??
      tooFrequent(ticket.expiresAt * 1000, now.getTime()),
  };
}

/**
 * Puts the newest code on its ticket; the code before it becomes void (SMS-2). A ticket, or a session and purpose, may
 * send only so many codes to so many numbers (SMS-4); after that none before it ends.
 */
export function codeUpdate(
  ticket: CodeTicket,
  code: StoredCode,
  hint: SmsWindowHint,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { kind, personKey, expiresAt } = ticket;
  // A ticket that holds only a code is opened by its first send.
  const opens = holdsOnlyACode(kind);
  const { fits, counts } = oneMoreSend(code.phoneKey, policies);
  const update: Changes = {
    set: {
      code,
      window: hint,
      ...(opens ? { kind, personKey, expiresAt, state: 'open', ttl: ttlAfter(expiresAt) } : {}),
    },
    remove: ['codeTries'],
    add: counts,
  };
  const usedUp = () => tooFrequent(expiresAt * 1000, now.getTime());
  if (opens)
    return {
      table: 'Tickets',
      key: { ticketKey: ticket.ticketKey },
      update,
      condition: fits,
      onRefused: usedUp,
    };
  return {
    ...ticketUpdate(ticket, now, update, fits),
    onRefused: (old) => ticketProblem(old as TicketBase | undefined, kind, now) ?? usedUp(),
  };
}

/** Uses the code up, together with a ticket that holds nothing else; the next send opens that ticket again. */
export const smsCodeSpentUpdate = (ticket: SessionCodeTicket, hash: string, now: Date): Write => ({
  ...ticketUpdate(ticket, now, { remove: ['code'] }, isCode(hash)),
  onRefused: () => new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' }),
});

/**
 * A code whose send the provider refused becomes void, and the send is not counted.
 * @param isNew whether this was the ticket's first send to that number
 */
export const dropCode = (
  db: Db,
  ticket: CodeTicket,
  { hash, phoneKey }: Pick<StoredCode, 'hash' | 'phoneKey'>,
  isNew: boolean,
) =>
  db.update({
    table: 'Tickets',
    key: { ticketKey: ticket.ticketKey },
    update: {
      set: { sends: minus('sends', 1) },
      remove: ['code', 'window'],
      take: isNew ? { numbers: new Set([phoneKey]) } : {},
    },
    condition: isCode(hash),
  });

/**
 * Reserves one try of the ticket's code and returns the ticket, in one write: parallel guesses get at most five tries
 * per code (SMS-2). A try is a member of a set, like an attempt in Lockouts: a call repeated after a lost answer counts
 * once, and giving back is exact. Throws the ticket's problem, or SMS_CODE_WRONG if there is no code to try (any more).
 * @param tryId random, a new one for each request
 * @param wrongCodes LCK-5: how many wrong codes, over all codes of the ticket, end the ticket of a person who is not
 * registered
 */
export async function tryCode<T extends CodeTicket>(
  db: Db,
  id: string,
  kind: T['kind'],
  now: Date,
  tries: number,
  tryId: string,
  wrongCodes?: number,
): Promise<T> {
  const ticketKey = ticketKeyOf(id);
  let written: Awaited<ReturnType<typeof db.update<T>>>;
  try {
    written = await db.update<T>({
      table: 'Tickets',
      key: { ticketKey },
      update: {
        add: {
          codeTries: new Set([tryId]),
          wrongCodes: wrongCodes === undefined ? undefined : new Set([tryId]),
        },
      },
      condition: all(
        equals('kind', kind),
        isOpen(now),
        above('code.expiresAt', epochSeconds(now)),
        hasRoom('codeTries', tries, tryId),
        wrongCodes === undefined ? undefined : hasRoom('wrongCodes', wrongCodes, tryId),
      ),
    });
  } catch (error) {
    // The write may have succeeded although its answer was lost. A try that was never compared must not count.
    await returnTry(db, ticketKey, tryId).catch(() => undefined);
    throw error;
  }
  if (written.ok) return written.item;
  // For a ticket that holds only a code, a missing ticket means a wrong code, not a missing journey.
  if (!written.old && holdsOnlyACode(kind)) throw new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
  throw ticketProblem(written.old, kind, now) ?? new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
}

/** At most so many tries; a try that was reserved already, by a call whose answer was lost, is not counted again. */
const hasRoom = (tries: 'codeTries' | 'wrongCodes', most: number, tryId: string) =>
  absentOr(tries, any(sizeBelow(tries, most), holds(tries, tryId)));

/** A right code whose call failed for another reason stays valid (SMS-2): gives its try back. */
export const returnTry = (db: Db, ticketKey: string, tryId: string) =>
  db.update({
    table: 'Tickets',
    key: { ticketKey },
    update: { take: { codeTries: new Set([tryId]), wrongCodes: new Set([tryId]) } },
    condition: any(holds('codeTries', tryId), holds('wrongCodes', tryId)),
  });

/** LCK-5: the last wrong code ends its ticket, if all the wrong codes are still counted. */
export const endedByCodesUpdate = (ticketKey: string, wrongCodes: number): Write => ({
  table: 'Tickets',
  key: { ticketKey },
  update: { set: { state: 'ended' }, remove: ['code'] },
  condition: all(equals('state', 'open'), sizeAtLeast('wrongCodes', wrongCodes)),
});
