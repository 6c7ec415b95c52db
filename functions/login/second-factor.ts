import { Problem } from '#domain/problem.ts';
import { accepted, created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { sendCode } from '#steps/codes.ts';
import { phoneNumberOf } from '#steps/facts.ts';
import { startFaceScan } from '#steps/scans.ts';
import { type LoginTicket, openTicket } from '#store/tickets.ts';
import { findPerson, requireAdmitted } from '#store/users.ts';
import type { login } from './contract.ts';

/** Sends the code to the number shown at the first step (LGN-6). */
export const sendLoginCode: StepOf<typeof login, 'sms'> = async (ctx, call) => {
  const ticket = await openTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  if (ticket.faceOnly) throw new Problem('FACE_REQUIRED');
  if (!ticket.phone) throw new Problem('PHONE_EMPTY');
  return accepted(await sendCode(ctx, call, ticket, 'login', phoneNumberOf(ctx, ticket.phone), 'lockout'));
};

/** Shows a code for the face check; its failures count in LCK, because the password was right (LCK-5). */
export const startLoginFace: StepOf<typeof login, 'face'> = async (ctx, call) => {
  const ticket = await openTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  const person = requireAdmitted(await findPerson(ctx.db, ticket.personKey), 'STATE_CONFLICT');
  return created(await startFaceScan(ctx, call, ticket, 'face', 'lockout', person));
};
