import { createHash } from 'node:crypto';
import { assertionSpent, type ClientAssertion } from '#crypto/client-assertions.ts';
import { newHandle } from '#crypto/random.ts';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { above, absent, all, type Changes, type Condition, equals } from '../dynamodb/expressions.ts';
import type { Db, Put, RefusableUpdate, Write } from '../dynamodb/tables.ts';
import type { TicketState } from './plain-ticket.ts';
import { spendOnce, spendOncePut } from './spent-once.ts';
import type { LoginTicket, PassedFactors, RegistrationTicket, Ticket, TicketBase } from './ticket-kinds.ts';
import { ttlAfter } from './ticket-times.ts';

export const ticketKeyOf = (id: string): string => `t_${createHash('sha256').update(id).digest('base64url')}`;

/** The write that opens a ticket, and the handle for the client. */
export function newTicketPut<T extends Ticket>(
  body: Omit<T, 'ticketKey' | 'expiresAt' | 'state'>,
  now: Date,
  lifetimeSeconds: number,
): { id: string; ticketKey: string; expiresAt: Date; write: Put } {
  const id = newHandle();
  const ticketKey = ticketKeyOf(id);
  const expiresAt = epochSeconds(now) + lifetimeSeconds;
  return {
    id,
    ticketKey,
    expiresAt: fromEpochSeconds(expiresAt),
    write: {
      table: 'Tickets',
      put: { ...body, ticketKey, expiresAt, state: 'open', ttl: ttlAfter(expiresAt) },
      condition: absent('ticketKey'),
    },
  };
}

/** The refusal for a ticket that is missing, of another kind, spent or over. */
export function ticketProblem(
  ticket: Pick<TicketBase, 'kind' | 'state' | 'expiresAt'> | undefined,
  kind: string,
  now: Date,
  state: TicketState = 'open',
): Problem | undefined {
  if (!ticket || ticket.kind !== kind) return new Problem('NOT_FOUND');
  if (ticket.state !== state) return new Problem('STATE_CONFLICT');
  if (ticket.expiresAt <= epochSeconds(now)) return new Problem('EXPIRED');
  return undefined;
}

/** Reads an open ticket by its handle. Throws NOT_FOUND, STATE_CONFLICT (spent, ended) or EXPIRED. */
export async function readOpenTicket<T extends Ticket>(
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

/** The condition that every write on an open ticket carries. */
export const isOpen = (now: Date, state: TicketState = 'open'): Condition =>
  all(equals('state', state), above('expiresAt', epochSeconds(now)));

/** A change to an open ticket inside a transaction; its refusal is the ticket's own problem. */
export function ticketUpdate(
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  update: Changes,
  condition?: Condition,
  state: 'open' | 'passed' = 'open',
): RefusableUpdate {
  return {
    table: 'Tickets',
    key: { ticketKey: ticket.ticketKey },
    update,
    condition: all(isOpen(now, state), condition),
    onRefused: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now, state) ?? new Problem('STATE_CONFLICT'),
  };
}

/**
 * REG-2: counts one more wrong number for the hall record, from the ticket as it was read; the last permitted one ends
 * the ticket in the same write. `changedMeanwhile` is thrown if another try was counted meanwhile.
 */
export function wrongPhoneUpdate(
  ticket: Pick<RegistrationTicket, 'ticketKey' | 'kind' | 'wrongPhones'>,
  now: Date,
  most: number,
  changedMeanwhile: () => Error,
): Write {
  const seen = ticket.wrongPhones ?? 0;
  const write = ticketUpdate(
    ticket,
    now,
    { set: { wrongPhones: seen + 1, state: seen + 1 >= most ? 'ended' : undefined } },
    seen === 0 ? absent('wrongPhones') : equals('wrongPhones', seen),
  );
  return {
    ...write,
    onRefused: (old) => ticketProblem(old as TicketBase | undefined, ticket.kind, now) ?? changedMeanwhile(),
  };
}

/** Uses a ticket up, once. */
export const spendTicketUpdate = (
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  condition?: Condition,
) => ticketUpdate(ticket, now, { set: { state: 'spent' }, remove: ['code'] }, condition);

/** The code on the ticket is still the one that was right (SMS-2). */
export const isCode = (hash: string): Condition => equals('code.hash', hash);

/**
 * Both factors were passed: the ticket now takes no code, face or second `verify`, only a choice.
 * @param codeHash of the SMS code that was right
 */
export const factorsPassedUpdate = (
  ticket: LoginTicket,
  passed: PassedFactors,
  now: Date,
  codeHash: string | undefined,
): Write =>
  ticketUpdate(
    ticket,
    now,
    { set: { state: 'passed', passed }, remove: ['code'] },
    codeHash === undefined ? undefined : isCode(codeHash),
  );

/** Offers other choices to a login that waits for one. */
export const choicesOfferedUpdate = (ticket: LoginTicket, passed: PassedFactors, now: Date): Write =>
  ticketUpdate(ticket, now, { set: { passed } }, undefined, 'passed');

/** The choice is made, once. */
export const choiceMadeUpdate = (ticket: LoginTicket, now: Date): Write =>
  ticketUpdate(ticket, now, { set: { state: 'spent' } }, undefined, 'passed');

const clientAssertionKey = ({ clientId, jti }: Pick<ClientAssertion, 'clientId' | 'jti'>): string =>
  `j_${createHash('sha256').update(`${clientId}\n${jti}`).digest('base64url')}`;

/** SSO-3: a client's assertion works once. False if it was used before. */
export const spendClientAssertion = (db: Db, assertion: ClientAssertion, now: Date): Promise<boolean> =>
  spendOnce(db, clientAssertionKey(assertion), assertion.expiresAt, now);

/**
 * Spends a client's assertion inside a transaction: `invalid_client` if it was used before, and then nothing is
 * written.
 */
export const clientAssertionPut = (assertion: ClientAssertion, now: Date): Write =>
  spendOncePut(clientAssertionKey(assertion), assertion.expiresAt, now, assertionSpent);
