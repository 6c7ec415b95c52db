import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { judged } from '#steps/becoming.ts';
import { becomingOf } from '#steps/choices.ts';
import { switchIdentity } from '#steps/switch-identity.ts';
import type { identity } from './contract.ts';

/**
 * SWI-1, SWI-2, SWI-5: the session goes on as somebody else. What the person may become is judged now, and relation and
 * company once more in the transaction that changes the session; access tokens of the identity before end with it.
 */
export const changeIdentity: StepOf<typeof identity, 'change'> = async (h, call) => {
  const { session } = call.caller;
  const becoming = becomingOf(h, session, call.body.choiceId);
  if (session.identity.kind === 'special' && becoming !== 'person') throw new Problem('SWITCH_NOT_ALLOWED');
  return ok({ session: await switchIdentity(h, call, () => judged(h, call, becoming)) });
};
