import { sendCodeToShownPhone } from '#journeys/factors/codes.ts';
import { startFaceScanOfPerson } from '#journeys/factors/scans.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { LoginTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket } from '#store/tickets/tickets.ts';
import type { login } from './contract.ts';

/** Sends the code to the number that the first step showed (LGN-6). */
export const sendLoginCode: StepOf<typeof login, 'sms'> = async (ctx, call) => {
  const ticket = await readOpenTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  return accepted(await sendCodeToShownPhone(ctx, call, ticket, 'login', 'lockout'));
};

/** Shows a QR code for the face check; its failures count as LCK failures, because the password was right (LCK-5). */
export const startLoginFace: StepOf<typeof login, 'face'> = async (ctx, call) => {
  const ticket = await readOpenTicket<LoginTicket>(ctx.db, call.params.id, 'login', call.now);
  return created(await startFaceScanOfPerson(ctx, call, ticket, 'face', 'lockout'));
};
