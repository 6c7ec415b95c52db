import { hashPassword } from '#crypto/passwords.ts';
import { handle } from '#crypto/random.ts';
import { isoShanghai, shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/lockout.ts';
import { looksLikePhone } from '#domain/phones.ts';
import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { created } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { noticeFor } from '#http/messages/index.ts';
import { accountNamed, expectedWindow, type Named, stillNames, unknownAccount } from '#steps/accounts.ts';
import { requireHuman } from '#steps/anti-automation.ts';
import { audited, maskedPhoneOf } from '#steps/facts.ts';
import { passwordMatches } from '#steps/password-check.ts';
import type { Attempt } from '#store/lockouts.ts';
import {
  lockedProblem,
  type Reserved,
  reserveAttempt,
  returnAttempt,
  successWrite,
} from '#store/lockouts.ts';
import { type LoginTicket, openTicketWrite } from '#store/tickets.ts';
import { defaultPhone, findPerson, type Person, personWrite, Stale } from '#store/users.ts';
import type { login } from './contract.ts';

type PasswordCall = CallOf<typeof login, 'password'>;

/** The first factor (LGN-2 … LGN-7, LCK-1 … LCK-4): opens a login ticket for the second. */
export const checkPassword: StepOf<typeof login, 'password'> = async (h, call) => {
  const { entry, account } = call.body;
  const taxpayerId = taxpayerOf(call);
  const [human, found] = await Promise.allSettled([
    requireHuman(h, call, call.body.challenge),
    accountNamed(h, account, call.now, entry === 'natural' ? undefined : 'other-entry'),
  ]);
  if (human.status === 'rejected') throw human.reason;
  // Companies reach the registry with the feed (ENT-3); until one is known, every number is an unknown one.
  if (taxpayerId !== undefined) throw new Problem('TAXPAYER_NOT_FOUND');
  if (found.status === 'rejected') throw found.reason;

  const look = await lookAtPassword(h, call, found.value);
  return openLogin(h, call, look, found.value);
};

/** Shape before everything else (LGN-2): a company entry needs a taxpayer number, the natural one ignores it. */
function taxpayerOf(call: PasswordCall): string | undefined {
  if (call.body.entry === 'natural') return undefined;
  if (!call.body.taxpayerId)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'taxpayerId', message: 'required' }] });
  return parseTaxpayerId(call.body.taxpayerId);
}

interface Look {
  readonly person: Person;
  readonly attempt: Attempt;
  readonly taken: number;
  readonly needsRehash: boolean;
  /** The phone typed, where the account was one (LGN-6). */
  readonly typedPhoneKey: string | undefined;
}

/**
 * One reserved look per person that the account can mean. A document number that two people hold under different
 * types is tried for both; who is not meant gets the reservation back.
 */
async function lookAtPassword(h: House, call: PasswordCall, named: Named): Promise<Look> {
  const typedPhoneKey = named.via === 'phone' ? named.phoneKey : undefined;
  const misses: { attempt: Attempt; reserved: Reserved }[] = [];
  const candidates =
    named.via === 'document' ? named.persons.map((person) => person.personKey) : [named.personKey];
  for (const [index, personKey] of candidates.entries()) {
    const attempt = newAttempt(personKey, call);
    // Both settle before anything is decided: a read that failed must not leave the reservation spent (LCK-4).
    const [read, reservation] = await Promise.allSettled([
      named.via === 'document' ? named.persons[index] : findPerson(h.db, personKey),
      reserve(h, call, attempt, named),
    ]);
    if (reservation.status === 'rejected') throw reservation.reason;
    const reserved = reservation.value;
    if (read.status === 'rejected') {
      await returnAttempt(h.db, attempt, reserved.taken, h.settings.policies);
      throw read.reason;
    }
    const person = read.value;
    if (!person || (named.via !== 'document' && !stillNames(named, person))) {
      await returnAttempt(h.db, attempt, reserved.taken, h.settings.policies);
      throw unknownAccount(looksLikePhone(call.body.account));
    }
    const verdict = await compare(h, call, person, attempt, reserved);
    if (verdict.ok) {
      for (const miss of misses)
        await returnAttempt(h.db, miss.attempt, miss.reserved.taken, h.settings.policies);
      return { person, attempt, taken: reserved.taken, needsRehash: verdict.needsRehash, typedPhoneKey };
    }
    misses.push({ attempt, reserved });
  }
  throw await wrongPassword(h, call, misses);
}

const newAttempt = (personKey: string, call: PasswordCall): Attempt => ({
  personKey,
  day: shanghaiDay(call.now),
  method: 'password',
  attemptId: handle(),
});

const reserve = (h: House, call: PasswordCall, attempt: Attempt, named: Named): Promise<Reserved> =>
  reserveAttempt(
    h.db,
    attempt,
    h.settings.policies,
    audited(h, call, attempt.personKey, 'locked', 'failure', { method: 'password', entry: call.body.entry }),
    named.via === 'document' ? named.lockouts.get(attempt.personKey) : undefined,
  );

/** Our own error is nobody's failure: the reservation goes back (LCK-4). */
async function compare(h: House, call: PasswordCall, person: Person, attempt: Attempt, reserved: Reserved) {
  try {
    if (!person.password) throw new Error('an active account without a password');
    return await passwordMatches(h, person.password, call.body.password);
  } catch (error) {
    await returnAttempt(h.db, attempt, reserved.taken, h.settings.policies);
    throw error;
  }
}

/** LGN-7 with the tries left; the fifth failure answers the lock itself, whose event the reservation has written. */
async function wrongPassword(
  h: House,
  call: PasswordCall,
  misses: readonly { attempt: Attempt; reserved: Reserved }[],
): Promise<Problem> {
  const { policies } = h.settings;
  const worst = Math.max(...misses.map((miss) => miss.reserved.taken));
  for (const { attempt, reserved } of misses) {
    if (reserved.taken >= policies.lockoutFailures) continue;
    await h.db.put(
      audited(h, call, attempt.personKey, 'login-password', 'failure', {
        method: 'password',
        entry: call.body.entry,
      }),
    );
  }
  if (worst >= policies.lockoutFailures) return lockedProblem(shanghaiDay(call.now));
  return new Problem('BAD_CREDENTIALS', { remainingAttempts: remainingAttempts(worst, policies) });
}

/** The password was right: one transaction resets its count and opens the ticket; a weaker hash is replaced (PWD-3). */
async function openLogin(h: House, call: PasswordCall, look: Look, named: Named) {
  const { person, attempt } = look;
  const { policies } = h.settings;
  const phone = person.phones?.find((own) => own.phoneKey === look.typedPhoneKey) ?? defaultPhone(person);
  const opened = openTicketWrite<LoginTicket>(
    {
      kind: 'login',
      personKey: person.personKey,
      entry: call.body.entry,
      day: attempt.day,
      ...(phone ? { phone: { phoneKey: phone.phoneKey, sealed: phone.sealed } } : {}),
      ...expectedWindow(named, person, phone?.phoneKey),
    },
    call.now,
    policies.loginSeconds,
  );
  const writes = [
    successWrite(attempt, policies),
    opened.write,
    // The lock that this very attempt had set is lifted with its own event; otherwise success is told at the session.
    ...(look.taken >= policies.lockoutFailures
      ? [audited(h, call, person.personKey, 'unlocked', 'success', { method: 'password' })]
      : []),
  ];
  try {
    await h.db.transact(writes);
  } catch (error) {
    // The password was right: whatever stood in the way, it is no failure.
    await returnAttempt(h.db, attempt, look.taken, policies).catch(() => undefined);
    throw error;
  }
  if (look.needsRehash) await rehash(h, call, person);
  return created({
    loginId: opened.id,
    expiresAt: isoShanghai(opened.expiresAt),
    secondFactors: [
      ...(phone ? [{ method: 'sms' as const, maskedPhone: maskedPhoneOf(h, phone) }] : []),
      { method: 'face' as const },
    ],
    notices: phone ? [] : [noticeFor('PHONE_EMPTY', call.language)],
  });
}

/** Best effort: a person who changes something at the same moment keeps the old hash until the next login. */
async function rehash(h: House, call: PasswordCall, person: Person): Promise<void> {
  const password = await hashPassword(call.body.password, h.keys, h.settings.policies);
  await h.db
    .transact([
      personWrite(person.personKey, person.rev, { password }, () => new Stale()),
      audited(h, call, person.personKey, 'password-rehashed', 'success'),
    ])
    .catch(() => undefined);
}
