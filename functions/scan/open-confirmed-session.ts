import { Problem } from '#domain/problem.ts';
import { actingOptionFor } from '#journeys/sessions/company-claims.ts';
import { sessionOpening } from '#journeys/sessions/open-session.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { asPerson } from '#store/sessions/session-row.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { spendTicketUpdate } from '#store/tickets/tickets.ts';

/**
 * QR-2: opens the session of a confirmed code, once: the write that spends the code opens the session. Of many polls
 * one gets the session, the others undefined. Account and relation, or both forms of a tax agent (AGY-1), are judged as
 * they are now (QR-3); a lock does not refuse it (LCK-5).
 */
export async function openConfirmedSession(ctx: FlowContext, call: AnyCall, ticket: ScanTicket) {
  const { confirmed } = ticket;
  if (!confirmed) throw new Problem('STATE_CONFLICT');
  const spend = spendTicketUpdate(ticket, call.now, equals('scanState', 'confirmed'));
  return retryOnConcurrentChange(async () => {
    const [person, option] = await Promise.all([
      findPerson(ctx.db, confirmed.personKey),
      confirmed.company && actingOptionFor(ctx, confirmed.personKey, confirmed.company, call.now),
    ]);
    const opening = sessionOpening(
      ctx,
      call,
      requireAdmitted(person, 'USER_NOT_REGISTERED'),
      option ?? asPerson,
      { method: 'qr', qr: confirmed.channel },
    );
    const result = await ctx.db.tryTransact([spend, ...(option?.writes ?? []), ...opening.writes]);
    if (result.ok) return opening.answer();
    // Another poll has already turned the code into the session.
    if (result.refusedBy === spend) return undefined;
    throw result.problem;
  });
}
