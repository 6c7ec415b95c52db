import { createHash } from 'node:crypto';
import type { Sealed } from '#crypto/sealed.ts';
import type { Acr, Amr } from '#domain/authentication.ts';
import type { AuthorizationRequest } from '#domain/authorization-requests.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { IdentityKind } from '#domain/relying-parties.ts';
import type { Db, Put, Write } from './dynamodb/tables.ts';
import type { SeenGrounds } from './seen-grounds.ts';
import type { TicketBase } from './tickets/ticket-kinds.ts';
import { openTicketPut, ticketKeyOf, ticketProblem, ticketUpdate } from './tickets/tickets.ts';

type Without =
  | 'personKey'
  | 'code'
  | 'codeTries'
  | 'window'
  | 'sends'
  | 'numbers'
  | 'wrongCodes'
  | 'face'
  | 'faceFailures';

/** A request of a relying party that waits for its decision (SSO-2, SSO-4). */
export interface SsoRequestTicket extends Omit<TicketBase, Without> {
  readonly kind: 'sso';
  readonly request: AuthorizationRequest;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Came by PAR: opened by a browser until then (epoch seconds), and not later. */
  readonly pushedUntil?: number;
  /** Hashes of the secrets of the browsers that opened it; only they decide it. */
  readonly browsers?: ReadonlySet<string>;
}

/** What a code is exchanged for (SSO-5, SSO-6): everything that was decided, so that the exchange reads it alone. */
export interface SsoCodeTicket extends Omit<TicketBase, Without> {
  readonly kind: 'sso-code';
  readonly personKey: string;
  readonly request: Pick<
    AuthorizationRequest,
    'clientId' | 'redirectUri' | 'nonce' | 'challenge' | 'scope' | 'resource'
  >;
  readonly sessionId: string;
  /** The session's identity version and end. */
  readonly version: number;
  readonly sessionEnds: number;
  /** What a company identity stood on; held true once more when the code is exchanged. */
  readonly grounds?: SeenGrounds;
  readonly told: ToldFacts;
  /** The granted details (RFC 9396), sealed: they may hold a number that is a person's. */
  readonly sealedDetails: Sealed;
  readonly sealedName: Sealed;
  /** Epoch seconds, and by which hand-over's name. */
  readonly spent?: { readonly at: number; readonly sid: string };
}
/** What tokens tell of the person and of how they were authenticated. */
export interface ToldFacts {
  readonly sub: string;
  /** Epoch seconds. */
  readonly authTime: number;
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  readonly realNameLevel: number;
  readonly identity: { readonly kind: IdentityKind; readonly role?: Role };
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
/** One request, opened from so many browsers or tabs at most. */
const browsersAtMost = 10;

/** What the table knows of a browser's secret, which has 192 random bits. */
export const browserHash = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');

/** The cookie that holds it: one a request, so that several systems may ask at once. */
export const browserCookie = (id: string): string => `__Host-sso-${id.slice(0, 8)}`;

/** Opens a request for the browser that brought it. */
export const openRequestWrite = (
  request: AuthorizationRequest,
  secret: string,
  now: Date,
  lifetimeSeconds: number,
) =>
  openTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: seconds(now), browsers: new Set([browserHash(secret)]) },
    now,
    lifetimeSeconds,
  );

/** Keeps a pushed request until a browser opens it (RFC 9126). */
export const pushRequestWrite = (request: AuthorizationRequest, now: Date, lifetimeSeconds: number) =>
  openTicketPut<SsoRequestTicket>(
    { kind: 'sso', request, createdAt: seconds(now), pushedUntil: seconds(now) + lifetimeSeconds },
    now,
    lifetimeSeconds,
  );

/**
 * A browser opens a pushed request, in one write: of this client, not decided yet, in time. It may do so again, and so
 * may another tab, until the request is decided.
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
  const expiresAt = seconds(now) + lifetimeSeconds;
  const written = await db.update<SsoRequestTicket>({
    table: 'Tickets',
    key: { ticketKey: ticketKeyOf(id) },
    update: 'SET expiresAt = :end, #ttl = :ttl ADD browsers :browser',
    condition:
      'kind = :kind AND #state = :open AND pushedUntil > :now AND #request.clientId = :client AND ' +
      '(attribute_not_exists(browsers) OR size(browsers) < :most)',
    names: { '#state': 'state', '#ttl': 'ttl', '#request': 'request' },
    values: {
      ':kind': 'sso',
      ':open': 'open',
      ':now': seconds(now),
      ':client': clientId,
      ':browser': new Set([browserHash(secret)]),
      ':most': browsersAtMost,
      ':end': expiresAt,
      ':ttl': expiresAt + 86_400,
    },
  });
  return written.ok ? written.item : undefined;
}

/**
 * The request for one of the browsers that opened it; to any other there is none.
 * @throws Problem NOT_FOUND, STATE_CONFLICT (decided), EXPIRED
 */
export async function requestFor(db: Db, id: string, secret: string, now: Date): Promise<SsoRequestTicket> {
  const ticket = await db.get<SsoRequestTicket>('Tickets', { ticketKey: ticketKeyOf(id) });
  if (ticket?.kind === 'sso' && !ticket.browsers?.has(browserHash(secret))) throw new Problem('NOT_FOUND');
  const problem = ticketProblem(ticket, 'sso', now);
  if (problem) throw problem;
  return ticket as SsoRequestTicket;
}

/** The request is decided, once, by a browser that opened it. */
export const decidedWrite = (ticket: SsoRequestTicket, secret: string, now: Date): Write =>
  ticketUpdate(ticket, now, {
    update: 'SET #state = :spent',
    condition: 'contains(browsers, :browser)',
    values: { ':spent': 'spent', ':browser': browserHash(secret) },
  });

/** What seals the details of a code: its own row. */
export const sealedDetailsContext = (ticketKey: string): string => `sso-code:${ticketKey}`;

/** The code of a decided request: 256 bits, known to the table by its hash (SSO-5). */
export function codeWrite(
  code: string,
  { request, ...facts }: Omit<SsoCodeTicket, 'ticketKey' | 'expiresAt' | 'state' | 'kind' | 'spent'>,
  now: Date,
  lifetimeSeconds: number,
): Put {
  const expiresAt = seconds(now) + lifetimeSeconds;
  const { clientId, redirectUri, nonce, challenge, scope, resource } = request;
  return {
    table: 'Tickets',
    put: {
      ...facts,
      request: { clientId, redirectUri, nonce, challenge, scope, resource },
      kind: 'sso-code',
      ticketKey: ticketKeyOf(code),
      state: 'open',
      expiresAt,
      // Kept a day, so that a replay is known for one.
      ttl: expiresAt + 86_400,
    },
    condition: 'attribute_not_exists(ticketKey)',
  };
}

export async function findCode(db: Db, code: string): Promise<SsoCodeTicket | undefined> {
  const ticket = await db.get<SsoCodeTicket>('Tickets', { ticketKey: ticketKeyOf(code) });
  return ticket?.kind === 'sso-code' ? ticket : undefined;
}

/**
 * The code is exchanged, once.
 * @param sid of the hand-over that it gave, for a replay
 */
export const codeSpentWrite = (
  ticket: SsoCodeTicket,
  sid: string,
  now: Date,
  onRefused: () => Error,
): Write => ({
  ...ticketUpdate(ticket, now, {
    update: 'SET #state = :spent, spent = :by',
    values: { ':spent': 'spent', ':by': { at: seconds(now), sid } },
  }),
  onRefused,
});
