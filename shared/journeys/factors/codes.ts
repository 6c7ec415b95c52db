import { codeHash, constantTimeEqual, phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { digits, newHandle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { remainingAttempts } from '#domain/factors/lockout-policy.ts';
import { sendKindOf, wholeSecond } from '#domain/factors/sms-window.ts';
import type { SmsPurpose } from '#domain/names.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { Problem } from '#domain/problem.ts';
import { SmsRefused, SmsUnavailable } from '#gateways/sms/index.ts';
import { smsText } from '#gateways/sms/text.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { logStrangerSend } from '#runtime/log.ts';
import { reserveAndRead } from '#runtime/settled.ts';
import type { Put, Write } from '#store/dynamodb/tables.ts';
import { lockedProblem } from '#store/people/lockout-row.ts';
import type { Reserved } from '#store/people/lockout-table.ts';
import { reserveSend, returnSend } from '#store/sms/sms-windows.ts';
import { randomShard, stageSendUpdate } from '#store/sms/stage-sms-budget.ts';
import { codeUpdate, dropCode, endedByCodesUpdate, returnTry, tryCode } from '#store/tickets/ticket-codes.ts';
import type { CodeTicket, LoginTicket, ResetTicket } from '#store/tickets/ticket-kinds.ts';
import { auditPut } from '../audit.ts';
import { phoneNumberOf } from '../people/personal-data.ts';
import { challengeRequired } from './anti-automation.ts';
import { type Counting, countOf, sendableChecks } from './code-counts.ts';
import type { StrangersSend } from './stranger-sends.ts';

/**
 * Sends a new code for a ticket (SMS-1, SMS-2, SMS-4). The phone's window, the code on the ticket and the check of the
 * guesses left are one transaction; a send that the provider refuses is given back. Two sequential calls, the read of
 * the ticket included.
 * @param options `stranger`: the facts that were read before a send that strangers can ask for; `also`: writes of the
 * caller for the same transaction
 * @throws Problem SMS_TOO_FREQUENT (SMS-1, SMS-4); CHALLENGE_REQUIRED for a stranger's send; FACE_REQUIRED or
 * TOO_MANY_REQUESTS if the day's guesses are used up, ACCOUNT_LOCKED (LCK-5); PHONE_INVALID, UNAVAILABLE (provider)
 */
export async function sendCode(
  ctx: FlowContext,
  call: AnyCall,
  ticket: CodeTicket,
  purpose: SmsPurpose,
  phone: string,
  counting: Counting,
  { stranger, also = [] }: { readonly stranger?: StrangersSend; readonly also?: readonly Write[] } = {},
): Promise<{ maskedPhone: string; resendAt: string }> {
  const { policies } = ctx.settings;
  const now = call.now;
  const phoneKey = phoneKeyOf(ctx.keys, phone);
  const code = digits(6);
  const hash = codeHash(ctx.handles, purpose, ticket.ticketKey, phoneKey, code);
  const expiresAt = epochSeconds(now) + policies.smsCodeSeconds;
  const shard = randomShard(Math.random());
  const reserved = await reserveSend(
    ctx.db,
    {
      phoneKey,
      kind: sendKindOf(purpose),
      now,
      hint: ticket.window,
      owned: stranger?.sendState?.owned ?? purpose === 'legacy-binding',
      solved: stranger?.human.solved ?? false,
    },
    policies,
    (hint) => [
      codeUpdate(ticket, { hash, phoneKey, expiresAt }, hint, now, policies),
      ...(stranger ? [stageSendUpdate(now, shard, 1)] : []),
      ...sendableChecks(ctx, call, ticket.personKey, purpose, counting),
      ...also,
    ],
    { known: stranger?.sendState, challengeError: () => challengeRequired(ctx, call) },
  );
  if (stranger) logStrangerSend(stranger.percent);
  try {
    const minutes = Math.round(policies.smsCodeSeconds / 60);
    await ctx.sms.send({
      phone,
      purpose,
      code,
      minutes,
      text: smsText(purpose, code, minutes, call.language),
    });
  } catch (error) {
    // A code that certainly was not sent does not count. After a timeout the message may be on its way, so the code
    // stays. If giving back fails too, the window simply ends by time.
    const surelyUnsent = error instanceof SmsRefused || (error instanceof SmsUnavailable && !error.maybeSent);
    if (surelyUnsent)
      await Promise.allSettled([
        returnSend(ctx.db, reserved, stranger ? [stageSendUpdate(now, shard, -1)] : []),
        dropCode(
          ctx.db,
          ticket,
          { hash, phoneKey },
          stranger !== undefined && !ticket.numbers?.has(phoneKey),
        ),
      ]);
    if (error instanceof SmsRefused) throw new Problem('PHONE_INVALID', {}, { cause: error });
    throw new Problem('UNAVAILABLE', {}, { cause: error });
  }
  return {
    maskedPhone: maskPhone(phone),
    resendAt: wholeSecond(now.getTime() + policies.smsGapSeconds * 1000),
  };
}

/**
 * Sends the code to the number that the journey's first step showed (LGN-6).
 * @throws Problem FACE_REQUIRED, PHONE_EMPTY, and the errors of `sendCode`
 */
export async function sendCodeToShownPhone(
  ctx: FlowContext,
  call: AnyCall,
  ticket: LoginTicket | ResetTicket,
  purpose: SmsPurpose,
  counting: Counting,
): ReturnType<typeof sendCode> {
  if (ticket.faceOnly) throw new Problem('FACE_REQUIRED');
  if (!ticket.phone) throw new Problem('PHONE_EMPTY');
  return sendCode(ctx, call, ticket, purpose, phoneNumberOf(ctx, ticket.phone), counting);
}

/** A right code, with the writes that belong into the transaction of the call. */
export interface CodeProof<T extends CodeTicket> {
  readonly ticket: T;
  readonly hash: string;
  readonly phoneKey: string;
  /**
   * The reserved guess, for a transaction that writes the day's counts itself (DynamoDB refuses two writes to one
   * item).
   */
  readonly attemptId: string;
  readonly writes: readonly Write[];
}

/**
 * Checks the code before anything else of its call (SMS-2), and runs `act` if it is right:
 * 1. One write reserves a try on the ticket, so that parallel guesses are counted exactly, and reads the ticket.
 * 2. The code is compared.
 * 3. The guess is reserved in the day's counts (LCK-5): at login only a wrong one, which is a failure too (LCK-1);
 *    elsewhere any. If the code is right, `meanwhile` reads in parallel what `act` will need.
 * 4. A wrong code is audited, and only then answered.
 * 5. A right code: `act` runs. The transaction of `act` spends the code, with the writes of the proof. At login these
 *    writes refuse while the account is locked or has too many guesses.
 * 6. If `act` refuses for another reason, try and reservation are given back, and the code stays valid.
 * @throws Problem SMS_CODE_WRONG {remainingAttempts}, without that number if there is no code to try (any more);
 * ACCOUNT_LOCKED; FACE_REQUIRED, TOO_MANY_REQUESTS or (`ticket`) CHALLENGE_REQUIRED if the guesses are used up; the
 * ticket's NOT_FOUND, STATE_CONFLICT, EXPIRED; what `act` throws
 */
export async function withCode<T extends CodeTicket, M, R>(
  ctx: FlowContext,
  call: AnyCall,
  input: {
    id: string;
    kind: T['kind'];
    purpose: SmsPurpose;
    code: string;
    counting: Counting;
    /** Only for `ticket`: the solution of a challenge, for when the phone's guesses need one. */
    challenge?: string | undefined;
  },
  meanwhile: (ticket: T) => M | Promise<M>,
  act: (proof: CodeProof<T>, read: M) => Promise<R>,
): Promise<R> {
  const { policies } = ctx.settings;
  const attemptId = newHandle();
  const ofTicket = input.counting === 'ticket' ? policies.smsGuessesPerTicket : undefined;
  const ticket = await tryCode<T>(
    ctx.db,
    input.id,
    input.kind,
    call.now,
    policies.smsCodeTries,
    attemptId,
    ofTicket,
  );
  const stored = ticket.code;
  if (!stored) throw new Problem('STATE_CONFLICT');
  const { personKey, ticketKey } = ticket;
  const { hash, phoneKey } = stored;
  const { purpose, challenge } = input;
  const right = constantTimeEqual(codeHash(ctx.handles, purpose, ticketKey, phoneKey, input.code), hash);
  const count = countOf(ctx, call, input.counting, {
    personKey,
    phoneKey,
    purpose,
    attemptId,
    right,
    challenge,
  });
  const giveBack = (isReserved: boolean, guess?: Reserved) =>
    Promise.allSettled([
      returnTry(ctx.db, ticketKey, attemptId),
      isReserved ? count.giveBack(guess) : undefined,
    ]);
  const [reserved, read] = await reserveAndRead<Reserved | undefined, M | undefined>(
    count.reserve(),
    Promise.resolve(right ? meanwhile(ticket) : undefined),
    giveBack,
  );

  if (!right) {
    const left = Math.min(
      policies.smsCodeTries - (ticket.codeTries?.size ?? 0),
      ofTicket === undefined ? Number.POSITIVE_INFINITY : ofTicket - (ticket.wrongCodes?.size ?? 0),
      reserved ? remainingAttempts(reserved.taken, policies) : Number.POSITIVE_INFINITY,
    );
    // The fifth reservation has written its own audit event together with the lock.
    if (reserved && reserved.taken >= policies.lockoutFailures) throw lockedProblem(shanghaiDay(call.now));
    const failure = auditPut(ctx, call, personKey, 'login-second-factor', 'failure', {
      method: 'sms',
      purpose,
    });
    try {
      if (ofTicket !== undefined && (ticket.wrongCodes?.size ?? 0) >= ofTicket)
        await endTicket(ctx, ticketKey, ofTicket, failure);
      else await ctx.db.put(failure);
    } catch (error) {
      // The answer says that nothing was changed, so a failure that could not be written does not count.
      await giveBack(true, reserved);
      throw error;
    }
    throw new Problem('SMS_CODE_WRONG', { remainingAttempts: left });
  }
  try {
    return await act({ ticket, hash, phoneKey, attemptId, writes: [count.success] }, read as M);
  } catch (error) {
    await giveBack(true, reserved);
    throw error;
  }
}

/**
 * LCK-5: ends a ticket with its last wrong code. If one of the counted codes turned out right meanwhile, the ticket
 * continues.
 */
async function endTicket(
  ctx: FlowContext,
  ticketKey: string,
  wrongCodes: number,
  failure: Put,
): Promise<void> {
  const ending = endedByCodesUpdate(ticketKey, wrongCodes);
  const result = await ctx.db.tryTransact([ending, failure]);
  if (result.ok) return;
  if (result.refusedBy !== ending) throw result.problem;
  await ctx.db.put(failure);
}
