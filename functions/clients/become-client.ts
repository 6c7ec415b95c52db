import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { Problem } from '#domain/problem.ts';
import { readIdentityChoice } from '#journeys/sessions/identity-choices.ts';
import { switchIdentity } from '#journeys/sessions/switch-identity.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyKeyOf } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { agencyOfSession } from './agency-of-session.ts';
import { clientActingOption, relationGone } from './client-option.ts';
import type { clients } from './contract.ts';

type BecomeCall = CallOf<typeof clients, 'become'>;

/**
 * SWI-3, SWI-5: the session continues for another client of the agency. The two forms, the two companies and the day
 * are judged now and again in the transaction; access tokens of the previous identity become invalid.
 * RELATION_NOT_FOUND for every other company, known or not.
 */
export const becomeClient: StepOf<typeof clients, 'become'> = async (ctx, call) => {
  const { agencyKey } = agencyOfSession(call);
  const { personKey } = call.caller.session;
  const companyKey = wanted(ctx, call);
  const session = await switchIdentity(ctx, call, async (again) => {
    // If a form was replaced since it was read, the new form may name the person too: read again.
    const onRefused = again ? relationGone : () => new ConcurrentChange();
    const next = await clientActingOption(ctx, personKey, agencyKey, companyKey, call.now, again, onRefused);
    return { next, writes: next.writes };
  });
  return ok({ session });
};

function wanted(ctx: FlowContext, { body, caller }: BecomeCall): string {
  if (body.choiceId !== undefined) {
    const choice = readIdentityChoice(ctx, caller.session, body.choiceId);
    if (choice === 'person' || !('companyKey' in choice)) throw new Problem('NOT_FOUND');
    return choice.companyKey;
  }
  try {
    return companyKeyOf(ctx.keys, parseTaxpayerId(body.taxpayerId ?? ''));
  } catch (error) {
    throw new Problem('RELATION_NOT_FOUND', {}, { cause: error });
  }
}
