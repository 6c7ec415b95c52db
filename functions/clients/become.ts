import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { becomingOf } from '#steps/choices.ts';
import { switchIdentity } from '#steps/switch-identity.ts';
import { companyKeyOf } from '#store/taxpayers.ts';
import { Stale } from '#store/users.ts';
import { agencyOfSession } from './agency.ts';
import { clientPlace, gone } from './client-place.ts';
import type { clients } from './contract.ts';

type BecomeCall = CallOf<typeof clients, 'become'>;

/**
 * SWI-3, SWI-5: the session goes on for another client of the agency. Both forms, both companies and the day are judged
 * now and once more in the transaction; access tokens of the identity before end with it. RELATION_NOT_FOUND for every
 * other company, known or not.
 */
export const becomeClient: StepOf<typeof clients, 'become'> = async (h, call) => {
  const { agencyKey } = agencyOfSession(call);
  const { personKey } = call.caller.session;
  const companyKey = wanted(h, call);
  const session = await switchIdentity(h, call, async (again) => {
    // A form that was replaced since it was read may name the person still: looked at once more.
    const otherwise = again ? gone : () => new Stale();
    const next = await clientPlace(h, personKey, agencyKey, companyKey, call.now, otherwise);
    return { next, writes: next.writes };
  });
  return ok({ session });
};

function wanted(h: House, { body, caller }: BecomeCall): string {
  if (body.choiceId !== undefined) {
    const becoming = becomingOf(h, caller.session, body.choiceId);
    if (becoming === 'person' || !('companyKey' in becoming)) throw new Problem('NOT_FOUND');
    return becoming.companyKey;
  }
  try {
    return companyKeyOf(h.keys, parseTaxpayerId(body.taxpayerId ?? ''));
  } catch (error) {
    throw new Problem('RELATION_NOT_FOUND', {}, { cause: error });
  }
}
