import {
  hashPassword,
  isHashed,
  matchesInitialPassword,
  type StoredPassword,
  verifyPassword,
} from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/factors/lockout-policy.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { getKeys } from '#gateways/secrets.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { reserveAndRead } from '#runtime/settled.ts';
import type { AuditEvent, AuditKind } from '#store/audit/audit-events.ts';
import { ConcurrentChange, firstRead, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type Attempt, type LockoutRow, lockedProblem } from '#store/people/lockout-row.ts';
import { type Reserved, reserveAttempt, returnAttempt, successUpdate } from '#store/people/lockout-table.ts';
import { isRegistered, isSuspended, type Person, type RegisteredPerson } from '#store/people/person-row.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import { auditPut } from '../audit.ts';
import { numberOf } from '../people/personal-data.ts';
import { liftedLockAudits } from './lifted-lock.ts';

/**
 * Verifies a password against a stored hash. If the hash uses a newer pepper than this container's copy of the secret
 * (another container re-hashed after a rotation), the secret is read again instead of failing.
 */
export async function passwordMatches(
  ctx: Pick<FlowContext, 'keys' | 'settings'>,
  stored: StoredPassword,
  password: string,
) {
  const keys = ctx.keys.peppers.has(stored.pepperVersion) ? ctx.keys : await getKeys(stored.pepperVersion);
  return verifyPassword(stored, password, keys, ctx.settings.policies);
}

/**
 * Verifies a person's password in either stored form (LGN-11). An account without a password is our fault, not a failed
 * attempt.
 */
async function ownPasswordMatches(
  ctx: Pick<FlowContext, 'keys' | 'settings' | 'dataKeys'>,
  person: Person,
  typed: string,
): Promise<{ ok: boolean; needsRehash: boolean }> {
  const { password } = person;
  if (!password) throw new Error('an active account without a password');
  if (isHashed(password)) return passwordMatches(ctx, password, typed);
  const ok = await matchesInitialPassword(numberOf(ctx, person), typed, ctx.keys, ctx.settings.policies);
  // The person must change this password; it is not hashed again.
  return { ok, needsRehash: false };
}

/** One try of the person's password today (LCK-1). */
export const passwordAttempt = (personKey: string, now: Date): Attempt => ({
  personKey,
  day: shanghaiDay(now),
  method: 'password',
  attemptId: newHandle(),
});

/**
 * Reserves the try before anything is compared (LCK-4); `where` becomes part of the audit event of the lock that it may
 * set.
 */
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

/** A reserved try in parallel to a read; a failed read gives the try back (LCK-4). */
export const reservedPassword = <T>(
  ctx: FlowContext,
  attempt: Attempt,
  reserving: Promise<Reserved>,
  reading: Promise<T>,
): Promise<readonly [Reserved, T]> =>
  reserveAndRead(reserving, reading, async (_isReserved, reserved) => {
    if (reserved) await returnAttempt(ctx.db, attempt, reserved.taken, ctx.settings.policies);
  });

/** Our own error is nobody's failure: the reservation is given back (LCK-4). */
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

/**
 * LGN-7 with the tries left. The fifth failure answers that the account is locked; the reservation has written that
 * audit event.
 */
export const wrongPasswordProblem = (taken: number, now: Date, policies: Policies): Problem =>
  taken >= policies.lockoutFailures
    ? lockedProblem(shanghaiDay(now))
    : new Problem('BAD_CREDENTIALS', { remainingAttempts: remainingAttempts(taken, policies) });

/**
 * Records a wrong password in the person's history; the fifth reservation has done that already, together with the
 * lock. If the event cannot be written, the try is given back and the error thrown: the answer then says that nothing
 * was changed, so the failure must not count (LCK-6).
 */
export async function recordWrongPassword(
  ctx: FlowContext,
  call: AnyCall,
  attempt: Attempt,
  { taken }: Reserved,
  kind: AuditKind,
  detail: AuditEvent['detail'],
): Promise<void> {
  const { policies } = ctx.settings;
  if (taken >= policies.lockoutFailures) return;
  try {
    await ctx.db.put(auditPut(ctx, call, attempt.personKey, kind, 'failure', detail));
  } catch (error) {
    await returnAttempt(ctx.db, attempt, taken, policies).catch(() => undefined);
    throw error;
  }
}

/**
 * Replaces a weaker or wrapped hash by one with today's cost (PWD-3, MIG-1). A failure is ignored: if the person was
 * changed at the same moment, the old hash stays until the next login.
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

/** A password that the person typed outside of the login. */
export interface TypedPassword {
  readonly personKey: string;
  readonly password: string;
  /** The purpose that the audit names. */
  readonly purpose: string;
  /** The kind of audit event for a wrong password. */
  readonly kind?: AuditKind;
  /**
   * LGN-11: the refusal of a right password that the registry set, because many people know it.
   * PASSWORD_CHANGE_REQUIRED by default; undefined if such a password is accepted, or `act` itself refuses it.
   */
  readonly initial?: Problem | undefined;
  /** The right SMS code of the same call (`CodeProof.attemptId`): its guess is given back in the same write. */
  readonly guess?: string;
  /**
   * What else must match the person (PHN-4: the name). A mismatch answers, counts and takes as long as a wrong
   * password.
   */
  readonly alike?: (person: Person) => boolean;
  /** The person, if the caller has read them already. */
  readonly read?: Person | undefined;
}

/**
 * LCK-5: a password typed in the account centre or for 找回手机号码 counts like one at login. One try is reserved. If
 * the password is right, `act` gets the person and the write that resets the count, for its transaction. If `act`
 * refuses for another reason, the reservation is given back; if `act` throws ConcurrentChange, the person is read and
 * compared again. Throws BAD_CREDENTIALS {remainingAttempts}, ACCOUNT_LOCKED, USER_NOT_REGISTERED, and
 * ACCOUNT_SUSPENDED to a caller who knows the password (ORD-1).
 */
export async function withPassword<R>(
  ctx: FlowContext,
  call: AnyCall,
  typed: TypedPassword,
  act: (person: RegisteredPerson, writes: readonly Write[], needsRehash: boolean) => Promise<R>,
): Promise<R> {
  const { policies } = ctx.settings;
  const { personKey, purpose } = typed;
  const refused = 'initial' in typed ? typed.initial : new Problem('PASSWORD_CHANGE_REQUIRED');
  const attempt = passwordAttempt(personKey, call.now);
  const [reserved, read] = await reservedPassword(
    ctx,
    attempt,
    reservePassword(ctx, call, attempt, { purpose }),
    Promise.resolve(typed.read ?? findPerson(ctx.db, personKey)),
  );
  const writes = [
    successUpdate(attempt, policies, { reserved: true, guess: typed.guess }),
    ...liftedLockAudits(ctx, call, attempt, reserved, { method: 'password' }),
  ];
  let wrong = false;
  try {
    const readPerson = firstRead(read, () => findPerson(ctx.db, personKey));
    return await retryOnConcurrentChange(async () => {
      const person = await readPerson();
      if (!isRegistered(person)) throw new Problem('USER_NOT_REGISTERED');
      const fits = typed.alike?.(person) ?? true;
      const { ok, needsRehash } = await ownPasswordMatches(ctx, person, typed.password);
      wrong = !ok || !fits;
      if (wrong) throw wrongPasswordProblem(reserved.taken, call.now, policies);
      if (isSuspended(person)) {
        // ORD-1: a caller who knows the password learns of the suspension, and it counts as no failure.
        const detail = { method: 'password', purpose, reason: 'ACCOUNT_SUSPENDED' };
        const kind = typed.kind ?? 'password-checked';
        await ctx.db.transact([...writes, auditPut(ctx, call, personKey, kind, 'failure', detail)]);
        throw new Problem('ACCOUNT_SUSPENDED');
      }
      if (person.password?.initial && refused) throw refused;
      return act(person, writes, needsRehash);
    });
  } catch (error) {
    if (wrong)
      await recordWrongPassword(ctx, call, attempt, reserved, typed.kind ?? 'password-checked', {
        method: 'password',
        purpose,
      });
    else await returnAttempt(ctx.db, attempt, reserved.taken, policies).catch(() => undefined);
    throw error;
  }
}
