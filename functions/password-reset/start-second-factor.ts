import { Problem } from '#domain/problem.ts';
import { sendCode } from '#journeys/factors/codes.ts';
import { startFaceScan } from '#journeys/factors/scans.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { ResetTicket } from '#store/tickets/ticket-kinds.ts';
import { openTicket } from '#store/tickets/tickets.ts';
import type { passwordReset } from './contract.ts';

export const sendResetCode: StepOf<typeof passwordReset, 'sms'> = async (ctx, call) => {
  const ticket = await openTicket<ResetTicket>(ctx.db, call.params.id, 'password-reset', call.now);
  if (ticket.faceOnly) throw new Problem('FACE_REQUIRED');
  if (!ticket.phone) throw new Problem('PHONE_EMPTY');
  return accepted(
    await sendCode(ctx, call, ticket, 'password-reset', phoneNumberOf(ctx, ticket.phone), 'guess'),
  );
};

/**
 * Failed checks end this ticket and do not count as LCK failures, so that nobody can lock a stranger's account by face
 * (LCK-5).
 */
export const startResetFace: StepOf<typeof passwordReset, 'face'> = async (ctx, call) => {
  const ticket = await openTicket<ResetTicket>(ctx.db, call.params.id, 'password-reset', call.now);
  const person = requireAdmitted(await findPerson(ctx.db, ticket.personKey), 'STATE_CONFLICT');
  return created(await startFaceScan(ctx, call, ticket, 'reset', 'ticket', person));
};
