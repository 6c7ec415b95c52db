import { createHash } from 'node:crypto';
import { epochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import type { AuthorizationRequest } from '#domain/sso/authorization-requests.ts';
import { above, absentOr, all, equals, sizeBelow } from '../dynamodb/expressions.ts';
import type { Db, Put, Write } from '../dynamodb/tables.ts';
import type { Session } from '../sessions/session-row.ts';
import type { SsoRequestTicket } from './sso-tickets.ts';
import { ttlAfter } from './ticket-times.ts';
import { newTicketPut, ticketKeyOf, ticketProblem, ticketUpdate } from './tickets.ts';

/** The most browsers or tabs in which one request can be opened. */
const browsersAtMost = 10;

/** What the table stores of a browser's secret, which has 192 random bits. */
const browserHash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The cookie with the secret: one per request, so that several systems may ask at the same time. */
export const browserCookie = (id: string): `__Host-sso-${string}` => `__Host-sso-${id.slice(0, 8)}`;

/** Opens a request for the browser that brought it. */
export const openRequestPut = (
  request: AuthorizationRequest,
  secret: string,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  newTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: epochSeconds(now), browsers: new Set([browserHash(secret)]) },
    now,
    lifetimeSeconds,
  );

/** Stores a pushed request until a browser opens it (RFC 9126). */
export const pushedRequestPut = (
  request: AuthorizationRequest,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  newTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: epochSeconds(now), pushedUntil: epochSeconds(now) + lifetimeSeconds },
    now,
    lifetimeSeconds,
  );

/**
 * A browser opens a pushed request, in one write: the request must be this client's, not decided, and in time. The same
 * browser or another tab may open it again until it is decided.
 * @returns the request, or undefined if one of these is not true
 */
export async function openPushedRequest(
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

/** A browser's cookies, by name. */
type Cookies = (name: string) => string | undefined;

/**
 * The request, for one of the browsers that opened it; for any other browser it does not exist.
 * @throws Problem NOT_FOUND, STATE_CONFLICT (decided), EXPIRED
 */
export const requestOfBrowser = async (
  db: Db,
  id: string,
  cookie: Cookies,
  now: Date,
): Promise<SsoRequestTicket> =>
  requireRequest(await db.get<SsoRequestTicket>('Tickets', { ticketKey: ticketKeyOf(id) }), id, cookie, now);

/** A session and the request that is decided in it, in one read; neither is judged yet. */
export async function findSessionAndRequest(
  db: Db,
  sessionId: string,
  id: string,
): Promise<{ session: Session | undefined; request: SsoRequestTicket | undefined }> {
  const [session, request] = await db.batchGet([
    { table: 'Sessions', key: { sessionId } },
    { table: 'Tickets', key: { ticketKey: ticketKeyOf(id) } },
  ]);
  return { session: session as Session | undefined, request: request as SsoRequestTicket | undefined };
}

/** `requestOfBrowser` for a request that was read already. */
export function requireRequest(
  ticket: SsoRequestTicket | undefined,
  id: string,
  cookie: Cookies,
  now: Date,
): SsoRequestTicket {
  const secret = cookie(browserCookie(id)) ?? '';
  if (ticket?.kind === 'sso' && !ticket.browsers?.has(browserHash(secret))) throw new Problem('NOT_FOUND');
  const problem = ticketProblem(ticket, 'sso', now);
  if (problem) throw problem;
  return ticket as SsoRequestTicket;
}

/**
 * A request that a browser has opened, for a caller that knows its handle without being that browser: the app in whose
 * web view it is.
 * @throws Problem NOT_FOUND, STATE_CONFLICT (decided), EXPIRED
 */
export async function findOpenedRequest(db: Db, id: string, now: Date): Promise<SsoRequestTicket> {
  const ticket = await db.get<SsoRequestTicket>('Tickets', { ticketKey: ticketKeyOf(id) });
  const problem = ticketProblem(ticket?.browsers ? ticket : undefined, 'sso', now);
  if (problem) throw problem;
  return ticket as SsoRequestTicket;
}

/**
 * The request is decided, once. `requestOfBrowser` has already checked the browser: browsers are added to a request and
 * never removed.
 */
export const requestDecidedUpdate = (ticket: SsoRequestTicket, now: Date): Write =>
  ticketUpdate(ticket, now, { set: { state: 'spent' } });
