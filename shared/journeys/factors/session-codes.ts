import type { SmsWindowHint } from '#domain/factors/sms-window.ts';
import type { FlowContext } from '#runtime/context.ts';
import { firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type RegisteredPerson, requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { smsCodeSpentUpdate } from '#store/tickets/ticket-codes.ts';
import {
  type SessionCodePurpose,
  type SessionCodeTicket,
  sessionCodeId,
} from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { sendCode, withCode } from './codes.ts';
import type { SessionCall } from './fresh-factor.ts';
import type { StrangersSend } from './stranger-sends.ts';

/**
 * Sends a code for something that the signed-in person does; the code before it, of the same session and purpose,
 * becomes void.
 * @param hint what the person's last journey remembered of the number's window
 */
export function sendSessionCode(
  ctx: FlowContext,
  call: SessionCall,
  purpose: SessionCodePurpose,
  phone: string,
  hint: SmsWindowHint | undefined,
  more: { stranger?: StrangersSend; numbers?: SessionCodeTicket['numbers'] | undefined } = {},
) {
  const { session } = call.caller;
  const ticket: SessionCodeTicket = {
    ticketKey: ticketKeyOf(sessionCodeId(session.sessionId, purpose)),
    kind: purpose,
    personKey: session.personKey,
    expiresAt: session.expiresAt,
    state: 'open',
    ...(hint ? { window: hint } : {}),
    ...(more.numbers ? { numbers: more.numbers } : {}),
  };
  return sendCode(
    ctx,
    call,
    ticket,
    purpose,
    phone,
    'guess',
    more.stranger ? { stranger: more.stranger } : {},
  );
}

/** The numbers to which codes of this session and purpose were sent (SMS-4). */
export const sessionCodeNumbers = async (
  ctx: FlowContext,
  call: SessionCall,
  purpose: SessionCodePurpose,
): Promise<SessionCodeTicket['numbers']> => {
  const ticketKey = ticketKeyOf(sessionCodeId(call.caller.session.sessionId, purpose));
  return (await ctx.db.get<SessionCodeTicket>('Tickets', { ticketKey }))?.numbers;
};

/** The proof that a code of the session was right. */
export interface SessionCodeProof {
  /** The number that the code was sent to. */
  readonly phoneKey: string;
  /** The reserved guess, for a transaction that writes the day's counts itself. */
  readonly attemptId: string;
  /** The write that uses the code up. */
  readonly spent: Write;
  /** The writes that give the guess back. */
  readonly guess: readonly Write[];
}

/**
 * Checks the code before anything else (SMS-2) and runs the person's action with it. If the person changed meanwhile
 * (`ConcurrentChange`), the person is read again.
 */
export function withSessionCode<R>(
  ctx: FlowContext,
  call: SessionCall,
  purpose: SessionCodePurpose,
  code: string,
  act: (proof: SessionCodeProof, person: RegisteredPerson) => Promise<R>,
): Promise<R> {
  const { sessionId, personKey } = call.caller.session;
  return withCode<SessionCodeTicket, Awaited<ReturnType<typeof findPerson>>, R>(
    ctx,
    call,
    { id: sessionCodeId(sessionId, purpose), kind: purpose, purpose, code, counting: 'guess' },
    () => findPerson(ctx.db, personKey),
    (right, read) => {
      const proof: SessionCodeProof = {
        phoneKey: right.phoneKey,
        attemptId: right.attemptId,
        spent: smsCodeSpentUpdate(right.ticket, right.hash, call.now),
        guess: right.writes,
      };
      const readPerson = firstRead(read, () => findPerson(ctx.db, personKey));
      return retryOnConcurrentChange(async () =>
        act(proof, requireAdmitted(await readPerson(), 'USER_NOT_REGISTERED')),
      );
    },
  );
}
