import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { identityFacts } from '#steps/acting.ts';
import { becomingOf } from '#steps/choices.ts';
import { audited } from '#steps/facts.ts';
import { sessionAnswer } from '#steps/open-session.ts';
import { identityWrite, liveSession } from '#store/sessions.ts';
import { become } from '#store/standing.ts';
import { companyKeyOf } from '#store/taxpayers.ts';
import { decidedAnew, Stale } from '#store/users.ts';
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
  const { session } = call.caller;
  const { policies } = h.settings;
  const companyKey = wanted(h, call);
  let first = true;
  const place = await decidedAnew(async () => {
    // Another switch that came first has ended the token of this call (SESSION_ENDED).
    if (!first) await liveSession(h.db, session, call.now, policies);
    // A form that was replaced since it was read may name the person still: looked at once more.
    const otherwise = first ? () => new Stale() : gone;
    first = false;
    const next = await clientPlace(h, session.personKey, agencyKey, companyKey, call.now, otherwise);
    await h.db.transact([
      identityWrite(session, next, call.now, policies),
      ...next.writes,
      audited(h, call, session.personKey, 'identity-switched', 'success', identityFacts(next.identity)),
    ]);
    return next;
  });
  const changed = { ...become(session, place), version: session.version + 1 };
  return ok({ session: await sessionAnswer(h, changed, call) });
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
