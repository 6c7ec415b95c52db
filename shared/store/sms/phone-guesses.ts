import { dayRowExpiry } from '../dynamodb/counters.ts';
import { absent, any, holds, sizeBelow } from '../dynamodb/expressions.ts';
import type { Db, Update } from '../dynamodb/tables.ts';
import { dayKey } from './sms-windows.ts';

/**
 * LCK-5: wrong codes of a day that were sent to a number, typed by people who are not registered. So many are free; after
 * them each wants a challenge and is counted no more. A guess is a member of a set, like an attempt in Lockouts.
 */
export interface PhoneGuess {
  readonly phoneKey: string;
  readonly now: Date;
  /** Random, one per request. */
  readonly attemptId: string;
}

/** Reserves a free guess. False where there is none left. */
export async function reservePhoneGuess(db: Db, guess: PhoneGuess, free: number): Promise<boolean> {
  const written = await db.update({
    table: 'SmsWindows',
    key: { phoneKey: dayKey(guess.phoneKey, guess.now) },
    update: { set: { ttl: dayRowExpiry(guess.now) }, add: { wrong: new Set([guess.attemptId]) } },
    condition: any(absent('wrong'), sizeBelow('wrong', free), holds('wrong', guess.attemptId)),
  });
  return written.ok;
}

/** A right code is no wrong guess, nor is one that was never compared. */
export const returnedPhoneGuessUpdate = ({ phoneKey, now, attemptId }: PhoneGuess): Update => ({
  table: 'SmsWindows',
  key: { phoneKey: dayKey(phoneKey, now) },
  update: { take: { wrong: new Set([attemptId]) } },
});
