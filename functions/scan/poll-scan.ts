import { constantTimeEqual } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import { pollHashOf, scanStateAt } from '#journeys/factors/scans.ts';
import { checkedSince, endedByOrder, stepUpProof, stepUpResultOf } from '#journeys/factors/step-up-proof.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { noticeFor } from '#runtime/messages/index.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import type { scan } from './contract.ts';
import { openConfirmedSession } from './open-confirmed-session.ts';

/** Seconds a page should wait before it asks again. */
const pollAfterSeconds = 2;

/**
 * One eventually consistent read while the person is busy with the phone. Only the browser that asked for the scan has
 * the poll secret (QR-2); for anybody else the ticket does not exist.
 */
export const pollScan: StepOf<typeof scan, 'poll'> = async (ctx, call) => {
  const secret = call.header('poll-secret');
  const ticket = await ctx.db.get<ScanTicket>(
    'Tickets',
    { ticketKey: ticketKeyOf(call.params.ticket) },
    { consistent: false },
  );
  if (ticket?.kind !== 'scan' || !secret || !constantTimeEqual(pollHashOf(secret), ticket.pollHash)) {
    throw new Problem('NOT_FOUND');
  }
  const state = scanStateAt(ticket, call.now);
  if (state === 'passed') return ok({ state, ...(await proofFor(ctx, call, ticket)) });
  if (state === 'confirmed' && ticket.state === 'open') {
    const opened = await openConfirmedSession(ctx, call, ticket);
    return opened ? ok({ state, session: opened.session }, { cookies: opened.cookies }) : ok({ state });
  }
  const waiting = state === 'pending' || state === 'scanned';
  return ok(
    // REG-5: the page also shows what helps, not only the phone.
    {
      state,
      ...(state === 'scanned' && ticket.scannedBy ? { scannedBy: ticket.scannedBy.name } : {}),
      ...(ticket.failures
        ? { advice: noticeFor('FACE_FAILED', call.language), remainingAttempts: ticket.triesLeft ?? 0 }
        : {}),
    },
    waiting ? { headers: { 'retry-after': String(pollAfterSeconds) } } : {},
  );
};

/**
 * STP-3: the system of the terminal or hall gets its proof in this answer; our own page asks for its proof separately
 * (STP-2). The proof is made from the present facts: a person whose account has ended since, or is suspended, gets none
 * (STP-4, ORD-1).
 */
async function proofFor(ctx: FlowContext, call: CallOf<typeof scan, 'poll'>, ticket: ScanTicket) {
  const result = ticket.purpose === 'verification' ? stepUpResultOf(ctx, ticket, call.now) : undefined;
  if (!result || ticket.personKey === undefined) return {};
  const person = requireAdmitted(await findPerson(ctx.db, ticket.personKey), 'USER_NOT_REGISTERED');
  if (!checkedSince(person, result.faceCheck)) throw new Problem('USER_NOT_REGISTERED');
  if (endedByOrder(person, result.faceCheck)) return {};
  return { proof: await stepUpProof(ctx, call, result, person, result.faceCheck, result.stepUp) };
}
