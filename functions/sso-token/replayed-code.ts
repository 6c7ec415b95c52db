import { epochSeconds } from '#domain/epoch.ts';
import type { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { writeLine } from '#gateways/log.ts';
import { auditPut } from '#journeys/audit.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { rpEndUpdate } from '#store/sessions/rp-sessions.ts';
import type { SsoCodeTicket } from '#store/tickets/sso-tickets.ts';
import { spendProofsOfRefusedCall, spentProofPuts, type TokenCall } from './token-call.ts';

/**
 * SSO-5: a code that comes again, from its own client and with the right verifier. Soon after the first time this is a
 * double call or follows a lost answer; later it means that somebody else had both, and the hand-over of the first
 * exchange ends. A caller who only has the code does not get here, nor one who repeats a whole call: its assertion is
 * spent.
 * @returns what to answer
 */
export async function endReplayedGrant(
  ctx: FlowContext,
  call: TokenCall,
  { sessionId, personKey, request: { clientId } }: SsoCodeTicket,
  { at, sid }: NonNullable<SsoCodeTicket['spent']>,
  answer: OAuthProblem,
): Promise<OAuthProblem> {
  const now = epochSeconds(call.now);
  if (now - at <= ctx.settings.policies.ssoReplayGraceSeconds)
    return spendProofsOfRefusedCall(ctx, call, answer);
  try {
    await ctx.db.transact([
      ...spentProofPuts(call),
      rpEndUpdate({ sessionId, clientId, sid }, { reason: 'replay', at: now }),
      auditPut(ctx, call, personKey, 'sso-replayed', 'failure', { client: clientId }),
    ]);
  } catch (error) {
    if (!(error instanceof ConcurrentChange)) throw error;
    // It has ended already, or a later hand-over with another name has its row.
    return spendProofsOfRefusedCall(ctx, call, answer);
  }
  writeLine({ level: 'WARN', event: 'code-replayed', flow: 'sso-token', client: clientId });
  return answer;
}
