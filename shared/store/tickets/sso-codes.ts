import { epochSeconds } from '#domain/epoch.ts';
import type { AuthorizationRequest } from '#domain/sso/authorization-requests.ts';
import { absent } from '../dynamodb/expressions.ts';
import type { Db, Put, Write } from '../dynamodb/tables.ts';
import type { RpSession } from '../sessions/rp-sessions.ts';
import { ofRequest, type SsoCodeTicket } from './sso-tickets.ts';
import { ttlAfter } from './ticket-times.ts';
import { ticketKeyOf, ticketUpdate } from './tickets.ts';

/** The context that seals the details of a code: its own row. */
export const sealedDetailsContext = (ticketKey: string): string => `sso-code:${ticketKey}`;

/** What was decided and is stored with a code; of the request only the parts that matter afterwards. */
export type Decided = Omit<
  SsoCodeTicket,
  'ticketKey' | 'expiresAt' | 'state' | 'kind' | 'spent' | 'request'
> & { readonly request: AuthorizationRequest };

/** The code of a decided request; the table stores only its hash. */
export function codePut(
  code: string,
  { request, ...decided }: Decided,
  now: Date,
  lifetimeSeconds: number,
): Put {
  const expiresAt = epochSeconds(now) + lifetimeSeconds;
  return {
    table: 'Tickets',
    put: {
      ...decided,
      request: Object.fromEntries(ofRequest.map((name) => [name, request[name]])),
      kind: 'sso-code',
      ticketKey: ticketKeyOf(code),
      state: 'open',
      expiresAt,
      ttl: ttlAfter(expiresAt),
    },
    condition: absent('ticketKey'),
  };
}

/** A code, and the hand-over of its session to its client that was there before, in one read. */
export async function findCodeAndHandOver(
  db: Db,
  code: string,
  { sessionId, clientId }: Pick<RpSession, 'sessionId' | 'clientId'>,
): Promise<{ ticket: SsoCodeTicket | undefined; before: RpSession | undefined }> {
  const [found, before] = await db.batchGet([
    { table: 'Tickets', key: { ticketKey: ticketKeyOf(code) } },
    { table: 'RpSessions', key: { sessionId, clientId } },
  ]);
  const ticket = found as SsoCodeTicket | undefined;
  return {
    ticket: ticket?.kind === 'sso-code' ? ticket : undefined,
    before: before as RpSession | undefined,
  };
}

/**
 * The code is exchanged, once.
 * @param sid the name of the hand-over that it gave, in case the code comes again
 * @param onRefused the error if the code was spent or has expired meanwhile
 */
export const authorizationCodeSpentUpdate = (
  ticket: SsoCodeTicket,
  sid: string,
  now: Date,
  onRefused: () => Error,
): Write => ({
  ...ticketUpdate(ticket, now, { set: { state: 'spent', spent: { at: epochSeconds(now), sid } } }),
  onRefused,
});
