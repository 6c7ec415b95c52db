import { dayRowExpiry } from '../dynamodb/counters.ts';
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
    update: 'SET #ttl = :ttl ADD wrong :guesses',
    condition: 'attribute_not_exists(wrong) OR size(wrong) < :free OR contains(wrong, :guess)',
    names: { '#ttl': 'ttl' },
    values: {
      ':guesses': new Set([guess.attemptId]),
      ':guess': guess.attemptId,
      ':free': free,
      ':ttl': dayRowExpiry(guess.now),
    },
  });
  return written.ok;
}

/** A right code is no wrong guess, nor is one that was never compared. */
export const returnedPhoneGuessUpdate = ({ phoneKey, now, attemptId }: PhoneGuess): Update => ({
  table: 'SmsWindows',
  key: { phoneKey: dayKey(phoneKey, now) },
  update: 'DELETE wrong :guesses',
  values: { ':guesses': new Set([attemptId]) },
});
