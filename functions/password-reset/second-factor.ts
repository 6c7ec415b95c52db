import { Problem } from '#domain/problem.ts';
import { accepted, created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { sendCode } from '#steps/codes.ts';
import { phoneNumberOf } from '#steps/facts.ts';
import { startFaceScan } from '#steps/scans.ts';
import { openTicket, type ResetTicket } from '#store/tickets.ts';
import { admitted, findPerson } from '#store/users.ts';
import type { passwordReset } from './contract.ts';

export const sendResetCode: StepOf<typeof passwordReset, 'sms'> = async (h, call) => {
  const ticket = await openTicket<ResetTicket>(h.db, call.params.id, 'password-reset', call.now);
  if (ticket.faceOnly) throw new Problem('FACE_REQUIRED');
  if (!ticket.phone) throw new Problem('PHONE_EMPTY');
  return accepted(await sendCode(h, call, ticket, 'password-reset', phoneNumberOf(h, ticket.phone), 'guess'));
};

/** Here failed checks end the ticket instead of counting in LCK: nobody locks a stranger by face (LCK-5). */
export const startResetFace: StepOf<typeof passwordReset, 'face'> = async (h, call) => {
  const ticket = await openTicket<ResetTicket>(h.db, call.params.id, 'password-reset', call.now);
  const person = admitted(await findPerson(h.db, ticket.personKey), 'STATE_CONFLICT');
  return created(await startFaceScan(h, call, ticket, 'reset', 'ticket', person));
};
