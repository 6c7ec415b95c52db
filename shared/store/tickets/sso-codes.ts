import type { Sealed } from '#crypto/sealed.ts';
import type { Acr, Amr } from '#domain/authentication.ts';
import type { AuthorizationRequest } from '#domain/authorization-requests.ts';
import type { Role } from '#domain/names.ts';
import type { IdentityKind } from '#domain/relying-parties.ts';
import type { Db, Put, Write } from '../dynamodb/tables.ts';
import type { SeenGrounds } from '../sessions/seen-grounds.ts';
import type { PlainTicket } from './ticket-kinds.ts';
import { seconds, ttlAfter } from './ticket-times.ts';
import { ticketKeyOf, ticketUpdate } from './tickets.ts';

/**
 * Authorization codes (SSO-5): rows of Tickets, found by the hash of the code. The row holds everything that was decided,
 * so that the exchange needs one read of it and one transaction:
 *
 * - `codeSpentUpdate`: the code is open and in time, and now spent, by the `sid` that it gave;
 * - `versionAliveCheck({ sessionId, version })` (sessions.ts): the session lives and is still who it was;
 * - `seenChecks(personKey, grounds, day)` (seen-grounds.ts), for a company identity: what it stood on at the decision has
 *   not changed, which is exact without reading it again;
 * - `rpSessionPut` (rp-sessions.ts) with the client's assertion and the audit.
 *
 * Client, redirect_uri, verifier and time are compared with the row before that: a miss writes nothing. A spent row is kept
 * a day; `spent` tells a replay which hand-over it would end.
 */
export interface SsoCodeTicket extends PlainTicket {
  readonly kind: 'sso-code';
  readonly personKey: string;
  /** `taxpayer` narrows also what a refresh may give. */
  readonly request: Pick<AuthorizationRequest, (typeof ofRequest)[number]>;
  readonly sessionId: string;
  /** Of the session: its identity version after the decision, and its end (epoch seconds). */
  readonly version: number;
  readonly sessionEnds: number;
  /** What a company identity stood on; natural people have none. */
  readonly grounds?: SeenGrounds;
  readonly told: ToldFacts;
  /** The granted details (RFC 9396), sealed for `sealedDetailsContext`: they may hold a number that is a person's. */
  readonly sealedDetails: Sealed;
  /** As the session has it. */
  readonly sealedName: Sealed;
  /** Epoch seconds, and the `sid` of the hand-over that it gave. */
  readonly spent?: { readonly at: number; readonly sid: string };
}

/** What tokens tell of the person and of how they were authenticated. */
export interface ToldFacts {
  /** Pairwise, by the client's sector. */
  readonly sub: string;
  /** Epoch seconds: when the session began. */
  readonly authTime: number;
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  readonly realNameLevel: number;
  readonly identity: { readonly kind: IdentityKind; readonly role?: Role };
}

const ofRequest = [
  'clientId',
  'redirectUri',
  'nonce',
  'challenge',
  'scope',
  'resource',
  'taxpayer',
] as const satisfies readonly (keyof AuthorizationRequest)[];

/** What seals the details of a code: its own row. */
export const sealedDetailsContext = (ticketKey: string): string => `sso-code:${ticketKey}`;

/** What is decided and kept with a code; of the request the parts that matter afterwards. */
export type Decided = Omit<
  SsoCodeTicket,
  'ticketKey' | 'expiresAt' | 'state' | 'kind' | 'spent' | 'request'
> & { readonly request: AuthorizationRequest };

/** The code of a decided request: 256 bits, known to the table by its hash. */
export function codePut(
  code: string,
  { request, ...facts }: Decided,
  now: Date,
  lifetimeSeconds: number,
): Put {
  const expiresAt = seconds(now) + lifetimeSeconds;
  return {
    table: 'Tickets',
    put: {
      ...facts,
      request: Object.fromEntries(ofRequest.map((name) => [name, request[name]])),
      kind: 'sso-code',
      ticketKey: ticketKeyOf(code),
      state: 'open',
      expiresAt,
      ttl: ttlAfter(expiresAt),
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
 * @param onRefused spent or expired meanwhile
 */
export const codeSpentUpdate = (
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
