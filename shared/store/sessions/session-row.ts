import type { Identity } from '#contract/schemas.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { Channel } from '#domain/names.ts';
import type { Amr } from '#domain/sso/authentication.ts';
import type { AccessBasis } from './access-basis.ts';

/** Why a session is over (SES-2, docs/api.md). */
export type EndReason =
  | 'logged-out'
  | 'replaced'
  | 'idle'
  | 'expired'
  | 'reuse'
  | 'credential-change'
  | 'deregistered'
  | 'suspended'
  | 'by-order';

export interface Ended {
  readonly reason: EndReason;
  /** Epoch seconds. */
  readonly at: number;
  /** What replaced it: browser and channel of the newer session (SES-3). */
  readonly by?: string;
}

/** What a session acts as: the person, or a company in a role that was just checked. */
export type ActsAs =
  | { readonly identity: Extract<Identity, { kind: 'natural' }>; readonly company?: undefined }
  | { readonly identity: Exclude<Identity, { kind: 'natural' }>; readonly company: AccessBasis };

export const asPerson: ActsAs = { identity: { kind: 'natural' } };

/** A session: identity and the hash of its newest refresh token. Times are epoch seconds. */
export interface Session {
  readonly sessionId: string;
  readonly personKey: string;
  readonly channel: Channel;
  readonly identity: Identity;
  /** The access basis of a company identity (REL-8). Never shown; natural sessions have none. */
  readonly company?: AccessBasis;
  /** Grows with every switch or loss of identity: an access token of an older version is refused (SES-2). */
  readonly identityVersion: number;
  readonly sealedName: Sealed;
  readonly realNameLevel: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** Epoch seconds of the last second factor in this session (SES-5); 0 if there was none that counts. */
  readonly factorAt: number;
  /** ISO time of the last face check that was a factor of this session (PHN-4). */
  readonly faceAt?: string;
  /** QR-1: the channel that confirmed the QR code that opened the session; that was no factor (SES-5). */
  readonly qr?: Channel;
  /** LGN-11: opened with the initial password; the session may only change it. */
  readonly passwordDue?: true;
  /**
   * SSO-6: the factors with which the session was opened, for tax systems. Sessions from before this was stored have
   * none.
   */
  readonly methods?: readonly Amr[];
  readonly browser: string;
  readonly address: string;
  readonly refreshHash: string;
  /** When the last refresh tokens were replaced, the newest first; 0 for none yet (SES-2). */
  readonly turnedAt: readonly number[];
  readonly ended?: Ended;
}
