import { hashPassword, type StoredPassword } from '#crypto/passwords.ts';
import { isCommonPassword } from '#domain/common-passwords.ts';
import { passwordWeaknesses } from '#domain/passwords.ts';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import type { Person } from '#store/users.ts';
import { numberOf, phoneNumberOf } from './facts.ts';
import { passwordMatches } from './password-check.ts';

/** Judges and hashes a new password of a registered person (PWD-2, PWD-3). Throws PASSWORD_WEAK {reasons}. */
export async function newPasswordOf(
  h: House,
  person: Person,
  password: string,
): Promise<Pick<Person, 'password' | 'passwordHistory'> & { password: StoredPassword }> {
  const { policies } = h.settings;
  const reasons = passwordWeaknesses(
    password,
    {
      username: person.username,
      phones: (person.phones ?? []).map((phone) => phoneNumberOf(h, phone)),
      documentNumber: numberOf(h, person),
    },
    isCommonPassword,
  );
  const history = (person.passwordHistory ?? (person.password ? [person.password] : [])).slice(
    0,
    policies.passwordHistory,
  );
  // Five more hashes are only paid for a password that is otherwise good.
  if (reasons.length === 0) {
    for (const old of history) {
      if ((await passwordMatches(h, old, password)).ok) {
        reasons.push('history');
        break;
      }
    }
  }
  if (reasons.length > 0) throw new Problem('PASSWORD_WEAK', { reasons });
  const hashed = await hashPassword(password, h.keys, policies);
  return { password: hashed, passwordHistory: [hashed, ...history].slice(0, policies.passwordHistory) };
}
