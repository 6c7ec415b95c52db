import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { noticeText } from '#gateways/sms/text.ts';
import { noContent } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { withCode } from '#steps/codes.ts';
import { audited, phoneNumberOf } from '#steps/facts.ts';
import { newPasswordOf } from '#steps/new-password.ts';
import type { Write } from '#store/db.ts';
import { unlockWrite } from '#store/lockouts.ts';
import { endWrite } from '#store/sessions.ts';
import { openTicket, type ResetTicket, spendWrite, ticketKeyOf } from '#store/tickets.ts';
import {
  decidedAnew,
  defaultPhone,
  findPerson,
  isActive,
  type Person,
  personWrite,
  Stale,
} from '#store/users.ts';
import type { passwordReset } from './contract.ts';

type CompleteCall = CallOf<typeof passwordReset, 'complete'>;

/** Sets the new password (PWD-1 … PWD-3): unlocks, clears all counts and ends the sessions in the same transaction. */
export const completeReset: StepOf<typeof passwordReset, 'complete'> = async (h, call) => {
  const { smsCode, faceTicket } = call.body;
  const person =
    smsCode === undefined ? await byFace(h, call, faceTicket ?? '') : await bySms(h, call, smsCode);
  await tellBySms(h, call, person);
  return noContent();
};

const bySms = (h: House, call: CompleteCall, code: string) =>
  withCode<ResetTicket, Person | undefined, Person>(
    h,
    call,
    { id: call.params.id, kind: 'password-reset', purpose: 'password-reset', code, counting: 'guess' },
    (ticket) => findPerson(h.db, ticket.personKey),
    (proof, person) =>
      change(h, call, proof.ticket, person, 'sms', proof.attemptId, [
        spendWrite(
          proof.ticket,
          call.now,
          'code.#hash = :hash',
          { ':hash': proof.hash },
          { '#hash': 'hash' },
        ),
      ]),
  );

async function byFace(h: House, call: CompleteCall, faceTicket: string): Promise<Person> {
  const ticket = await openTicket<ResetTicket>(h.db, call.params.id, 'password-reset', call.now);
  if (ticket.face?.scanKey !== ticketKeyOf(faceTicket)) throw new Problem('FACE_REQUIRED');
  return change(h, call, ticket, await findPerson(h.db, ticket.personKey), 'face', undefined, [
    spendWrite(ticket, call.now),
  ]);
}

function change(
  h: House,
  call: CompleteCall,
  ticket: ResetTicket,
  read: Person | undefined,
  method: 'sms' | 'face',
  guess: string | undefined,
  writes: readonly Write[],
): Promise<Person> {
  const day = shanghaiDay(call.now);
  let known = read;
  return decidedAnew(async () => {
    const person = known ?? (await findPerson(h.db, ticket.personKey));
    known = undefined;
    if (!isActive(person)) throw new Problem('USER_NOT_REGISTERED');
    const changes = await newPasswordOf(h, person, call.body.newPassword);
    const at = Math.floor(call.now.getTime() / 1000);
    const session =
      person.webSession && person.webSession.expiresAt > at ? person.webSession.sessionId : undefined;
    await h.db.transact([
      ...writes,
      personWrite(
        person.personKey,
        person.rev,
        { ...changes, webSession: undefined, lastWindow: ticket.window ?? person.lastWindow },
        () => new Stale(),
      ),
      unlockWrite(person.personKey, day, h.settings.policies, guess),
      ...(session ? [endWrite(session, { reason: 'credential-change', at })] : []),
      audited(h, call, person.personKey, 'password-reset', 'success', { method }),
    ]);
    return person;
  });
}

/** PWD-3: told by SMS, but never at the price of the change itself. */
async function tellBySms(h: House, call: CompleteCall, person: Person): Promise<void> {
  const phone = defaultPhone(person);
  if (!phone) return;
  await h.sms
    .send({
      phone: phoneNumberOf(h, phone),
      purpose: 'notice',
      text: noticeText('password-changed', '', call.language),
    })
    .catch(() => undefined);
}
