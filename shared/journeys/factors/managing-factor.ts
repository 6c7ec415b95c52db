import { coversRecovery } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import type { Managing } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { recoveryCoveredCheck } from '#store/people/users.ts';
import { sessionAliveCheck } from '#store/sessions/session-checks.ts';
import type { SessionCall } from './fresh-factor.ts';

/** A call of a route that declares `managing`. */
export type ManagingCall = SessionCall & { readonly caller: Managing };

/**
 * What managing people, agreements and companies requires beside the right to do it: in a session that began by QR, a
 * factor passed in this session at any time (SES-5); if a phone was recovered within a day, a face check in this
 * session since that recovery (PHN-4). Returns the checks for the transaction, which refuse it after a recovery or a
 * newer login in between. Throws FACE_REQUIRED, FRESH_FACTOR_REQUIRED.
 */
export function managingFactorChecks(
  ctx: Pick<FlowContext, 'settings'>,
  { caller, now }: ManagingCall,
): readonly Write[] {
  const { session, recoveredAt } = caller;
  const { policies } = ctx.settings;
  const { faceAt } = session;
  if (!coversRecovery({ faceAt, recoveredAt }, now, policies)) throw new Problem('FACE_REQUIRED');
  if (session.qr !== undefined && session.factorAt === 0) throw new Problem('FRESH_FACTOR_REQUIRED');
  return [
    sessionAliveCheck(session, now, policies),
    recoveryCoveredCheck(session.personKey, faceAt, now, policies),
  ];
}
