import { codeHash, constantTimeEqual, phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { digits, handle } from '#crypto/random.ts';
import { isoShanghai, nextMidnight, shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/lockout.ts';
import { maskPhone } from '#domain/masks.ts';
import type { SmsPurpose } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import { SmsRefused, SmsUnavailable } from '#gateways/sms/index.ts';
import { smsText } from '#gateways/sms/text.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { Write } from '#store/db.ts';
import {
  guessesLeftWrite,
  guessReturnedWrite,
  lockedProblem,
  reserveAttempt,
  reserveGuess,
  returnAttempt,
  returnGuess,
  rightCodeWrite,
} from '#store/lockouts.ts';
import { returnSend, takeSend } from '#store/sms-windows.ts';
import { type CodeTicket, codeWrite, dropCode, returnTry, tryCode } from '#store/tickets.ts';
import { audited } from './facts.ts';

/**
 * Where a journey's wrong codes count: at login they are failures of the method `sms` (LCK-1) and guesses of the
 * day; elsewhere only guesses (LCK-5).
 */
export type Counting = 'lockout' | 'guess';

const withoutFace = [
  'registration',
  'add-phone',
  'phone-recovery',
  'legacy-binding',
] as const satisfies readonly SmsPurpose[];

/** LCK-5: ten wrong codes a day leave the face where it can stand in, and midnight where only the number counts. */
const guessesUsedUp = (purpose: SmsPurpose, now: Date): Problem =>
  withoutFace.some((one) => one === purpose)
    ? new Problem('TOO_MANY_REQUESTS', { retryAt: isoShanghai(nextMidnight(now)) })
    : new Problem('FACE_REQUIRED');

/**
 * Sends the newest code of a ticket (SMS-1, SMS-2): the phone's window, the code and the guesses left are one
 * transaction; a send that the provider refuses is given back. Two calls in sequence with the ticket's read.
 * @param also writes or conditions of the caller, for the same transaction
 */
export async function sendCode(
  h: House,
  call: AnyCall,
  ticket: CodeTicket,
  purpose: SmsPurpose,
  phone: string,
  counting: Counting,
  also: readonly Write[] = [],
): Promise<{ maskedPhone: string; resendAt: string }> {
  const { policies } = h.settings;
  const now = call.now;
  const phoneKey = phoneKeyOf(h.keys, phone);
  const code = digits(6);
  const hash = codeHash(h.keys, purpose, ticket.ticketKey, phoneKey, code);
  const known = ticket.window?.phoneKey === phoneKey ? ticket.window : undefined;
  const expiresAt = Math.floor(now.getTime() / 1000) + policies.smsCodeSeconds;
  const { taken, before } = await takeSend(h.db, phoneKey, known, now, policies, (window) => [
    codeWrite(ticket, { hash, phoneKey, expiresAt }, { ...window, phoneKey }, now),
    guessesLeftWrite(ticket.personKey, shanghaiDay(now), policies, () => guessesUsedUp(purpose, now), {
      unlocked: counting === 'lockout',
    }),
    ...also,
  ]);
  try {
    const minutes = Math.round(policies.smsCodeSeconds / 60);
    await h.sms.send({ phone, purpose, code, minutes, text: smsText(purpose, code, minutes, call.language) });
  } catch (error) {
    // What surely was not sent does not count; after a timeout the message may be on its way, so the code stays.
    // If giving back fails too, the window simply runs out.
    const surelyUnsent = error instanceof SmsRefused || (error instanceof SmsUnavailable && !error.maybeSent);
    if (surelyUnsent)
      await Promise.allSettled([returnSend(h.db, phoneKey, taken, before), dropCode(h.db, ticket, hash)]);
    if (error instanceof SmsRefused) throw new Problem('PHONE_INVALID', {}, { cause: error });
    throw new Problem('UNAVAILABLE', {}, { cause: error });
  }
  return {
    maskedPhone: maskPhone(phone),
    resendAt: isoShanghai(new Date(now.getTime() + policies.smsGapSeconds * 1000)),
  };
}

/** A right code, with the writes that belong into the transaction of the call that it serves. */
export interface CodeProof<T extends CodeTicket> {
  readonly ticket: T;
  readonly hash: string;
  readonly phoneKey: string;
  /** The reserved guess, for a transaction that writes the day's counts itself (a second write to one item is refused). */
  readonly attemptId: string;
  readonly writes: readonly Write[];
}

/**
 * Checks the code before anything else of its call (SMS-2) and runs `act` with the proof. One try is reserved on
 * the ticket before the comparison, so that parallel guesses are counted exactly, and one in the day's counts before
 * its outcome has any effect: at login a wrong code is answered only once its failure stands, and a right one takes
 * effect in one transaction with the condition that neither lock nor guesses stand against it. Elsewhere the guess is
 * reserved before the comparison. If `act` refuses for another reason, try and reservation go back and the code stays usable; only the transaction
 * inside `act` spends it. `meanwhile` reads beside the reservation what `act` will need.
 */
export async function withCode<T extends CodeTicket, M, R>(
  h: House,
  call: AnyCall,
  input: { id: string; kind: T['kind']; purpose: SmsPurpose; code: string; counting: Counting },
  meanwhile: (ticket: T) => M | Promise<M>,
  act: (proof: CodeProof<T>, read: M) => Promise<R>,
): Promise<R> {
  const { policies } = h.settings;
  const now = call.now;
  const day = shanghaiDay(now);
  const attemptId = handle();
  const ticket = await tryCode<T>(h.db, input.id, input.kind, now, policies.smsCodeTries, attemptId);
  const stored = ticket.code;
  if (!stored) throw new Problem('STATE_CONFLICT');
  const attempt = { personKey: ticket.personKey, day, method: 'sms' as const, attemptId };
  const counted = input.counting === 'lockout';
  const expected = codeHash(h.keys, input.purpose, ticket.ticketKey, stored.phoneKey, input.code);
  const right = constantTimeEqual(expected, stored.hash);
  const usedUp = () => guessesUsedUp(input.purpose, now);
  const reserve = async () => {
    if (!counted) return reserveGuess(h.db, attempt, policies, usedUp);
    if (right) return undefined;
    const lockEvent = audited(h, call, ticket.personKey, 'locked', 'failure', { method: 'sms' });
    return reserveAttempt(h.db, attempt, policies, lockEvent);
  };
  // Both settle before anything is decided, so that nothing is given back that is still on its way.
  const [reserved, read] = await Promise.allSettled([
    reserve(),
    right ? Promise.resolve(meanwhile(ticket)) : undefined,
  ]);
  const giveBack = async () => {
    await Promise.allSettled([
      returnTry(h.db, ticket.ticketKey, attemptId),
      reserved.status === 'rejected'
        ? undefined
        : reserved.value
          ? returnAttempt(h.db, attempt, reserved.value.taken, policies)
          : counted
            ? undefined
            : returnGuess(h.db, attempt),
    ]);
  };
  if (reserved.status === 'rejected') {
    await giveBack();
    throw reserved.reason;
  }
  if (read.status === 'rejected') {
    await giveBack();
    throw read.reason;
  }

  if (!right) {
    const left = Math.min(
      policies.smsCodeTries - (ticket.codeTries?.size ?? 0),
      reserved.value ? remainingAttempts(reserved.value.taken, policies) : Number.POSITIVE_INFINITY,
    );
    // The fifth reservation has already written its own event with the lock.
    if (reserved.value && reserved.value.taken >= policies.lockoutFailures) throw lockedProblem(day);
    const failure = audited(h, call, ticket.personKey, 'login-second-factor', 'failure', {
      method: 'sms',
      purpose: input.purpose,
    });
    try {
      await h.db.put(failure);
    } catch (error) {
      // Told that nothing was changed, the person may trust it: a failure that is not written down is none.
      await giveBack();
      throw error;
    }
    throw new Problem('SMS_CODE_WRONG', { remainingAttempts: left });
  }
  const writes = [counted ? rightCodeWrite(attempt, policies, usedUp) : guessReturnedWrite(attempt)];
  try {
    return await act(
      { ticket, hash: stored.hash, phoneKey: stored.phoneKey, attemptId: attempt.attemptId, writes },
      read.value as M,
    );
  } catch (error) {
    await giveBack();
    throw error;
  }
}
