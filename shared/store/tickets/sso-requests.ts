import { createHash } from 'node:crypto';
import type { AuthorizationRequest } from '#domain/authorization-requests.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { above, absentOr, all, equals, sizeBelow } from '../dynamodb/expressions.ts';
import type { Db, Put, Write } from '../dynamodb/tables.ts';
import type { SsoRequestTicket } from './sso-tickets.ts';
import { ttlAfter } from './ticket-times.ts';
import { openTicketPut, ticketKeyOf, ticketProblem, ticketUpdate } from './tickets.ts';

/** One request, opened from so many browsers or tabs at most. */
const browsersAtMost = 10;

/** What the table knows of a browser's secret, which has 192 random bits. */
const browserHash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The cookie that holds it: one a request, so that several systems may ask at once. */
export const browserCookie = (id: string): `__Host-sso-${string}` => `__Host-sso-${id.slice(0, 8)}`;

/** Opens a request for the browser that brought it. */
export const openRequestPut = (
  request: AuthorizationRequest,
  secret: string,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  openTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: epochSeconds(now), browsers: new Set([browserHash(secret)]) },
    now,
    lifetimeSeconds,
  );

/** Keeps a pushed request until a browser opens it (RFC 9126). */
export const pushedRequestPut = (
  request: AuthorizationRequest,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  openTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: epochSeconds(now), pushedUntil: epochSeconds(now) + lifetimeSeconds },
    now,
    lifetimeSeconds,
  );

/**
 * A browser opens a pushed request, in one write: of this client, not decided yet, in time. The same browser and
 * another tab may open the request again, until the request is decided.
 * @returns the request, or undefined where it is none of these
 */
export async function openPushed(
  db: Db,
  id: string,
  clientId: string,
  secret: string,
  now: Date,
  lifetimeSeconds: number,
): Promise<SsoRequestTicket | undefined> {
  const expiresAt = epochSeconds(now) + lifetimeSeconds;
  const written = await db.update<SsoRequestTicket>({
    table: 'Tickets',
    key: { ticketKey: ticketKeyOf(id) },
    update: {
      set: { expiresAt, ttl: ttlAfter(expiresAt) },
      add: { browsers: new Set([browserHash(secret)]) },
    },
    condition: all(
      equals('state', 'open'),
      above('pushedUntil', epochSeconds(now)),
      equals('request.clientId', clientId),
      absentOr('browsers', sizeBelow('browsers', browsersAtMost)),
    ),
  });
  return written.ok ? written.item : undefined;
}

/**
 * The request for one of the browsers that opened it; to any other there is none.
 * @throws Problem NOT_FOUND, STATE_CONFLICT (decided), EXPIRED
 */
export async function requestFor(
  db: Db,
  id: string,
  cookie: (name: string) => string | undefined,
  now: Date,
): Promise<SsoRequestTicket> {
  const secret = cookie(browserCookie(id)) ?? '';
  const ticket = await db.get<SsoRequestTicket>('Tickets', { ticketKey: ticketKeyOf(id) });
  if (ticket?.kind === 'sso' && !ticket.browsers?.has(browserHash(secret))) throw new Problem('NOT_FOUND');
  const problem = ticketProblem(ticket, 'sso', now);
  if (problem) throw problem;
  return ticket as SsoRequestTicket;
}

/**
 * The request that a browser has opened, for who knows its handle without being that browser: an app whose web view it is.
 * @throws Problem NOT_FOUND, STATE_CONFLICT (decided), EXPIRED
 */
export async function openedRequest(db: Db, id: string, now: Date): Promise<SsoRequestTicket> {
  const ticket = await db.get<SsoRequestTicket>('Tickets', { ticketKey: ticketKeyOf(id) });
  const problem = ticketProblem(ticket?.browsers ? ticket : undefined, 'sso', now);
  if (problem) throw problem;
  return ticket as SsoRequestTicket;
}

/** The request is decided, once. Whose browser decides, `requestFor` has judged: browsers come to it and never go. */
export const decidedUpdate = (ticket: SsoRequestTicket, now: Date): Write =>
  ticketUpdate(ticket, now, { set: { state: 'spent' } });
