import { epochSeconds } from '#domain/epoch.ts';
import type { OAuthProblem } from '#domain/oauth-problem.ts';
import { writeLine } from '#gateways/log.ts';
import { auditPut } from '#journeys/audit.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { rpEndUpdate } from '#store/sessions/rp-sessions.ts';
import type { SsoCodeTicket } from '#store/tickets/sso-tickets.ts';
import { callPuts, missed, type TokenCall } from './missed.ts';

/**
 * SSO-5: a code that comes again, by the client it was for and with the right verifier. Soon after the first time that is
 * a double call or a lost answer; later somebody else had both, and what the first gave ends. Nobody who has the code
 * alone comes this far, nor who sends a whole call again: its assertion is spent.
 * @returns what to answer
 */
export async function replayed(
  ctx: FlowContext,
  call: TokenCall,
  { sessionId, personKey, request: { clientId } }: SsoCodeTicket,
  { at, sid }: NonNullable<SsoCodeTicket['spent']>,
  answer: OAuthProblem,
): Promise<OAuthProblem> {
  const now = epochSeconds(call.now);
  if (now - at <= ctx.settings.policies.ssoReplayGraceSeconds) return missed(ctx, call, answer);
  try {
    await ctx.db.transact([
      ...callPuts(call),
      rpEndUpdate({ sessionId, clientId, sid }, { reason: 'replay', at: now }),
      auditPut(ctx, call, personKey, 'sso-replayed', 'failure', { client: clientId }),
    ]);
  } catch (error) {
    if (!(error instanceof ConcurrentChange)) throw error;
    // It has ended already, or a later hand-over under another name has its row.
    return missed(ctx, call, answer);
  }
  writeLine({ level: 'WARN', word: 'code-replayed', flow: 'sso-token', client: clientId });
  return answer;
}
