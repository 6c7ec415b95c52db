import type { AnyCall } from '#http/call.ts';
import type { FlowContext } from '#http/house.ts';
import type { Write } from '#store/db.ts';
import { type EndReason, endUpdate, type Session, webSessionsOf } from '#store/sessions.ts';
import type { Person, PersonChanges } from '#store/users.ts';
import { auditPut } from './facts.ts';

/**
 * Ends all web sessions of a person, or all but `keep` (PWD-3, CTR-2): the pointers for the write of the person (which
 * must be conditioned on the rev as read, so that no login slips in between), and the writes beside it.
 */
export function endSessions(
  ctx: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  person: Person,
  reason: EndReason,
  keep?: Pick<Session, 'sessionId' | 'expiresAt'>,
): { changes: Pick<PersonChanges, 'webSession' | 'otherWebSessions'>; writes: Write[] } {
  const at = Math.floor(call.now.getTime() / 1000);
  const others = webSessionsOf(person, call.now).filter(({ sessionId }) => sessionId !== keep?.sessionId);
  return {
    changes: {
      webSession: keep && { sessionId: keep.sessionId, expiresAt: keep.expiresAt },
      otherWebSessions: undefined,
    },
    writes: others.flatMap(({ sessionId }) => [
      endUpdate(sessionId, { reason, at }),
      auditPut(ctx, call, person.personKey, 'session-ended', 'success', { reason }),
    ]),
  };
}
