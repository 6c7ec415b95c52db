import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { tooFrequent } from '#domain/sms-window.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import {
  type CodeTicket,
  holdsOnlyACode,
  type LegacyTicket,
  type PhoneWindow,
  type SessionCodeTicket,
  type StoredCode,
  type TicketBase,
} from './ticket-kinds.ts';
import { ttlAfter } from './ticket-times.ts';
import { isOpen, openValues, ticketKeyOf, ticketProblem, ticketUpdate } from './tickets.ts';

/** SMS-4: counts a send on a ticket, which has room for so many sends and so many numbers. */
const oneMoreSend = (
  phoneKey: string,
  { smsSendsPerTicket, smsNumbersPerTicket }: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
) => ({
  fits:
    '(attribute_not_exists(sends) OR sends < :mostSends) AND ' +
    '(attribute_not_exists(numbers) OR size(numbers) < :mostNumbers OR contains(numbers, :phone))',
  counts: 'ADD sends :one, numbers :phones',
  values: {
    ':one': 1,
    ':phone': phoneKey,
    ':phones': new Set([phoneKey]),
    ':mostSends': smsSendsPerTicket,
    ':mostNumbers': smsNumbersPerTicket,
  },
});

/**
 * SMS-4: counts a send on the journey whose codes lie on tickets of their own, one a person (the old login's bindings).
 * SMS_TOO_FREQUENT where it has sent its fill. What the provider refuses afterwards stays counted: the journey ends soon.
 */
export function journeySendUpdate(
  ticket: Pick<LegacyTicket, 'ticketKey' | 'kind' | 'expiresAt'>,
  phoneKey: string,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { fits, counts, values } = oneMoreSend(phoneKey, policies);
  return {
    ...ticketUpdate(ticket, now, { update: counts, condition: fits, values }),
    onRefused: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now) ??
      tooFrequent(ticket.expiresAt * 1000, now.getTime()),
  };
}

/**
 * Puts the newest code on its ticket; the one before is void (SMS-2). A ticket, or a session and purpose, sends so many
 * and to so many numbers (SMS-4); after that not before its end.
 */
export function codeUpdate(
  ticket: CodeTicket,
  code: StoredCode,
  window: PhoneWindow,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { kind, personKey, expiresAt } = ticket;
  // What holds only a code is opened by its first send.
  const opens = holdsOnlyACode(kind);
  const { fits, counts, values } = oneMoreSend(code.phoneKey, policies);
  const change = {
    update:
      `SET code = :code, #window = :window${opens ? ', kind = :kind, personKey = :person, expiresAt = :end, #state = :open, #ttl = :ttl' : ''}` +
      ` REMOVE codeTries ${counts}`,
    names: { '#window': 'window', '#state': 'state', ...(opens ? { '#ttl': 'ttl' } : {}) },
    values: {
      ':code': code,
      ':window': window,
      ...values,
      ...(opens
        ? {
            ':kind': kind,
            ':person': personKey,
            ':end': expiresAt,
            ':open': 'open',
            ':ttl': ttlAfter(expiresAt),
          }
        : {}),
    },
  };
  const usedUp = () => tooFrequent(expiresAt * 1000, now.getTime());
  if (opens)
    return {
      table: 'Tickets',
      key: { ticketKey: ticket.ticketKey },
      ...change,
      condition: fits,
      onRefused: usedUp,
    };
  return {
    ...ticketUpdate(ticket, now, { ...change, condition: fits }),
    onRefused: (old) => ticketProblem(old as TicketBase | undefined, kind, now) ?? usedUp(),
  };
}

/** Uses the code up with the ticket that holds nothing else; the next send opens it again. */
export const codeSpentUpdate = (ticket: SessionCodeTicket, hash: string, now: Date): Write => ({
  ...ticketUpdate(ticket, now, {
    update: 'REMOVE code',
    condition: 'code.#hash = :hash',
    names: { '#hash': 'hash' },
    values: { ':hash': hash },
  }),
  onRefused: () => new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' }),
});

/**
 * A code whose send the provider refused is void, and no send.
 * @param isNew whether this was the ticket's first to that number
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
    update: `SET sends = sends - :one REMOVE code, #window${isNew ? ' DELETE numbers :phones' : ''}`,
    condition: 'code.#hash = :hash',
    names: { '#hash': 'hash', '#window': 'window' },
    values: { ':hash': hash, ':one': 1, ...(isNew ? { ':phones': new Set([phoneKey]) } : {}) },
  });

/**
 * Reserves one try of the ticket's code and reads the ticket, in one write: parallel guesses get at most five per
 * code (SMS-2). A try is a member of a set, like an attempt in Lockouts: an answer that was lost and asked for again
 * counts once, and giving back is exact. Throws the ticket's problem, or SMS_CODE_WRONG when there is no code to try
 * (any more).
 * @param tryId random, one per request
 * @param wrongCodes LCK-5: how many wrong ones, over all its codes, end the ticket of somebody who is not registered
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
      update: `ADD codeTries :try${wrongCodes === undefined ? '' : ', wrongCodes :try'}`,
      condition:
        `kind = :kind AND ${isOpen} AND code.expiresAt > :now AND (attribute_not_exists(codeTries) OR size(codeTries) < :tries OR contains(codeTries, :id))` +
        (wrongCodes === undefined
          ? ''
          : ' AND (attribute_not_exists(wrongCodes) OR size(wrongCodes) < :wrong OR contains(wrongCodes, :id))'),
      names: { '#state': 'state' },
      values: {
        ...openValues(now),
        ':kind': kind,
        ':try': new Set([tryId]),
        ':tries': tries,
        ':id': tryId,
        ...(wrongCodes === undefined ? {} : { ':wrong': wrongCodes }),
      },
    });
  } catch (error) {
    // It may have arrived though its answer did not: what was not compared does not count.
    await returnTry(db, ticketKey, tryId).catch(() => undefined);
    throw error;
  }
  if (written.ok) return written.item;
  // Where the code is all there is, none (any more) is a wrong one, not a missing journey.
  if (!written.old && holdsOnlyACode(kind)) throw new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
  throw ticketProblem(written.old, kind, now) ?? new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
}

/** A right code whose call failed for another reason stays usable (SMS-2): gives its try back. */
export const returnTry = (db: Db, ticketKey: string, tryId: string) =>
  db.update({
    table: 'Tickets',
    key: { ticketKey },
    update: 'DELETE codeTries :try, wrongCodes :try',
    condition: 'contains(codeTries, :id) OR contains(wrongCodes, :id)',
    values: { ':try': new Set([tryId]), ':id': tryId },
  });

/** LCK-5: the wrong code that was the last ends its ticket, if all of them still stand. */
export const endedByCodesUpdate = (ticketKey: string, wrongCodes: number): Write => ({
  table: 'Tickets',
  key: { ticketKey },
  update: 'SET #state = :ended REMOVE code',
  condition: '#state = :open AND size(wrongCodes) >= :wrong',
  names: { '#state': 'state' },
  values: { ':ended': 'ended', ':open': 'open', ':wrong': wrongCodes },
});
