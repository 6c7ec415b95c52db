import { isoShanghai } from '#domain/days.ts';
import { lockedUntil, lockoutExpiry } from '#domain/lockout-policy.ts';
import type { AuthMethod } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import type { Db, Put, Update, Write } from '../dynamodb/tables.ts';

/**
 * Failures per person and calendar day (LCK). The day is part of the key, so counts die at midnight without anybody
 * resetting them, and yesterday's lock does not hold today whether or not the sweep ran (UNL-2).
 *
 * An attempt is a member of a set, not a number: taking the same attempt twice (an SDK retry after a lost answer)
 * takes it once, and giving it back is exact.
 */
export interface LockoutRow {
  readonly personKey: string;
  readonly day: string;
  readonly password?: ReadonlySet<string>;
  readonly sms?: ReadonlySet<string>;
  readonly face?: ReadonlySet<string>;
  /** Wrong SMS codes of the day over all tickets and purposes (LCK-5). */
  readonly smsGuesses?: ReadonlySet<string>;
  readonly lockedAt?: string;
  readonly lockedBy?: AuthMethod;
  readonly sweepKey?: string;
}

export interface Attempt {
  readonly personKey: string;
  readonly day: string;
  readonly method: AuthMethod;
  /** Random, one per request. */
  readonly attemptId: string;
}
export interface Reserved {
  /** Attempts of this method that stand now, this one included. */
  readonly taken: number;
}

/** The sweep reads this many partitions a day side by side; one would be hot on a bad night. */
export const sweepShards = 8;
export const sweepKeyOf = (day: string, shard: number): string => `${day}#${shard}`;
/** Over the whole key: its last character alone says only four bits of the hash. */
export function shardOf(personKey: string): number {
  let sum = 0;
  for (let at = 0; at < personKey.length; at++) sum = (sum * 31 + personKey.charCodeAt(at)) % 1_000_003;
  return sum % sweepShards;
}

export const lockoutKey = (personKey: string, day: string) => ({ personKey, day });

export const lockedProblem = (day: string): Problem =>
  new Problem('ACCOUNT_LOCKED', { lockedUntil: isoShanghai(lockedUntil(day)) });

const guesses = '#guesses';
const notLocked = 'attribute_not_exists(lockedAt)';

/** SMS attempts also count against the day's guesses; the two sets move together in one write. */
function reservation(attempt: Attempt, policies: Policies) {
  const sms = attempt.method === 'sms';
  return {
    add: sms ? `ADD #m :attempt, ${guesses} :attempt` : 'ADD #m :attempt',
    names: { '#m': attempt.method, '#ttl': 'ttl', ...(sms ? { [guesses]: 'smsGuesses' } : {}) },
    values: {
      ':attempt': new Set([attempt.attemptId]),
      ':id': attempt.attemptId,
      ':ttl': lockoutExpiry(attempt.day, policies),
    },
    /** DynamoDB refuses redundant parentheses, so the two methods' conditions are put together differently. */
    withinLimits: sms
      ? `((attribute_not_exists(#m) OR size(#m) < :last) AND (attribute_not_exists(${guesses}) OR size(${guesses}) < :guesses))`
      : 'attribute_not_exists(#m) OR size(#m) < :last',
    withinGuesses: sms ? ` AND (attribute_not_exists(${guesses}) OR size(${guesses}) < :guesses)` : '',
    guessValues: sms ? { ':guesses': policies.smsGuessesPerDay } : {},
  };
}

/**
 * LCK-4: reserves one look before anything is compared. Any number of parallel requests gets at most five between
 * successes, because each is one conditional write; the fifth marks the lock (and its audit event) in the same
 * transaction. Throws ACCOUNT_LOCKED, or FACE_REQUIRED when the day's SMS guesses are used up (LCK-5).
 * `known` is the row if the caller has just read it: it only chooses which write is tried first.
 */
export async function reserveAttempt(
  db: Db,
  attempt: Attempt,
  policies: Policies,
  lockEvent: Put,
  known?: LockoutRow,
): Promise<Reserved> {
  try {
    return await reserve(db, attempt, policies, lockEvent, known);
  } catch (error) {
    // It may have arrived though its answer did not: what nobody looked at does not count.
    if (!(error instanceof Problem)) await returnAttempt(db, attempt, 0, policies).catch(() => undefined);
    throw error;
  }
}

async function reserve(
  db: Db,
  attempt: Attempt,
  policies: Policies,
  lockEvent: Put,
  known: LockoutRow | undefined,
): Promise<Reserved> {
  const { personKey, day, method } = attempt;
  const last = policies.lockoutFailures - 1;
  const r = reservation(attempt, policies);
  let row = known;
  // Each round loses only to a success or failure beside it; the right password must not lose to a flood of wrong ones.
  for (let round = 0; round < 12; round++) {
    if (row?.lockedAt) throw lockedProblem(day);
    if (method === 'sms' && (row?.smsGuesses?.size ?? 0) >= policies.smsGuessesPerDay)
      throw new Problem('FACE_REQUIRED');

    if ((row?.[method]?.size ?? 0) < last) {
      const written = await db.update<LockoutRow>({
        table: 'Lockouts',
        key: lockoutKey(personKey, day),
        update: `${r.add} SET #ttl = :ttl`,
        condition: `${notLocked} AND (contains(#m, :id) OR ${r.withinLimits})`,
        names: r.names,
        values: { ...r.values, ...r.guessValues, ':last': last },
      });
      if (written.ok) return { taken: written.item[method]?.size ?? 1 };
      row = written.old;
      continue;
    }

    const fifth: Write = {
      table: 'Lockouts',
      key: lockoutKey(personKey, day),
      update: `${r.add} SET #ttl = :ttl, lockedAt = :now, lockedBy = :method, sweepKey = :sweep`,
      condition: `${notLocked} AND size(#m) = :last AND NOT contains(#m, :id)${r.withinGuesses}`,
      names: r.names,
      values: {
        ...r.values,
        ...r.guessValues,
        ':last': last,
        ':now': new Date().toISOString(),
        ':method': method,
        ':sweep': sweepKeyOf(day, shardOf(personKey)),
      },
    };
    const locked = await db.tryTransact([fifth, lockEvent]);
    if (locked.ok) return { taken: policies.lockoutFailures };
    if (locked.refusedBy !== fifth) throw locked.problem;
    row = locked.item as LockoutRow | undefined;
  }
  // Successes and failures of the same person keep crossing each other: refuse, nothing was reserved.
  throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 });
}

/**
 * Gives a reservation back after our own error (LCK-4). A lock stands on five attempts of its method: with any of
 * them given back, whichever had set it, that lock goes too.
 * @param taken only says which of the two writes is tried first.
 */
export async function returnAttempt(
  db: Db,
  attempt: Attempt,
  taken: number,
  policies: Policies,
): Promise<void> {
  const r = reservation(attempt, policies);
  let lifting = taken >= policies.lockoutFailures;
  for (let round = 0; round < 4; round++) {
    const written = await db.update<LockoutRow>({
      table: 'Lockouts',
      key: lockoutKey(attempt.personKey, attempt.day),
      update: `${r.add.replace('ADD', 'DELETE')}${lifting ? ' REMOVE lockedAt, lockedBy, sweepKey' : ''}`,
      condition: lifting
        ? 'contains(#m, :id) AND lockedBy = :method'
        : 'contains(#m, :id) AND (attribute_not_exists(lockedBy) OR lockedBy <> :method)',
      names: Object.fromEntries(Object.entries(r.names).filter(([name]) => name !== '#ttl')),
      values: { ':attempt': r.values[':attempt'], ':id': attempt.attemptId, ':method': attempt.method },
    });
    if (written.ok) return;
    if (!written.old?.[attempt.method]?.has(attempt.attemptId)) {
      // A success beside this one has cleared the method's count; the guess of the day is still there.
      if (written.old?.smsGuesses?.has(attempt.attemptId)) await db.update(returnedGuessUpdate(attempt));
      return;
    }
    lifting = written.old.lockedBy === attempt.method;
  }
}

/**
 * Success of a method resets its count, in the transaction that gives the success its effect. A lock set by another
 * method in the meantime refuses it; the lock that this method's own reservations set is lifted. A success that holds
 * no reservation (a face proof from earlier) has no part in any lock and is refused by each.
 * `guess` is the right SMS code of the same call: one item stands only once in a transaction.
 */
export function successUpdate(
  attempt: Attempt,
  policies: Policies,
  { reserved, guess }: { reserved: boolean; guess?: string | undefined } = { reserved: true },
): Write {
  const sms = attempt.method === 'sms';
  const guessed = sms ? attempt.attemptId : guess;
  return {
    table: 'Lockouts',
    key: lockoutKey(attempt.personKey, attempt.day),
    update: `SET #ttl = :ttl REMOVE #m, lockedAt, lockedBy, sweepKey${guessed ? ` DELETE ${guesses} :guess` : ''}`,
    condition: reserved ? `${notLocked} OR lockedBy = :method` : notLocked,
    names: { '#m': attempt.method, '#ttl': 'ttl', ...(guessed ? { [guesses]: 'smsGuesses' } : {}) },
    values: {
      ...(reserved ? { ':method': attempt.method } : {}),
      ':ttl': lockoutExpiry(attempt.day, policies),
      ...(guessed ? { ':guess': new Set([guessed]) } : {}),
    },
    onRefused: () => lockedProblem(attempt.day),
  };
}

/**
 * The success of a right SMS code, which holds no reservation: it counts as one look that is over with it. Refused by
 * every lock, and where the day's guesses are used up (`usedUp`, LCK-5), so that five wrong codes before it keep it out.
 */
export function rightCodeUpdate(attempt: Attempt, policies: Policies, usedUp: () => Problem): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(attempt.personKey, attempt.day),
    update: 'SET #ttl = :ttl REMOVE #m',
    condition: `${notLocked} AND (attribute_not_exists(${guesses}) OR size(${guesses}) < :guesses)`,
    names: { '#m': attempt.method, '#ttl': 'ttl', [guesses]: 'smsGuesses' },
    values: { ':ttl': lockoutExpiry(attempt.day, policies), ':guesses': policies.smsGuessesPerDay },
    onRefused: (old) => ((old as LockoutRow | undefined)?.lockedAt ? lockedProblem(attempt.day) : usedUp()),
  };
}

/** LCK-2 for a method that is not counted here: refuses while the account is locked. */
export function notLockedCheck(personKey: string, day: string): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: notLocked,
    onRefused: () => lockedProblem(day),
  };
}

/**
 * LCK-3, LCK-5: 忘记密码 clears all three counts and the lock; the day's wrong guesses stay counted, except the
 * `guess` that turned out right. `lock` says whether one was seen (its end has its own audit event) and what to throw
 * where that has changed since.
 */
export function unlockUpdate(
  personKey: string,
  day: string,
  policies: Policies,
  lock: { readonly seen: boolean; readonly onRefused: () => Error },
  guess?: string,
): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: lock.seen ? 'attribute_exists(lockedAt)' : notLocked,
    onRefused: lock.onRefused,
    update: `SET #ttl = :ttl REMOVE password, sms, face, lockedAt, lockedBy, sweepKey${guess ? ' DELETE smsGuesses :guess' : ''}`,
    names: { '#ttl': 'ttl' },
    values: { ':ttl': lockoutExpiry(day, policies), ...(guess ? { ':guess': new Set([guess]) } : {}) },
  };
}

/**
 * LCK-5 outside of login: wrong codes in registration, reset and the like count only towards the day's guesses.
 * Throws `usedUp` when there are none left.
 */
export async function reserveGuess(
  db: Db,
  guess: Omit<Attempt, 'method'>,
  policies: Policies,
  usedUp: () => Problem,
): Promise<undefined> {
  const written = await db
    .update<LockoutRow>({
      table: 'Lockouts',
      key: lockoutKey(guess.personKey, guess.day),
      update: 'ADD smsGuesses :attempt SET #ttl = :ttl',
      condition:
        'contains(smsGuesses, :id) OR attribute_not_exists(smsGuesses) OR size(smsGuesses) < :guesses',
      names: { '#ttl': 'ttl' },
      values: {
        ':attempt': new Set([guess.attemptId]),
        ':id': guess.attemptId,
        ':guesses': policies.smsGuessesPerDay,
        ':ttl': lockoutExpiry(guess.day, policies),
      },
    })
    .catch(async (error: unknown) => {
      await returnGuess(db, guess).catch(() => undefined);
      throw error;
    });
  if (!written.ok) throw usedUp();
}

/** Gives a guess back that was never compared. */
export const returnGuess = (db: Db, guess: Omit<Attempt, 'method'>) =>
  db.update({
    ...returnedGuessUpdate(guess),
    condition: 'contains(smsGuesses, :id)',
    values: { ':attempt': new Set([guess.attemptId]), ':id': guess.attemptId },
  });

/**
 * Refuses to send another code while the day's guesses are used up (LCK-5), and at login while the account is
 * locked, inside the send's transaction.
 */
export function guessesLeftCheck(
  personKey: string,
  day: string,
  policies: Policies,
  usedUp: () => Problem,
  { unlocked }: { unlocked: boolean },
): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: `(attribute_not_exists(smsGuesses) OR size(smsGuesses) < :guesses)${unlocked ? ` AND ${notLocked}` : ''}`,
    values: { ':guesses': policies.smsGuessesPerDay },
    onRefused: (old) =>
      unlocked && (old as LockoutRow | undefined)?.lockedAt ? lockedProblem(day) : usedUp(),
  };
}

/** A right code is no wrong guess: takes the reservation out, alone or in the transaction of its success. */
export function returnedGuessUpdate(guess: Omit<Attempt, 'method'>): Update {
  return {
    table: 'Lockouts',
    key: lockoutKey(guess.personKey, guess.day),
    update: 'DELETE smsGuesses :attempt',
    values: { ':attempt': new Set([guess.attemptId]) },
  };
}

/** One page of the locked rows of a day's shard, for the midnight sweep (UNL-1). Reads the sparse index only. */
export const lockedRows = (db: Db, day: string, shard: number, from?: Record<string, string>) =>
  db.query<{ personKey: string; day: string }>('Lockouts', {
    index: 'sweep',
    condition: 'sweepKey = :key',
    values: { ':key': sweepKeyOf(day, shard) },
    limit: 100,
    from,
  });

/** Takes the lock mark off an ended day's row, once: the condition makes a second sweep pass over it. */
export function sweptUpdate(personKey: string, day: string): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    update: 'REMOVE sweepKey',
    condition: 'attribute_exists(sweepKey)',
  };
}
