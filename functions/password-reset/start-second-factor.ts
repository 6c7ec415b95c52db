import { sendCodeToShownPhone } from '#journeys/factors/codes.ts';
import { startFaceScanOfPerson } from '#journeys/factors/scans.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { ResetTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket } from '#store/tickets/tickets.ts';
import type { passwordReset } from './contract.ts';

/** Sends the code to the number that the first step showed. */
export const sendResetCode: StepOf<typeof passwordReset, 'sms'> = async (ctx, call) => {
  const ticket = await readOpenTicket<ResetTicket>(ctx.db, call.params.id, 'password-reset', call.now);
  return accepted(await sendCodeToShownPhone(ctx, call, ticket, 'password-reset', 'guess'));
};

/**
 * Failed checks end this ticket and do not count as LCK failures, so that nobody can lock a stranger's account by face
 * (LCK-5).
 */
export const startResetFace: StepOf<typeof passwordReset, 'face'> = async (ctx, call) => {
  const ticket = await readOpenTicket<ResetTicket>(ctx.db, call.params.id, 'password-reset', call.now);
  return created(await startFaceScanOfPerson(ctx, call, ticket, 'reset', 'ticket'));
};
