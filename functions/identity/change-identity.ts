import { Problem } from '#domain/problem.ts';
import { readIdentityChoice } from '#journeys/sessions/identity-choices.ts';
import { judgeSwitch } from '#journeys/sessions/judge-switch.ts';
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
  const choice = readIdentityChoice(ctx, session, call.body.choiceId);
  if (session.identity.kind === 'special' && choice !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  return ok({ session: await switchIdentity(ctx, call, () => judgeSwitch(ctx, call, choice)) });
};
