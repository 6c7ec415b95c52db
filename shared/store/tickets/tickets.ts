import { createHash } from 'node:crypto';
import { type ClientAssertion, refused } from '#crypto/client-assertions.ts';
import { handle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import type { Db, Put, Update, Write } from '../dynamodb/tables.ts';
import type { TicketState } from './plain-ticket.ts';
import { once } from './spent-once.ts';
import type { LoginTicket, PassedFactors, RegistrationTicket, Ticket, TicketBase } from './ticket-kinds.ts';
import { seconds, ttlAfter } from './ticket-times.ts';

export const ticketKeyOf = (id: string): string => `t_${createHash('sha256').update(id).digest('base64url')}`;

/** The write that opens a ticket, and the handle for the client. */
export function openTicketPut<T extends Ticket>(
  body: Omit<T, 'ticketKey' | 'expiresAt' | 'state'>,
  now: Date,
  lifetimeSeconds: number,
): { id: string; ticketKey: string; expiresAt: Date; write: Put } {
  const id = handle();
  const ticketKey = ticketKeyOf(id);
  const expiresAt = seconds(now) + lifetimeSeconds;
  return {
    id,
    ticketKey,
    expiresAt: new Date(expiresAt * 1000),
    write: {
      table: 'Tickets',
      put: { ...body, ticketKey, expiresAt, state: 'open', ttl: ttlAfter(expiresAt) },
      condition: 'attribute_not_exists(ticketKey)',
    },
  };
}

/** What a ticket that is missing, of another kind, spent or over means to its holder. */
export function ticketProblem(
  ticket: Pick<TicketBase, 'kind' | 'state' | 'expiresAt'> | undefined,
  kind: string,
  now: Date,
  state: TicketState = 'open',
): Problem | undefined {
  if (!ticket || ticket.kind !== kind) return new Problem('NOT_FOUND');
  if (ticket.state !== state) return new Problem('STATE_CONFLICT');
  if (ticket.expiresAt <= seconds(now)) return new Problem('EXPIRED');
  return undefined;
}

/** Reads an open ticket by its handle. Throws NOT_FOUND, STATE_CONFLICT (spent, ended) or EXPIRED. */
export async function openTicket<T extends Ticket>(
  db: Db,
  id: string,
  kind: T['kind'],
  now: Date,
): Promise<T> {
  const ticket = await db.get<T>('Tickets', { ticketKey: ticketKeyOf(id) });
  const problem = ticketProblem(ticket, kind, now);
  if (problem) throw problem;
  return ticket as T;
}

/** Conditions that every write on an open ticket carries. */
export const isOpen = '#state = :open AND expiresAt > :now';
export const openValues = (now: Date) => ({ ':open': 'open', ':now': seconds(now) });

/** A change to an open ticket inside a transaction; refused with the ticket's own problem. */
export function ticketUpdate(
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  change: {
    update: string;
    condition?: string;
    names?: Record<string, string>;
    values?: Record<string, unknown>;
  },
  state: 'open' | 'passed' = 'open',
): Update & Pick<Write, 'onRefused'> {
  return {
    table: 'Tickets',
    key: { ticketKey: ticket.ticketKey },
    update: change.update,
    condition: change.condition ? `${isOpen} AND (${change.condition})` : isOpen,
    names: { '#state': 'state', ...change.names },
    values: { ...openValues(now), ':open': state, ...change.values },
    onRefused: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now, state) ?? new Problem('STATE_CONFLICT'),
  };
}

/**
 * REG-2: one more wrong number for the hall record, counted from the ticket as it was read; the last permitted one ends
 * the ticket in the same write. `moved` is thrown where another try was counted meanwhile.
 */
export function wrongPhoneUpdate(
  ticket: Pick<RegistrationTicket, 'ticketKey' | 'kind' | 'wrongPhones'>,
  now: Date,
  most: number,
  changedMeanwhile: () => Error,
): Write {
  const seen = ticket.wrongPhones ?? 0;
  const write = ticketUpdate(ticket, now, {
    update: `SET wrongPhones = :next${seen + 1 >= most ? ', #state = :ended' : ''}`,
    condition: seen === 0 ? 'attribute_not_exists(wrongPhones)' : 'wrongPhones = :seen',
    values: {
      ':next': seen + 1,
      ...(seen === 0 ? {} : { ':seen': seen }),
      ...(seen + 1 >= most ? { ':ended': 'ended' } : {}),
    },
  });
  return {
    ...write,
    onRefused: (old) => ticketProblem(old as TicketBase | undefined, ticket.kind, now) ?? changedMeanwhile(),
  };
}

/** Uses a ticket up, once. */
export const spendUpdate = (
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  condition?: string,
  values?: Record<string, unknown>,
  names?: Record<string, string>,
) =>
  ticketUpdate(ticket, now, {
    update: 'SET #state = :spent REMOVE code',
    ...(condition ? { condition } : {}),
    ...(names ? { names } : {}),
    values: { ':spent': 'spent', ...values },
  });

/**
 * Both factors are passed: no code, face or second `verify` fits the ticket any more, only a choice.
 * @param codeHash of the SMS code that was right
 */
export const passUpdate = (
  ticket: LoginTicket,
  passed: PassedFactors,
  now: Date,
  codeHash: string | undefined,
): Write =>
  ticketUpdate(ticket, now, {
    update: 'SET #state = :passed, passed = :facts REMOVE code',
    ...(codeHash === undefined ? {} : { condition: 'code.#hash = :hash', names: { '#hash': 'hash' } }),
    values: {
      ':passed': 'passed',
      ':facts': passed,
      ...(codeHash === undefined ? {} : { ':hash': codeHash }),
    },
  });

/** Offers other choices to a login that waits for one. */
export const offerUpdate = (ticket: LoginTicket, passed: PassedFactors, now: Date): Write =>
  ticketUpdate(ticket, now, { update: 'SET passed = :facts', values: { ':facts': passed } }, 'passed');

/** The choice is made, once. */
export const chosenUpdate = (ticket: LoginTicket, now: Date): Write =>
  ticketUpdate(ticket, now, { update: 'SET #state = :spent', values: { ':spent': 'spent' } }, 'passed');

const clientAssertionKey = ({ clientId, jti }: Pick<ClientAssertion, 'clientId' | 'jti'>): string =>
  `j_${createHash('sha256').update(`${clientId}\n${jti}`).digest('base64url')}`;

/** SSO-3: a client's assertion works once. False when it has been seen. */
export const spendClientAssertion = (db: Db, assertion: ClientAssertion, now: Date): Promise<boolean> =>
  once(db, clientAssertionKey(assertion), assertion.expiresAt, now);

/** The same inside a transaction: `invalid_client` when it has been seen, and then nothing is done. */
export const clientAssertionWrite = (assertion: ClientAssertion, now: Date): Write => {
  const until = seconds(assertion.expiresAt);
  return {
    table: 'Tickets',
    put: {
      ticketKey: clientAssertionKey(assertion),
      kind: 'once',
      expiresAt: until,
      ttl: ttlAfter(Math.max(until, seconds(now))),
    },
    condition: 'attribute_not_exists(ticketKey)',
    onRefused: refused,
  };
};
