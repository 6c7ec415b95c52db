import type { Identity } from '#contract/schemas.ts';
import type { CompanyEntry } from '#domain/entries.ts';
import type { Permission } from '#domain/relations.ts';
import { agencyHeld, type Evidence, type Held, heldOn } from './grounds.ts';
import { type ActsAs, asPerson, type Session } from './sessions.ts';

/** A session and what it may do now. */
export interface Standing {
  readonly session: Session;
  /** The company of the session is lost: `session` is what is left. */
  readonly lost: boolean;
  /** In the company of the session (REL-8). */
  readonly permissions: readonly Permission[];
  /** That company's present term (ENT-4). */
  readonly term?: number | undefined;
}

/**
 * A session as its grounds allow it today: permissions and names are theirs. Without them the company is lost (REL-7,
 * REL-8) and the person is left, or, of an agency's client, the agency (AGY-4).
 */
export function asItStands(session: Session, evidence: Evidence | undefined, now: Date): Standing {
  const { identity, company } = session;
  if (identity.kind === 'natural') return { session, lost: false, permissions: [] };
  const held = company && evidence && heldOn(company, entryOf(identity), evidence, now);
  if (held)
    return {
      session: { ...session, identity: refreshed(identity, held, evidence) },
      lost: false,
      permissions: held.permissions,
      term: evidence.company?.term,
    };
  return { session: become(session, leftOf(session, evidence)), lost: true, permissions: [] };
}

/** The entry at which an identity stands (LGN-1); by switching, companies are reached as at `enterprise` (SWI-2). */
const entryOf = (identity: Exclude<Identity, { kind: 'natural' }>): CompanyEntry =>
  identity.kind === 'special' ? identity.subject : identity.kind;

/** The same session as somebody else. */
export function become({ company: _, ...session }: Session, { identity, company }: ActsAs): Session {
  return { ...session, identity, ...(company ? { company } : {}) };
}

function leftOf({ identity, company }: Session, evidence: Evidence | undefined): ActsAs {
  const agency = evidence && agencyHeld(evidence);
  if (identity.kind !== 'agency' || company?.by !== 'agreement' || !agency) return asPerson;
  return {
    identity: { kind: 'agency', agencyId: identity.agencyId, agencyName: agency.name },
    company: { by: 'staff-form', companyKey: company.agencyKey, role: company.role },
  };
}

function refreshed(identity: Identity, { name, permissions }: Held, evidence: Evidence): Identity {
  switch (identity.kind) {
    case 'enterprise':
      return { ...identity, taxpayerName: name, permissions: [...permissions] };
    case 'special':
      return { ...identity, taxpayerName: name };
    case 'agency':
      return {
        ...identity,
        agencyName: evidence.agency?.company?.name ?? identity.agencyName,
        ...(identity.client ? { client: { ...identity.client, taxpayerName: name } } : {}),
      };
    default:
      return identity;
  }
}
