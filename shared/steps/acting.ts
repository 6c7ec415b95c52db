import type { Identity } from '#contract/schemas.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { AuditEvent } from '#store/audit.ts';
import { findRelation } from '#store/relations.ts';
import {
  type ActsAs,
  asItStands,
  asPerson,
  identityWrite,
  type Session,
  type Standing,
} from '#store/sessions.ts';
import { decidedAnew, type Person } from '#store/users.ts';
import { audited } from './facts.ts';

/** LGN-10: the roles chosen last, with this one in its company. */
export const rolesAfter = (
  person: Pick<Person, 'lastRoles'>,
  { company }: ActsAs,
): Readonly<Record<string, Role>> | undefined =>
  company ? { ...person.lastRoles, [company.companyKey]: company.role } : person.lastRoles;

/** An identity as the audit tells it (AUD-1). */
export function identityFacts(identity: Identity): NonNullable<AuditEvent['detail']> {
  switch (identity.kind) {
    case 'natural':
      return { identity: 'natural' };
    case 'agency':
      return {
        identity: 'agency',
        agencyId: identity.agencyId,
        ...(identity.client ? { taxpayerId: identity.client.taxpayerId } : {}),
      };
    default:
      return {
        identity: identity.kind,
        taxpayerId: identity.taxpayerId,
        taxpayerName: identity.taxpayerName,
        role: identity.role,
      };
  }
}

/**
 * A session as its relation allows it today, to be signed into a new access token: no token tells of a company that is
 * lost. Where it is, the session goes on as the natural person, and the tokens before die (SES-2, REL-7).
 */
export function keptIdentity(
  h: Pick<House, 'db' | 'settings'>,
  call: AnyCall,
  read: Session,
): Promise<Pick<Standing, 'session' | 'lost'>> {
  let known: Session | undefined = read;
  return decidedAnew(async () => {
    const session = known ?? (await h.db.get<Session>('Sessions', { sessionId: read.sessionId }));
    known = undefined;
    if (!session) throw new Problem('SESSION_ENDED');
    const { company, identity } = session;
    if (identity.kind === 'natural') return { session, lost: false };
    const relation =
      company && (await findRelation(h.db, session.personKey, company.companyKey, company.role));
    const standing = asItStands(session, relation, call.now);
    if (!standing.lost) return standing;
    await h.db.transact([
      identityWrite(session, asPerson, call.now, h.settings.policies),
      audited(h, call, session.personKey, 'identity-lost', 'success', identityFacts(identity)),
    ]);
    return { session: { ...standing.session, version: session.version + 1 }, lost: true };
  });
}
