import type { Identity } from '#contract/schemas.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Person } from '#store/people/person-row.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { type EffectiveSession, effectiveSession } from '#store/sessions/effective-session.ts';
import { type ActsAs, asPerson, type Session } from '#store/sessions/session-row.ts';
import { identityUpdate } from '#store/sessions/sessions.ts';
import { auditPut } from '../audit.ts';

/** LGN-10: the roles chosen last, updated with this role for its company. */
export const lastRolesWith = (
  person: Pick<Person, 'lastRoles'>,
  { company }: ActsAs,
): Readonly<Record<string, Role>> | undefined =>
  company ? { ...person.lastRoles, [company.companyKey]: company.role } : person.lastRoles;

/** An identity as the audit records it (AUD-1). */
export function identityAuditDetail(identity: Identity): NonNullable<AuditEvent['detail']> {
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
        ...(identity.kind === 'special' && identity.reportNo !== undefined
          ? { reportNo: identity.reportNo }
          : {}),
      };
  }
}

/**
 * A session as its access basis allows it today, for a new access token: no token names a company that is lost. If the
 * company is lost, the session continues as what is left, and earlier tokens are refused (SES-2, REL-7, AGY-4).
 */
export function currentIdentity(
  ctx: Pick<FlowContext, 'db' | 'settings'>,
  call: AnyCall,
  read: Session,
): Promise<Pick<EffectiveSession, 'session' | 'lost'>> {
  const readSession = firstRead<Session | undefined>(read, () =>
    ctx.db.get<Session>('Sessions', { sessionId: read.sessionId }),
  );
  return retryOnConcurrentChange(async () => {
    const session = await readSession();
    if (!session) throw new Problem('SESSION_ENDED');
    const { company, identity } = session;
    if (identity.kind === 'natural') return { session, lost: false };
    const records = company && (await readAccessRecords(ctx.db, session.personKey, company));
    const effective = effectiveSession(session, records, call.now);
    if (!effective.lost) return effective;
    await ctx.db.transact([
      identityUpdate(session, actsAs(effective.session), call.now, ctx.settings.policies),
      auditPut(ctx, call, session.personKey, 'identity-lost', 'success', identityAuditDetail(identity)),
    ]);
    return { session: { ...effective.session, identityVersion: session.identityVersion + 1 }, lost: true };
  });
}

const actsAs = ({ identity, company }: Session): ActsAs =>
  identity.kind === 'natural' || !company ? asPerson : { identity, company };
