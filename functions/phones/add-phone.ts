import { phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import type { NoticeKind } from '#gateways/sms/text.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFresh } from '#journeys/factors/fresh-factor.ts';
import { provenPhone } from '#journeys/factors/proven-phone.ts';
import { faceProof } from '#journeys/factors/scans.ts';
import {
  type SessionCodeProof,
  sendSessionCode,
  sessionCodeNumbers,
  withSessionCode,
} from '#journeys/factors/session-codes.ts';
import { strangersSend } from '#journeys/factors/stranger-sends.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { noLoss, phoneLoss } from '#journeys/people/phone-takeover.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import {
  defaultPhone,
  type OwnPhone,
  ownPhone,
  type RegisteredPerson,
  sealContext,
} from '#store/people/person-row.ts';
import { claimPhoneUpdate, phoneOwner } from '#store/people/phones.ts';
import { personUpdate } from '#store/people/users.ts';
import type { phones } from './contract.ts';

const requireRoom = (ctx: FlowContext, person: RegisteredPerson): void => {
  const most = ctx.settings.policies.phonesPerPerson;
  if ((person.phones?.length ?? 0) >= most) throw new Problem('TOO_MANY_PHONES', { most });
};

/** Sends a code to a number that may be a stranger's, so the address has a budget (SMS-2). */
export const sendPhoneCode: StepOf<typeof phones, 'sms'> = async (ctx, call) => {
  requireFresh(ctx, call);
  const phone = parsePhone(call.body.phone);
  const { stranger, read } = await strangersSend(ctx, call, call.body.challenge, {
    phoneKey: phoneKeyOf(ctx.keys, phone),
    read: Promise.all([signedInPerson(ctx, call), sessionCodeNumbers(ctx, call, 'add-phone')]),
    inSession: true,
  });
  const [person, numbers] = read;
  if (!ownPhone(person, phoneKeyOf(ctx.keys, phone))) requireRoom(ctx, person);
  return accepted(await sendSessionCode(ctx, call, 'add-phone', phone, undefined, { stranger, numbers }));
};

type AddCall = CallOf<typeof phones, 'add'>;

/**
 * Adds a number (PHN-2): first the code is checked, then who owns the number (PHN-3). The first number becomes the
 * default. The number's owner and the person's list change in one transaction (PHN-5).
 */
export const addPhone: StepOf<typeof phones, 'add'> = async (ctx, call) => {
  const alive = requireFresh(ctx, call);
  const phone = parsePhone(call.body.phone);
  const phoneKey = phoneKeyOf(ctx.keys, phone);
  const { added, before, notice, loss } = await withSessionCode(
    ctx,
    call,
    'add-phone',
    call.body.smsCode,
    (proof, person) => add(ctx, call, alive, proof, person, phone, phoneKey),
  );
  await Promise.all([
    notice === undefined ? undefined : notifyPerson(ctx, call, before, notice, maskPhone(phone)),
    loss.tell(),
  ]);
  return created(added);
};

async function add(
  ctx: FlowContext,
  call: AddCall,
  alive: Write,
  proof: SessionCodeProof,
  person: RegisteredPerson,
  phone: string,
  phoneKey: string,
) {
  if (proof.phoneKey !== phoneKey) throw new Problem('SMS_CODE_WRONG');
  const known = ownPhone(person, phoneKey);
  if (!known) requireRoom(ctx, person);
  const byNow = provenPhone(person, known);
  const { owned, taking, loss } = known
    ? { owned: known, taking: byNow.writes, loss: noLoss }
    : await claim(ctx, call, person, phone, phoneKey);

  const formerDefault = defaultPhone(person);
  const isDefault = !formerDefault || call.body.makeDefault === true || formerDefault === known;
  // The very first number is the default without saying so. Somebody whose default was taken over hears of another one.
  const isNewDefault = isDefault && (person.phones ?? []).length > 0 && formerDefault !== owned;
  await ctx.db.transact([
    alive,
    proof.spent,
    ...proof.guess,
    ...taking,
    personUpdate(
      person.personKey,
      person.rev,
      {
        ...(known ? byNow.changes : { phones: [...(person.phones ?? []), owned] }),
        ...(isDefault ? { defaultPhoneId: owned.phoneId } : {}),
      },
      () => new ConcurrentChange(),
    ),
    ...(known
      ? []
      : [
          auditPut(ctx, call, person.personKey, 'phone-added', 'success', {
            phone: maskPhone(phone),
            ...(taking.length > 1 ? { reason: 'taken-over' } : {}),
          }),
        ]),
    ...(isNewDefault
      ? [
          auditPut(ctx, call, person.personKey, 'default-phone-changed', 'success', {
            phone: maskPhone(phone),
          }),
        ]
      : []),
  ]);
  const added = { phoneId: owned.phoneId, maskedPhone: maskPhone(phone), isDefault };
  return { added, before: person, notice: noticeOf(!known, isNewDefault), loss };
}

/** PWD-3: the notice for this change; undefined if nothing changed. */
function noticeOf(isNew: boolean, isNewDefault: boolean): NoticeKind | undefined {
  if (isNew) return isNewDefault ? 'phone-added-as-default' : 'phone-added';
  return isNewDefault ? 'default-phone-changed' : undefined;
}

/**
 * What is needed to give the number to the person: nobody else has it, or a face proof in addition to the code (PHN-3).
 */
async function claim(
  ctx: FlowContext,
  call: AddCall,
  person: RegisteredPerson,
  phone: string,
  phoneKey: string,
) {
  const { takeover, faceTicket } = call.body;
  const owned: OwnPhone = {
    phoneId: newHandle(),
    phoneKey,
    sealed: seal(ctx.dataKeys, sealContext.phone(phoneKey), phone),
    since: call.now.toISOString(),
  };
  const owner = await phoneOwner(ctx.db, phoneKey);
  if (!owner || owner.personKey === person.personKey)
    return { owned, taking: [claimPhoneUpdate(phoneKey, person.personKey, call.now)], loss: noLoss };
  if (!takeover) throw new Problem('PHONE_TAKEN');
  if (faceTicket === undefined) throw new Problem('FACE_REQUIRED');
  const [face, loss] = await Promise.all([
    faceProof(ctx, call, faceTicket, 'phone'),
    phoneLoss(ctx, call, owner.personKey, phoneKey),
  ]);
  return {
    owned,
    taking: [
      face.spent,
      claimPhoneUpdate(phoneKey, person.personKey, call.now, owner.personKey),
      ...loss.writes,
    ],
    loss,
  };
}
