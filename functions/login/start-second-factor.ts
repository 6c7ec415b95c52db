import { Problem } from '#domain/problem.ts';
import { sendCode } from '#journeys/factors/codes.ts';
import { startFaceScan } from '#journeys/factors/scans.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { LoginTicket } from '#store/tickets/ticket-kinds.ts';
import { openTicket } from '#store/tickets/tickets.ts';
import type { login } from './contract.ts';

/** Sends the code to the number that the first step showed (LGN-6). */
export const sendLoginCode: StepOf<typeof login, 'sms'> = async (ctx, call) => {
  const ticket = await openTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  if (ticket.faceOnly) throw new Problem('FACE_REQUIRED');
  if (!ticket.phone) throw new Problem('PHONE_EMPTY');
  return accepted(await sendCode(ctx, call, ticket, 'login', phoneNumberOf(ctx, ticket.phone), 'lockout'));
};

/** Shows a QR code for the face check; its failures count as LCK failures, because the password was right (LCK-5). */
export const startLoginFace: StepOf<typeof login, 'face'> = async (ctx, call) => {
  const ticket = await openTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  const person = requireAdmitted(await findPerson(ctx.db, ticket.personKey), 'STATE_CONFLICT');
  return created(await startFaceScan(ctx, call, ticket, 'face', 'lockout', person));
};
