import type { Identity } from '#contract/schemas.ts';
import type { CompanyEntry } from '#domain/companies/entries.ts';
import type { Permission } from '#domain/companies/relations.ts';
import {
  type AccessRecords,
  type CompanyAccess,
  evaluateAccess,
  evaluateAgencyAccess,
} from './access-basis.ts';
import { type ActsAs, asPerson, type Session } from './session-row.ts';

/** A session and what it may do now. */
export interface EffectiveSession {
  readonly session: Session;
  /** True if the company of the session is lost; `session` is then what is left. */
  readonly lost: boolean;
  /** In the company of the session (REL-8). */
  readonly permissions: readonly Permission[];
  /** That company's present term (ENT-4). */
  readonly term?: number | undefined;
}

/**
 * A session as its access basis allows it today; permissions and names come from the access basis. Without access the
 * company is lost (REL-7, REL-8): the person is left, or, for a client of an agency, the agency (AGY-4).
 */
export function effectiveSession(
  session: Session,
  records: AccessRecords | undefined,
  now: Date,
): EffectiveSession {
  const { identity, company } = session;
  if (identity.kind === 'natural') return { session, lost: false, permissions: [] };
  const access = company && records && evaluateAccess(company, entryOf(identity), records, now);
  if (access)
    return {
      session: { ...session, identity: refreshedIdentity(identity, access, records) },
      lost: false,
      permissions: access.permissions,
      term: records.company?.term,
    };
  return { session: withIdentity(session, fallbackIdentity(session, records)), lost: true, permissions: [] };
}

/** The entry to which an identity belongs (LGN-1); companies reached by a switch count as at `enterprise` (SWI-2). */
const entryOf = (identity: Exclude<Identity, { kind: 'natural' }>): CompanyEntry =>
  identity.kind === 'special' ? identity.subject : identity.kind;

/** The session with another identity. */
export function withIdentity({ company: _, ...session }: Session, { identity, company }: ActsAs): Session {
  return { ...session, identity, ...(company ? { company } : {}) };
}

function fallbackIdentity({ identity, company }: Session, records: AccessRecords | undefined): ActsAs {
  const agency = records && evaluateAgencyAccess(records);
  if (identity.kind !== 'agency' || company?.by !== 'agreement' || !agency) return asPerson;
  return {
    identity: { kind: 'agency', agencyId: identity.agencyId, agencyName: agency.name },
    company: { by: 'staff-form', companyKey: company.agencyKey, role: company.role },
  };
}

function refreshedIdentity(
  identity: Identity,
  { name, permissions }: CompanyAccess,
  records: AccessRecords,
): Identity {
  switch (identity.kind) {
    case 'enterprise':
      return { ...identity, taxpayerName: name, permissions: [...permissions] };
    case 'special':
      return { ...identity, taxpayerName: name };
    case 'agency':
      return {
        ...identity,
        agencyName: records.agency?.company?.name ?? identity.agencyName,
        ...(identity.client ? { client: { ...identity.client, taxpayerName: name } } : {}),
      };
    default:
      return identity;
  }
}
