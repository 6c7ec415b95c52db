import { type Role, roles } from './names.ts';
import { type Permission, permissions } from './relations.ts';
import { accepts, type IdentityKind, identityKinds, type RelyingParty } from './relying-parties.ts';
import type { CompanySubject } from './taxpayers.ts';
import { isWhole } from './text.ts';

/**
 * What a request asks for in `authorization_details` of type `taxpayer` (RFC 9396). It narrows what the client may have
 * and never widens it; left out, all that is meant.
 */
export interface TaxpayerAsked {
  readonly kinds?: readonly IdentityKind[];
  readonly roles?: readonly Role[];
  readonly actions?: readonly Permission[];
  /** The company that is meant: its `ref` at this client, or its number where the client is told it. Kept as what stands for it. */
  readonly taxpayer?: string;
}

const members = ['type', 'kinds', 'roles', 'actions', 'taxpayer'];
const longestTaxpayer = 64;

/** Reads `authorization_details`: at most one entry, of type `taxpayer`, with known members and known words alone. */
export function readTaxpayerAsked(text: string | undefined): TaxpayerAsked | undefined | 'wrong' {
  if (text === undefined) return undefined;
  const list = listIn(text);
  if (list?.length !== 1) return 'wrong';
  const [entry] = list;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'wrong';
  const { type, taxpayer, ...given } = entry as Record<string, unknown>;
  if (type !== 'taxpayer' || Object.keys(entry).some((name) => !members.includes(name))) return 'wrong';
  const kinds = picked(given.kinds, identityKinds);
  const ofRoles = picked(given.roles, roles);
  const actions = picked(given.actions, permissions);
  if (kinds === 'wrong' || ofRoles === 'wrong' || actions === 'wrong') return 'wrong';
  if (
    taxpayer !== undefined &&
    (typeof taxpayer !== 'string' ||
      taxpayer === '' ||
      taxpayer.length > longestTaxpayer ||
      !isWhole(taxpayer))
  )
    return 'wrong';
  return {
    ...(kinds ? { kinds } : {}),
    ...(ofRoles ? { roles: ofRoles } : {}),
    ...(actions ? { actions } : {}),
    ...(taxpayer === undefined ? {} : { taxpayer }),
  };
}

function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A list of known words, each once; an empty one asks for nothing and is a mistake. */
function picked<T extends string>(value: unknown, known: readonly T[]): T[] | undefined | 'wrong' {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) return 'wrong';
  const words = known.filter((word) => value.includes(word));
  return words.length === new Set(value).size ? words : 'wrong';
}

/** An identity with what its grounds give today. */
export interface Acting {
  readonly kind: IdentityKind;
  /** Of whoever acts for a company. */
  readonly role?: Role | undefined;
  readonly subject?: CompanySubject | undefined;
  readonly permissions: readonly Permission[];
  /** The names by which a request may mean the company. */
  readonly taxpayer: readonly string[];
}

/**
 * SSO-6: what is granted, request ∩ client ∩ grounds. Undefined where the client does not accept the identity or the
 * request means another one; a request for actions of which none is held means somebody else, too. Natural persons act
 * for themselves, where there is nothing to permit.
 */
export function grantedActions(
  client: Pick<RelyingParty, 'accepts'>,
  asked: TaxpayerAsked | undefined,
  acting: Acting,
): readonly Permission[] | undefined {
  const { kind, role, subject } = acting;
  const identity = { kind, ...(role ? { role } : {}), ...(subject ? { subject } : {}) };
  if (!accepts(client, identity)) return undefined;
  if (asked?.kinds && !asked.kinds.includes(kind)) return undefined;
  if (kind === 'natural') return asked?.taxpayer === undefined ? [] : undefined;
  if (asked?.roles && !(role && asked.roles.includes(role))) return undefined;
  if (asked?.taxpayer !== undefined && !acting.taxpayer.includes(asked.taxpayer)) return undefined;
  const wanted = asked?.actions;
  if (!wanted) return acting.permissions;
  const granted = acting.permissions.filter((permission) => wanted.includes(permission));
  return granted.length > 0 ? granted : undefined;
}
