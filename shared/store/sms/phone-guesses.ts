import { dayRowExpiry } from '../dynamodb/counters.ts';
import { absent, any, holds, sizeBelow } from '../dynamodb/expressions.ts';
import type { Db, Update } from '../dynamodb/tables.ts';
import { dayKey } from './sms-windows.ts';

/**
 * LCK-5: wrong codes of a day that were sent to a number and typed by people who are not registered. A few are free;
 * after them each needs a challenge and is no longer counted. A guess is a member of a set, like an attempt in
 * Lockouts.
 */
export interface PhoneGuess {
  readonly phoneKey: string;
  readonly now: Date;
  /** Random, a new one for each request. */
  readonly attemptId: string;
}

/** Reserves a free guess. False if none is left. */
export async function reservePhoneGuess(db: Db, guess: PhoneGuess, free: number): Promise<boolean> {
  const written = await db.update({
    table: 'SmsWindows',
    key: { phoneKey: dayKey(guess.phoneKey, guess.now) },
    update: { set: { ttl: dayRowExpiry(guess.now) }, add: { wrong: new Set([guess.attemptId]) } },
    condition: any(absent('wrong'), sizeBelow('wrong', free), holds('wrong', guess.attemptId)),
  });
  return written.ok;
}

/** A right code, and a code that was never compared, is no wrong guess. */
export const returnedPhoneGuessUpdate = ({ phoneKey, now, attemptId }: PhoneGuess): Update => ({
  table: 'SmsWindows',
  key: { phoneKey: dayKey(phoneKey, now) },
  update: { take: { wrong: new Set([attemptId]) } },
});
