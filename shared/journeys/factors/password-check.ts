import {
  hashPassword,
  isHashed,
  matchesInitialPassword,
  type StoredPassword,
  verifyPassword,
} from '#crypto/passwords.ts';
import { handle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/lockout-policy.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { getKeys } from '#gateways/secrets.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { settled } from '#runtime/settled.ts';
import type { AuditEvent, AuditKind } from '#store/audit/audit-events.ts';
import { ConcurrentChange, firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type Attempt, type LockoutRow, lockedProblem } from '#store/people/lockout-row.ts';
import { type Reserved, reserveAttempt, returnAttempt, successUpdate } from '#store/people/lockout-table.ts';
import { type Active, isActive, isSuspended, type Person } from '#store/people/person-row.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import { auditPut } from '../audit.ts';
import { numberOf } from '../people/personal-data.ts';

/**
 * Verifies against a stored hash. A hash whose pepper is newer than this container's copy of the secret (the pepper
 * was just rotated and another container re-hashed) makes it read the secret again instead of failing.
 */
export async function passwordMatches(
  ctx: Pick<FlowContext, 'keys' | 'settings'>,
  stored: StoredPassword,
  password: string,
) {
  const keys = ctx.keys.peppers.has(stored.pepperVersion) ? ctx.keys : await getKeys(stored.pepperVersion);
  return verifyPassword(stored, password, keys, ctx.settings.policies);
}

/** The password of a person, whatever it is kept as (LGN-11). An account without one is our fault, no failed attempt. */
async function ownPasswordMatches(
  ctx: Pick<FlowContext, 'keys' | 'settings' | 'dataKeys'>,
  person: Person,
  typed: string,
): Promise<{ ok: boolean; needsRehash: boolean }> {
  const { password } = person;
  if (!password) throw new Error('an active account without a password');
  if (isHashed(password)) return passwordMatches(ctx, password, typed);
  const ok = await matchesInitialPassword(numberOf(ctx, person), typed, ctx.keys, ctx.settings.policies);
  // It is to be changed, not to be hashed.
  return { ok, needsRehash: false };
}

/** One look at the person's password, today (LCK-1). */
export const passwordAttempt = (personKey: string, now: Date): Attempt => ({
  personKey,
  day: shanghaiDay(now),
  method: 'password',
  attemptId: handle(),
});

/** Reserves the look before anything is compared (LCK-4); `where` stands in the event of the lock it may set. */
export const reservePassword = (
  ctx: FlowContext,
  call: AnyCall,
  attempt: Attempt,
  where: AuditEvent['detail'],
  known?: LockoutRow,
): Promise<Reserved> =>
  reserveAttempt(
    ctx.db,
    attempt,
    ctx.settings.policies,
    auditPut(ctx, call, attempt.personKey, 'locked', 'failure', { method: 'password', ...where }),
    known,
  );

/** Our own error is nobody's failure: the reservation goes back (LCK-4). */
export async function comparePassword(
  ctx: FlowContext,
  person: Person,
  password: string,
  attempt: Attempt,
  reserved: Reserved,
) {
  try {
    return await ownPasswordMatches(ctx, person, password);
  } catch (error) {
    await returnAttempt(ctx.db, attempt, reserved.taken, ctx.settings.policies);
    throw error;
  }
}

/** LGN-7 with the tries left; the fifth failure answers the lock itself, whose event the reservation has written. */
export const wrongPasswordProblem = (taken: number, now: Date, policies: Policies): Problem =>
  taken >= policies.lockoutFailures
    ? lockedProblem(shanghaiDay(now))
    : new Problem('BAD_CREDENTIALS', { remainingAttempts: remainingAttempts(taken, policies) });

/**
 * Replaces a weaker or wrapped hash by one of today's (PWD-3, MIG-1). Best effort: a person who changes something at the
 * same moment keeps the old one until the next login.
 */
export async function rehash(ctx: FlowContext, call: AnyCall, person: Person, typed: string): Promise<void> {
  const hashed = await hashPassword(typed, ctx.keys, ctx.settings.policies);
  const password = person.password?.initial ? { ...hashed, initial: true as const } : hashed;
  await ctx.db
    .transact([
      personUpdate(person.personKey, person.rev, { password }, () => new ConcurrentChange()),
      auditPut(ctx, call, person.personKey, 'password-rehashed', 'success'),
    ])
    .catch(() => undefined);
}

/** What was typed as the person's password outside of the login. */
export interface TypedPassword {
  readonly personKey: string;
  readonly password: string;
  /** What it was typed for, as the audit names it. */
  readonly purpose: string;
  /** The kind of event that a wrong one leaves. */
  readonly kind?: AuditKind;
  /**
   * LGN-11: what a right password answers that the registry set, because many know it. PASSWORD_CHANGE_REQUIRED unless
   * said otherwise; undefined where it serves, or `act` itself refuses it.
   */
  readonly initial?: Problem | undefined;
  /** The right SMS code of the same call (`CodeProof.attemptId`): its guess is given back in the same write. */
  readonly guess?: string;
  /** What else must fit the person (PHN-4: the name). A miss of it answers, counts and takes as long as a wrong password. */
  readonly alike?: (person: Person) => boolean;
  /** The person where the caller has read them already. */
  readonly read?: Person | undefined;
}

/**
 * LCK-5: a password typed in the account centre or for 找回手机号码 counts like one at login. One reserved look; when
 * it was right, `act` gets the person and the write that resets the count, for its transaction. If `act` refuses for
 * another reason, the reservation goes back; if it meets ConcurrentChange, the person is read and compared again. Throws
 * BAD_CREDENTIALS {remainingAttempts}, ACCOUNT_LOCKED, USER_NOT_REGISTERED, and ACCOUNT_SUSPENDED to who knows the
 * password (ORD-1).
 */
export async function withPassword<R>(
  ctx: FlowContext,
  call: AnyCall,
  typed: TypedPassword,
  act: (person: Active, writes: readonly Write[], needsRehash: boolean) => Promise<R>,
): Promise<R> {
  const { policies } = ctx.settings;
  const { personKey, purpose } = typed;
  const refused = 'initial' in typed ? typed.initial : new Problem('PASSWORD_CHANGE_REQUIRED');
  const attempt = passwordAttempt(personKey, call.now);
  const [read, reservation] = await Promise.allSettled([
    typed.read ?? findPerson(ctx.db, personKey),
    reservePassword(ctx, call, attempt, { purpose }),
  ]);
  const reserved = settled(reservation);
  const writes = [
    successUpdate(attempt, policies, { reserved: true, guess: typed.guess }),
    // The lock that this very attempt had set is lifted with its own event.
    ...(reserved.taken >= policies.lockoutFailures
      ? [auditPut(ctx, call, personKey, 'unlocked', 'success', { method: 'password' })]
      : []),
  ];
  let wrong = false;
  try {
    const readPerson = firstRead(settled(read), () => findPerson(ctx.db, personKey));
    return await retryOnConcurrentChange(async () => {
      const person = await readPerson();
      if (!isActive(person)) throw new Problem('USER_NOT_REGISTERED');
      const fits = typed.alike?.(person) ?? true;
      const { ok, needsRehash } = await ownPasswordMatches(ctx, person, typed.password);
      wrong = !ok || !fits;
      if (wrong) throw wrongPasswordProblem(reserved.taken, call.now, policies);
      if (isSuspended(person)) {
        // ORD-1: told to who knows the password, and no failure of theirs.
        const detail = { method: 'password', purpose, reason: 'ACCOUNT_SUSPENDED' };
        const kind = typed.kind ?? 'password-checked';
        await ctx.db.transact([...writes, auditPut(ctx, call, personKey, kind, 'failure', detail)]);
        throw new Problem('ACCOUNT_SUSPENDED');
      }
      if (person.password?.initial && refused) throw refused;
      return act(person, writes, needsRehash);
    });
  } catch (error) {
    if (!wrong) await returnAttempt(ctx.db, attempt, reserved.taken, policies).catch(() => undefined);
    // The fifth reservation has already written its own event with the lock.
    else if (reserved.taken < policies.lockoutFailures) {
      const failure = auditPut(ctx, call, personKey, typed.kind ?? 'password-checked', 'failure', {
        method: 'password',
        purpose,
      });
      await ctx.db.put(failure).catch(async (unwritten: unknown) => {
        // A failure that is not written down is none: the answer says that nothing was changed (LCK-6).
        await returnAttempt(ctx.db, attempt, reserved.taken, policies).catch(() => undefined);
        throw unwritten;
      });
    }
    throw error;
  }
}
