import { Problem } from '#domain/problem.ts';
import { judged } from '#journeys/sessions/becoming.ts';
import { becomingOf } from '#journeys/sessions/identity-choices.ts';
import { switchIdentity } from '#journeys/sessions/switch-identity.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { identity } from './contract.ts';

/**
 * SWI-1, SWI-2, SWI-5: the session continues with another identity. What the person may become is judged now, and
 * relation and company again in the transaction that changes the session; access tokens of the previous identity become
 * invalid.
 */
export const changeIdentity: StepOf<typeof identity, 'change'> = async (ctx, call) => {
  const { session } = call.caller;
  const becoming = becomingOf(ctx, session, call.body.choiceId);
  if (session.identity.kind === 'special' && becoming !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  return ok({ session: await switchIdentity(ctx, call, () => judged(ctx, call, becoming)) });
};
