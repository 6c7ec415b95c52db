import { auditPut } from '#journeys/audit.ts';
import { factorPhone, requireFactorPhone } from '#journeys/factors/fresh-factor.ts';
import { provenPhoneWrites } from '#journeys/factors/proven-phone.ts';
import { faceProof, startOwnFaceScan } from '#journeys/factors/scans.ts';
import { sendSessionCode, withSessionCode } from '#journeys/factors/session-codes.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted, created, noContent } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { personUnchangedCheck } from '#store/people/users.ts';
import { factorPassedUpdate } from '#store/sessions/sessions.ts';
import type { session } from './contract.ts';

/** SES-5: sends a code to the person's own phone, except to one that 找回手机号码 brought within a day (PHN-4). */
export const sendFactorCode: StepOf<typeof session, 'factorSms'> = async (ctx, call) => {
  const person = await signedInPerson(ctx, call);
  const phone = factorPhone(person, call.now, ctx.settings.policies);
  return accepted(await sendSessionCode(ctx, call, 'factor', phoneNumberOf(ctx, phone), person.lastWindow));
};

export const startFactorFace: StepOf<typeof session, 'factorFace'> = async (ctx, call) =>
  created(await startOwnFaceScan(ctx, call, await signedInPerson(ctx, call), 'factor'));

/** The second factor was passed in this session: from now on it counts as fresh (SES-5). */
export const passFactor: StepOf<typeof session, 'factor'> = async (ctx, call) => {
  const { smsCode, faceTicket } = call.body;
  if (smsCode === undefined) {
    const face = await faceProof(ctx, call, faceTicket ?? '', 'factor');
    await renew(ctx, call, [face.spent], face.at);
  } else {
    await withSessionCode(ctx, call, 'factor', smsCode, async (proof, person) => {
      const phone = requireFactorPhone(person, proof.phoneKey, call.now, ctx.settings.policies);
      const ownWrites = provenPhoneWrites(person, phone);
      await renew(ctx, call, [
        proof.spent,
        ...proof.guess,
        // Checks again a number that is recovered or lost meanwhile (PHN-3, PHN-4).
        ...(ownWrites.length > 0 ? ownWrites : [personUnchangedCheck(person)]),
      ]);
    });
  }
  return noContent();
};

/** @param faceAt ISO time of the check, if the factor was a face */
const renew = (
  ctx: FlowContext,
  call: CallOf<typeof session, 'factor'>,
  factor: readonly Write[],
  faceAt?: string,
): Promise<void> => {
  const { session: current } = call.caller;
  return ctx.db.transact([
    ...factor,
    factorPassedUpdate(current, call.now, ctx.settings.policies, faceAt),
    auditPut(ctx, call, current.personKey, 'factor', 'success', {
      method: faceAt === undefined ? 'sms' : 'face',
    }),
  ]);
};
