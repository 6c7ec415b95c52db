import type { Role } from './names.ts';
import type { CompanySubject } from './taxpayers.ts';

/** What a session may act as; the words of `identity.kind` in the contract. */
export const identityKinds = ['natural', 'enterprise', 'agency', 'special'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** SSO-3: a public key of a client, by value (RFC 7517). P-256 alone: assertions are ES256. */
export interface ClientKey {
  readonly kid: string;
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** An address that a client's access tokens are good at (RFC 8707), and what may be asked for there. */
export interface Resource {
  readonly uri: string;
  readonly scopes: readonly string[];
}

/** Who may enter a tax system. */
export interface Accepted {
  readonly kinds: readonly IdentityKind[];
  /** Of whoever acts for a company; left out: any role. */
  readonly roles?: readonly Role[] | undefined;
  /** Of the kind `special`: which special subjects; left out: any. */
  readonly subjects?: readonly CompanySubject[] | undefined;
}

/** SSO-1: a tax system that people are handed over to. A setting, checked at synth; nobody registers by a call. */
export interface RelyingParty {
  readonly clientId: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** Code of an audience: systems of one sector see the same `sub` of a person, the one of its proofs (STP-2). */
  readonly sector: string;
  /** Compared as strings, whole (RFC 9700, 4.1.3). */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string;
  /** Where the portal's tile leads: the system begins the request itself (OpenID Connect Core, 4). */
  readonly initiateLoginUri?: string | undefined;
  /** One, or two while it changes its key. */
  readonly keys: readonly ClientKey[];
  /** The first is meant where a request names none. */
  readonly resources: readonly Resource[];
  readonly accepts: Accepted;
  /** LVL: the least real-name level of whoever enters. */
  readonly minLevel: number;
  /** Whether userinfo may name the person's document. */
  readonly document: boolean;
  /** Whether it may be told a company's number that holds a person's (DOC-4). */
  readonly number: boolean;
  /** Whether somebody who is logged in as what it accepts goes on without being asked. */
  readonly silent: boolean;
  readonly refresh: boolean;
  /** RFC 9449, 5.2: whether all its tokens must be bound to a key; the others' may. */
  readonly dpop: boolean;
  /** RFC 9126, 6: whether all its requests must be pushed; the others' may. */
  readonly pushed: boolean;
  /** Codes of the matters of risk that its requests may ask (SSO-9); whoever asks a matter sends people to a face check. */
  readonly matters: readonly string[];
  /** Resources whose access tokens it may ask about (RFC 7662). */
  readonly introspects: readonly string[];
}

/** Why a hand-over is over, beside the reasons for which its session ends. */
export const rpEndReasons = [
  /** The session acts as somebody else now. */
  'switched',
  /** Relation, agreement, form, report or company no longer carry it. */
  'grounds-lost',
  /** The person left this system alone. */
  'left',
  'rp-logout',
  'revoked',
  'replay',
] as const;
export type RpEndReason = (typeof rpEndReasons)[number];

/** Whether a client lets this identity in (SSO-4). */
export function accepts(
  { accepts: accepted }: Pick<RelyingParty, 'accepts'>,
  identity: { readonly kind: IdentityKind; readonly role?: Role; readonly subject?: CompanySubject },
): boolean {
  const { kinds, roles, subjects } = accepted;
  if (!kinds.includes(identity.kind)) return false;
  if (identity.kind === 'natural') return true;
  // Whoever acts for an agency, or by it for a client, is its tax agent.
  const role = identity.kind === 'agency' ? 'tax-agent' : identity.role;
  if (roles && !(role && roles.includes(role))) return false;
  return (
    identity.kind !== 'special' || !subjects || (!!identity.subject && subjects.includes(identity.subject))
  );
}
