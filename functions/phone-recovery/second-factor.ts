import { accepted, created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { sendCode } from '#steps/codes.ts';
import { phoneNumberOf } from '#steps/facts.ts';
import { startFaceScan } from '#steps/scans.ts';
import { strangersSend } from '#steps/stranger-sends.ts';
import { openTicket, type RecoveryTicket } from '#store/tickets.ts';
import { admitted, findPerson } from '#store/users.ts';
import type { phoneRecovery } from './contract.ts';

/** The number may be a stranger's, so the address has a budget (SMS-2). */
export const sendRecoveryCode: StepOf<typeof phoneRecovery, 'sms'> = async (h, call) => {
  const { stranger, read: ticket } = await strangersSend(h, call, call.body?.challenge, {
    read: openTicket<RecoveryTicket>(h.db, call.params.id, 'phone-recovery', call.now),
  });
  const phone = phoneNumberOf(h, ticket.newPhone);
  return accepted(await sendCode(h, call, ticket, 'phone-recovery', phone, 'guess', { stranger }));
};

/** The password was right, so failed checks are failures of the method `face` (LCK-5, PHN-4). */
export const startRecoveryFace: StepOf<typeof phoneRecovery, 'face'> = async (h, call) => {
  const ticket = await openTicket<RecoveryTicket>(h.db, call.params.id, 'phone-recovery', call.now);
  const person = admitted(await findPerson(h.db, ticket.personKey), 'STATE_CONFLICT');
  return created(await startFaceScan(h, call, ticket, 'face', 'lockout', person));
};
