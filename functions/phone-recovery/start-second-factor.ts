import { sendCode } from '#journeys/factors/codes.ts';
import { startFaceScanOfPerson } from '#journeys/factors/scans.ts';
import { strangersSend } from '#journeys/factors/stranger-sends.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted, created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { RecoveryTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket } from '#store/tickets/tickets.ts';
import type { phoneRecovery } from './contract.ts';

/** The number may be a stranger's, so the address has a budget (SMS-2). */
export const sendRecoveryCode: StepOf<typeof phoneRecovery, 'sms'> = async (ctx, call) => {
  const { stranger, read: ticket } = await strangersSend(ctx, call, call.body?.challenge, {
    read: readOpenTicket<RecoveryTicket>(ctx.db, call.params.id, 'phone-recovery', call.now),
  });
  const phone = phoneNumberOf(ctx, ticket.newPhone);
  return accepted(await sendCode(ctx, call, ticket, 'phone-recovery', phone, 'guess', { stranger }));
};

/** The password was right, so failed checks count as failures of the method `face` (LCK-5, PHN-4). */
export const startRecoveryFace: StepOf<typeof phoneRecovery, 'face'> = async (ctx, call) => {
  const ticket = await readOpenTicket<RecoveryTicket>(ctx.db, call.params.id, 'phone-recovery', call.now);
  return created(await startFaceScanOfPerson(ctx, call, ticket, 'face', 'lockout'));
};
