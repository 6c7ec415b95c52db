import { isoShanghai, nextMidnight, shanghaiDay } from '#domain/days.ts';
import type { SmsPurpose } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import {
  type Reserved,
  reserveAttempt,
  returnAttempt,
  rightCodeUpdate,
} from '#store/people/lockout-table.ts';
import {
  guessesLeftCheck,
  reserveGuess,
  returnedGuessUpdate,
  returnGuess,
} from '#store/people/sms-guesses.ts';
import { type PhoneGuess, reservePhoneGuess, returnedPhoneGuessUpdate } from '#store/sms/phone-guesses.ts';
import { auditPut } from '../audit.ts';
import { challengeRequired, spendSolution } from './anti-automation.ts';

/**
 * Where wrong codes of a journey count (LCK-5). `lockout`, at login: as failures of the method `sms` (LCK-1) and as
 * guesses of the day. `guess`, elsewhere: only as guesses of the day. `ticket`, for a person who is not registered: on
 * the ticket and the phone, because the document may be invented and its owner must not suffer.
 */
export type Counting = 'lockout' | 'guess' | 'ticket';

const withoutFace = [
  'add-phone',
  'phone-recovery',
  'legacy-binding',
] as const satisfies readonly SmsPurpose[];

/**
 * LCK-5: after ten wrong codes on a day the person can use the face where it may replace the code; where only the
 * number counts, they must wait until midnight.
 */
const guessesUsedUp = (purpose: SmsPurpose, now: Date): Problem =>
  withoutFace.some((one) => one === purpose)
    ? new Problem('TOO_MANY_REQUESTS', { retryAt: isoShanghai(nextMidnight(now)) })
    : new Problem('FACE_REQUIRED');

/** For the transaction of a send: no code is sent that the person could not enter. */
export const sendableChecks = (
  { settings }: Pick<FlowContext, 'settings'>,
  { now }: AnyCall,
  personKey: string,
  purpose: SmsPurpose,
  counting: Counting,
): Write[] =>
  counting === 'ticket'
    ? []
    : [
        guessesLeftCheck(personKey, shanghaiDay(now), settings.policies, () => guessesUsedUp(purpose, now), {
          unlocked: counting === 'lockout',
        }),
      ];

/** One comparison of a code. */
export interface Guess {
  readonly personKey: string;
  readonly phoneKey: string;
  readonly purpose: SmsPurpose;
  /** Random, a new one for each request. */
  readonly attemptId: string;
  readonly right: boolean;
  /** Only for `ticket`: the solution of a challenge, for when the phone's guesses need one. */
  readonly challenge?: string | undefined;
}

/** How one comparison counts. */
interface Count {
  /** Reserves the guess before its outcome has any effect; returns the failures of the day, where these are counted. */
  readonly reserve: () => Promise<Reserved | undefined>;
  /** Gives back what `reserve` took. */
  readonly giveBack: (reserved: Reserved | undefined) => Promise<unknown>;
  /** The write that a right code adds to its transaction. */
  readonly success: Write;
}

export function countOf(ctx: FlowContext, call: AnyCall, counting: Counting, guess: Guess): Count {
  const { policies } = ctx.settings;
  const { now } = call;
  const { personKey, attemptId } = guess;
  const attempt = { personKey, day: shanghaiDay(now), method: 'sms' as const, attemptId };
  const usedUp = () => guessesUsedUp(guess.purpose, now);
  switch (counting) {
    case 'lockout':
      return {
        // LCK-4: a wrong code is answered only after it is counted. A right code is not counted: its transaction is
        // refused after five wrong ones, so however many codes are tried in parallel, no sixth try can succeed.
        reserve: async () =>
          guess.right
            ? undefined
            : reserveAttempt(
                ctx.db,
                attempt,
                policies,
                auditPut(ctx, call, personKey, 'locked', 'failure', { method: 'sms' }),
              ),
        giveBack: async (reserved) => reserved && returnAttempt(ctx.db, attempt, reserved.taken, policies),
        success: rightCodeUpdate(attempt, policies, usedUp),
      };
    case 'guess':
      return {
        reserve: () => reserveGuess(ctx.db, attempt, policies, usedUp),
        giveBack: () => returnGuess(ctx.db, attempt),
        success: returnedGuessUpdate(attempt),
      };
    case 'ticket': {
      const ofPhone = { phoneKey: guess.phoneKey, now, attemptId };
      return {
        reserve: () => reserveUnregistered(ctx, call, ofPhone, guess.challenge),
        giveBack: () => ctx.db.update(returnedPhoneGuessUpdate(ofPhone)),
        success: returnedPhoneGuessUpdate(ofPhone),
      };
    }
  }
}

/**
 * LCK-5: a guess of a person who is not registered. After the free guesses of the phone each guess needs a solved
 * challenge.
 */
async function reserveUnregistered(
  ctx: FlowContext,
  call: AnyCall,
  guess: PhoneGuess,
  challenge: string | undefined,
): Promise<undefined> {
  if (await reservePhoneGuess(ctx.db, guess, ctx.settings.policies.smsGuessesFreePerPhone)) return;
  if (challenge !== undefined && (await spendSolution(ctx, call, challenge))) return;
  throw await challengeRequired(ctx, call);
}
