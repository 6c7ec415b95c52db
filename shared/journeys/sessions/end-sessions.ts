import { epochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import type { PersonChanges } from '#store/people/users.ts';
import { endSessionUpdate } from '#store/sessions/session-end.ts';
import type { EndReason, Session } from '#store/sessions/session-row.ts';
import { sessionsOf } from '#store/sessions/web-sessions.ts';
import { auditPut } from '../audit.ts';

/**
 * Ends all sessions of a person, or all except `keep` (PWD-3, CTR-2). Returns the pointers for the write of the person
 * (which must require the `rev` that was read, so that no login comes in between), and the further writes.
 */
export function endSessions(
  ctx: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  person: Person,
  reason: EndReason,
  keep?: Pick<Session, 'sessionId' | 'expiresAt'>,
): { changes: Pick<PersonChanges, 'webSession' | 'otherWebSessions' | 'appSessions'>; writes: Write[] } {
  const at = epochSeconds(call.now);
  const others = sessionsOf(person, call.now).filter(({ sessionId }) => sessionId !== keep?.sessionId);
  return {
    changes: {
      webSession: keep && { sessionId: keep.sessionId, expiresAt: keep.expiresAt },
      otherWebSessions: undefined,
      appSessions: undefined,
    },
    writes: others.flatMap(({ sessionId }) => [
      endSessionUpdate(sessionId, { reason, at }),
      auditPut(ctx, call, person.personKey, 'session-ended', 'success', { reason }),
    ]),
  };
}

/**
 * 退出 (SES-1): the session of this call ends at once, for every later check; SESSION_ENDED if it has ended already.
 */
export const logoutWrites = (
  ctx: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  { sessionId, personKey }: Pick<Session, 'sessionId' | 'personKey'>,
  detail: AuditEvent['detail'] = {},
): Write[] => [
  {
    ...endSessionUpdate(sessionId, { reason: 'logged-out', at: epochSeconds(call.now) }),
    onRefused: () => new Problem('SESSION_ENDED'),
  },
  auditPut(ctx, call, personKey, 'session-ended', 'success', { reason: 'logged-out', ...detail }),
];
