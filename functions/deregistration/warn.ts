import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { isActiveOn, roleOrder } from '#domain/relations.ts';
import { accepted } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { phoneNumberOf } from '#steps/facts.ts';
import { factorPhone, requireFresh } from '#steps/fresh-factor.ts';
import { signedInPerson } from '#steps/own-account.ts';
import { sendSessionCode } from '#steps/session-codes.ts';
import { allRelationsOf } from '#store/relations.ts';
import type { deregistration } from './contract.ts';

type WarnCall = CallOf<typeof deregistration, 'sms'>;

/**
 * Sends the code and warns whom the person can no longer serve (CTR-2). Where no phone may serve, the refusal carries
 * the same warning: a face does instead.
 */
export const sendDeregistrationCode: StepOf<typeof deregistration, 'sms'> = async (h, call) => {
  requireFresh(h, call);
  const [person, companies] = await Promise.all([signedInPerson(h, call), companiesServed(h, call)]);
  try {
    const phone = phoneNumberOf(h, factorPhone(person, call.now, h.settings.policies));
    const sent = await sendSessionCode(h, call, 'deregistration', phone, person.lastWindow);
    return accepted({ ...sent, companies });
  } catch (error) {
    if (error instanceof Problem && (error.code === 'PHONE_EMPTY' || error.code === 'FACE_REQUIRED'))
      throw new Problem(error.code, { ...error.details, companies }, { cause: error });
    throw error;
  }
};

async function companiesServed(h: House, call: WarnCall) {
  const day = shanghaiDay(call.now);
  const relations = await allRelationsOf(h.db, call.caller.session.personKey);
  return relations
    .filter((relation) => isActiveOn(relation, day) && relation.taxpayerState !== 'cancelled')
    .sort(
      (a, b) => a.taxpayerName.localeCompare(b.taxpayerName, 'zh') || roleOrder(a.role) - roleOrder(b.role),
    )
    .map(({ taxpayerName, role }) => ({ taxpayerName, role }));
}
