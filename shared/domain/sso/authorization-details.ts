import { type Permission, permissions } from '../companies/relations.ts';
import type { CompanySubject } from '../companies/taxpayers.ts';
import { findMatter, type Matter, nonceForm } from '../factors/matters.ts';
import { type Role, roles } from '../names.ts';
import { isWhole } from '../text.ts';
import { accepts, type IdentityKind, identityKinds, type RelyingParty } from './relying-parties.ts';

/**
 * What a request demands in `authorization_details` of type `taxpayer` (RFC 9396). The details can narrow what the
 * client gets and never widen it; a member that is left out means all.
 */
export interface TaxpayerAsked {
  readonly kinds?: readonly IdentityKind[];
  readonly roles?: readonly Role[];
  readonly actions?: readonly Permission[];
  /**
   * The company that the request means: its `ref` at this client, or its number if the client may know it. Stored as a
   * handle that stands for the value.
   */
  readonly taxpayer?: string;
}

/**
 * What a request demands in `authorization_details` of type `matter` (SSO-9): a face check for this matter of risk
 * before the hand-over, as in a step-up (STP).
 */
export interface MatterAsked {
  /** The code of a matter that the stage has. */
  readonly matter: string;
  /** Returned with the answer, so that the client can match the answer to its request. */
  readonly nonce?: string;
}

/** What `authorization_details` may hold: one entry of each type at most. */
export interface DetailsAsked {
  readonly taxpayer?: TaxpayerAsked;
  readonly matter?: MatterAsked;
}

const longestTaxpayer = 64;
type DetailObject = Readonly<Record<string, unknown>>;
const isDetailObject = (value: unknown): value is DetailObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (entry: DetailObject, members: readonly string[]): boolean =>
  Object.keys(entry).every((name) => name === 'type' || members.includes(name));

/**
 * Reads `authorization_details`. Each type must be known and stand there once, with known members and known values
 * only.
 */
export function readDetailsAsked(
  text: string | undefined,
  matters: readonly Pick<Matter, 'code'>[],
): DetailsAsked | 'wrong' {
  if (text === undefined) return {};
  const entries = listIn(text);
  if (!entries || entries.length === 0 || !entries.every(isDetailObject)) return 'wrong';
  const types = entries.map(({ type }) => type);
  if (new Set(types).size !== types.length) return 'wrong';
  const asked: { taxpayer?: TaxpayerAsked; matter?: MatterAsked } = {};
  for (const entry of entries) {
    if (entry.type === 'taxpayer') {
      const taxpayer = readTaxpayer(entry);
      if (taxpayer === 'wrong') return 'wrong';
      asked.taxpayer = taxpayer;
    } else if (entry.type === 'matter') {
      const matter = readMatter(entry, matters);
      if (matter === 'wrong') return 'wrong';
      asked.matter = matter;
    } else return 'wrong';
  }
  return asked;
}

function readTaxpayer(entry: DetailObject): TaxpayerAsked | 'wrong' {
  if (!hasOnly(entry, ['kinds', 'roles', 'actions', 'taxpayer'])) return 'wrong';
  const { taxpayer } = entry;
  const kinds = picked(entry.kinds, identityKinds);
  const ofRoles = picked(entry.roles, roles);
  const actions = picked(entry.actions, permissions);
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

/** The nonce has the same form as in a step-up (STP-2). */
function readMatter(entry: DetailObject, matters: readonly Pick<Matter, 'code'>[]): MatterAsked | 'wrong' {
  const { nonce } = entry;
  const known = findMatter(matters, entry.matter);
  if (!known || !hasOnly(entry, ['matter', 'nonce'])) return 'wrong';
  if (nonce === undefined) return { matter: known.code };
  return typeof nonce === 'string' && nonceForm.test(nonce) ? { matter: known.code, nonce } : 'wrong';
}

function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A list of known values, each taken once. An empty list demands nothing and is a mistake. */
function picked<T extends string>(value: unknown, known: readonly T[]): T[] | undefined | 'wrong' {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) return 'wrong';
  const words = known.filter((word) => value.includes(word));
  return words.length === new Set(value).size ? words : 'wrong';
}

/** An identity together with what its access basis grants today. */
export interface Acting {
  readonly kind: IdentityKind;
  /** The role, for an identity that acts for a company. */
  readonly role?: Role | undefined;
  readonly subject?: CompanySubject | undefined;
  readonly permissions: readonly Permission[];
  /** The names by which a request may mean the company. */
  readonly taxpayer: readonly string[];
}

/**
 * SSO-6: what is granted, namely request ∩ client ∩ what the access basis grants today. Undefined if the client does
 * not accept the identity or the request means another one. A request for actions of which the identity has none also
 * means another identity. Natural persons act for themselves and need no permission.
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
