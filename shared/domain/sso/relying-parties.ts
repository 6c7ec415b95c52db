import type { CompanySubject } from '../companies/taxpayers.ts';
import type { Role } from '../names.ts';

/** What a session may act as: the values of `identity.kind` in the API. */
export const identityKinds = ['natural', 'enterprise', 'agency', 'special'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** SSO-3: a client's public key, given by value (RFC 7517). Only P-256, because assertions are signed with ES256. */
export interface ClientKey {
  readonly kid: string;
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** An address that accepts a client's access tokens (RFC 8707), and the permissions that may be requested for it. */
export interface Resource {
  readonly uri: string;
  readonly scopes: readonly string[];
}

/** Which identities may enter a tax system. */
export interface Accepted {
  readonly kinds: readonly IdentityKind[];
  /** For identities that act for a company: the roles that may enter; absent means any role. */
  readonly roles?: readonly Role[] | undefined;
  /** For the kind `special`: the special subjects that may enter; absent means any. */
  readonly subjects?: readonly CompanySubject[] | undefined;
}

/**
 * SSO-1: a tax system to which people are handed over. A tax system is a setting that is checked at synth; nobody can
 * register one by a call.
 */
export interface RelyingParty {
  readonly clientId: string;
  readonly name: { readonly zh: string; readonly en: string };
  /**
   * Code of an audience: all systems of one sector see the same `sub` of a person, which is also the `sub` of the
   * sector's proofs (STP-2).
   */
  readonly sector: string;
  /** Compared as whole strings (RFC 9700, 4.1.3). */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string;
  /** The address that the portal's tile opens; the system then begins the request itself (OpenID Connect Core, 4). */
  readonly initiateLoginUri?: string | undefined;
  /** One key, or two while the client changes its key. */
  readonly keys: readonly ClientKey[];
  /** A request that names no resource means the first. */
  readonly resources: readonly Resource[];
  readonly accepts: Accepted;
  /** LVL: the lowest real-name level with which a person may enter. */
  readonly minLevel: number;
  /** Whether userinfo may name the person's document. */
  readonly document: boolean;
  /** Whether the system may know a company's number that contains a person's number (DOC-4). */
  readonly number: boolean;
  /** Whether a person whose identity the system accepts is handed over without a question. */
  readonly silent: boolean;
  readonly refresh: boolean;
  /** RFC 9449, 5.2: whether all its tokens must be bound to a key; for other clients binding is optional. */
  readonly dpop: boolean;
  /** RFC 9126, 6: whether all its requests must be pushed; for other clients pushing is optional. */
  readonly pushed: boolean;
  /** Codes of the matters of risk that its requests may name (SSO-9); each matter sends people to a face check. */
  readonly matters: readonly string[];
  /** Resources whose access tokens this client may introspect (RFC 7662). */
  readonly introspects: readonly string[];
}

/** The client with this id; undefined if the stage has none, or none any more. */
export const findClient = (
  clients: readonly RelyingParty[],
  clientId: string | undefined,
): RelyingParty | undefined => clients.find((client) => client.clientId === clientId);

/** Why a hand-over has ended, beside the reasons for which its session ends. */
export const rpEndReasons = [
  /** The session switched to another identity. */
  'switched',
  /** The relation, agreement, form, report or company no longer gives access. */
  'access-lost',
  /** The person left this one system. */
  'left',
  'rp-logout',
  'revoked',
  'replay',
] as const;
export type RpEndReason = (typeof rpEndReasons)[number];

/** Whether a client accepts this identity (SSO-4). */
export function accepts(
  { accepts: accepted }: Pick<RelyingParty, 'accepts'>,
  identity: { readonly kind: IdentityKind; readonly role?: Role; readonly subject?: CompanySubject },
): boolean {
  const { kinds, roles, subjects } = accepted;
  if (!kinds.includes(identity.kind)) return false;
  if (identity.kind === 'natural') return true;
  // A person who acts for an agency, or through it for a client, is its tax agent.
  const role = identity.kind === 'agency' ? 'tax-agent' : identity.role;
  if (roles && !(role && roles.includes(role))) return false;
  return (
    identity.kind !== 'special' || !subjects || (!!identity.subject && subjects.includes(identity.subject))
  );
}
