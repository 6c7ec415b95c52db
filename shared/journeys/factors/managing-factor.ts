import { coversRecovery } from '#domain/phones.ts';
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
 * What managing people, agreements and companies takes beside the right to do it, at every place where that is done: a
 * factor passed in this session, at whatever time, where it came by QR (SES-5); a face check passed in this session where
 * a phone was recovered within a day, since that recovery (PHN-4). Answers the checks for the transaction, which hold it
 * against a recovery or a newer login in between. Throws FACE_REQUIRED, FRESH_FACTOR_REQUIRED.
 */
export function managingFactor(
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
