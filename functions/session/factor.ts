import { accepted, created, noContent } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { audited, phoneNumberOf } from '#steps/facts.ts';
import { factorPhone, requireFactorPhone } from '#steps/fresh-factor.ts';
import { signedInPerson } from '#steps/own-account.ts';
import { provenPhoneWrites } from '#steps/proven-phone.ts';
import { faceProof, startOwnFaceScan } from '#steps/scans.ts';
import { sendSessionCode, withSessionCode } from '#steps/session-codes.ts';
import type { Write } from '#store/db.ts';
import { factorPassedWrite } from '#store/sessions.ts';
import { personCheck } from '#store/users.ts';
import type { session } from './contract.ts';

/** SES-5: a code to the own phone, but not to one that 找回手机号码 brought within a day (PHN-4). */
export const sendFactorCode: StepOf<typeof session, 'factorSms'> = async (h, call) => {
  const person = await signedInPerson(h, call);
  const phone = factorPhone(person, call.now, h.settings.policies);
  return accepted(await sendSessionCode(h, call, 'factor', phoneNumberOf(h, phone), person.lastWindow));
};

export const startFactorFace: StepOf<typeof session, 'factorFace'> = async (h, call) =>
  created(await startOwnFaceScan(h, call, await signedInPerson(h, call), 'factor'));

/** The second factor, passed in this session: fresh from now on (SES-5). */
export const passFactor: StepOf<typeof session, 'factor'> = async (h, call) => {
  const { smsCode, faceTicket } = call.body;
  if (smsCode === undefined) {
    const face = await faceProof(h, call, faceTicket ?? '', 'factor');
    await renew(h, call, [face.spent], face.at);
  } else {
    await withSessionCode(h, call, 'factor', smsCode, async (proof, person) => {
      const phone = requireFactorPhone(person, proof.phoneKey, call.now, h.settings.policies);
      const ownWrites = provenPhoneWrites(person, phone);
      await renew(h, call, [
        proof.spent,
        ...proof.guess,
        // A number that is recovered or lost meanwhile is looked at again (PHN-3, PHN-4).
        ...(ownWrites.length > 0 ? ownWrites : [personCheck(person)]),
      ]);
    });
  }
  return noContent();
};

/** @param faceAt ISO time of the check, where the factor was a face */
const renew = (
  h: House,
  call: CallOf<typeof session, 'factor'>,
  factor: readonly Write[],
  faceAt?: string,
): Promise<void> => {
  const { session: current } = call.caller;
  return h.db.transact([
    ...factor,
    factorPassedWrite(current, call.now, h.settings.policies, faceAt),
    audited(h, call, current.personKey, 'factor', 'success', {
      method: faceAt === undefined ? 'sms' : 'face',
    }),
  ]);
};
