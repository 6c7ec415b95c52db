import { constantTimeEqual } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { pollHashOf } from '#steps/scans.ts';
import { type ScanTicket, ticketKeyOf } from '#store/tickets.ts';
import type { scan } from './contract.ts';

/** Seconds a page should wait before it asks again. */
const pollAfterSeconds = 2;

/**
 * One eventually consistent read. Only the browser that asked for the scan holds the poll secret (QR-2); to anybody
 * else the ticket does not exist.
 */
export const pollScan: StepOf<typeof scan, 'poll'> = async (h, call) => {
  const secret = call.header('poll-secret');
  const ticket = await h.db.get<ScanTicket>(
    'Tickets',
    { ticketKey: ticketKeyOf(call.params.ticket) },
    { consistent: false },
  );
  if (ticket?.kind !== 'scan' || !secret || !constantTimeEqual(pollHashOf(secret), ticket.pollHash)) {
    throw new Problem('NOT_FOUND');
  }
  const over = ticket.expiresAt * 1000 <= call.now.getTime();
  const waiting = ticket.scanState === 'pending' || ticket.scanState === 'scanned';
  return ok(
    { state: waiting && over ? ('expired' as const) : ticket.scanState },
    waiting && !over ? { headers: { 'retry-after': String(pollAfterSeconds) } } : {},
  );
};
