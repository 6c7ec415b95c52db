import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { FlowContext } from '#http/house.ts';
import { becomingOf } from '#steps/choices.ts';
import { switchIdentity } from '#steps/switch-identity.ts';
import { companyKeyOf } from '#store/taxpayers.ts';
import { ConcurrentChange } from '#store/users.ts';
import { agencyOfSession } from './agency.ts';
import { clientActingOption, gone } from './client-place.ts';
import type { clients } from './contract.ts';

type BecomeCall = CallOf<typeof clients, 'become'>;

/**
 * SWI-3, SWI-5: the session goes on for another client of the agency. Both forms, both companies and the day are judged
 * now and once more in the transaction; access tokens of the identity before end with it. RELATION_NOT_FOUND for every
 * other company, known or not.
 */
export const becomeClient: StepOf<typeof clients, 'become'> = async (ctx, call) => {
  const { agencyKey } = agencyOfSession(call);
  const { personKey } = call.caller.session;
  const companyKey = wanted(ctx, call);
  const session = await switchIdentity(ctx, call, async (again) => {
    // A form that was replaced since it was read may name the person still: looked at once more.
    const otherwise = again ? gone : () => new ConcurrentChange();
    const next = await clientActingOption(ctx, personKey, agencyKey, companyKey, call.now, otherwise);
    return { next, writes: next.writes };
  });
  return ok({ session });
};

function wanted(ctx: FlowContext, { body, caller }: BecomeCall): string {
  if (body.choiceId !== undefined) {
    const becoming = becomingOf(ctx, caller.session, body.choiceId);
    if (becoming === 'person' || !('companyKey' in becoming)) throw new Problem('NOT_FOUND');
    return becoming.companyKey;
  }
  try {
    return companyKeyOf(ctx.keys, parseTaxpayerId(body.taxpayerId ?? ''));
  } catch (error) {
    throw new Problem('RELATION_NOT_FOUND', {}, { cause: error });
  }
}
