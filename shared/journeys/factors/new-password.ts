import { hashPassword, isHashed, type StoredPassword } from '#crypto/passwords.ts';
import { isCommonPassword } from '#domain/factors/common-passwords.ts';
import { type PasswordContext, passwordWeaknesses } from '#domain/factors/passwords.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Person } from '#store/people/person-row.ts';
import { numberOf, phoneNumberOf } from '../people/personal-data.ts';
import { passwordMatches } from './password-check.ts';

type Past = Pick<Person, 'password' | 'passwordHistory'> | undefined;

/** The last passwords of a person, the newest first. */
const historyOf = (person: Past, policies: Pick<Policies, 'passwordHistory'>): readonly StoredPassword[] =>
  (person?.passwordHistory ?? (isHashed(person?.password) ? [person.password] : [])).slice(
    0,
    policies.passwordHistory,
  );

/** The history with a new password in front. */
export const withHistory = (
  fresh: StoredPassword,
  person: Past,
  policies: Pick<Policies, 'passwordHistory'>,
): readonly StoredPassword[] => [fresh, ...historyOf(person, policies)].slice(0, policies.passwordHistory);

/** Judges a new password by PWD-2, including the person's last passwords. Throws PASSWORD_WEAK {reasons}. */
export async function judgePassword(
  ctx: Pick<FlowContext, 'keys' | 'settings'>,
  password: string,
  context: PasswordContext,
  person: Past,
): Promise<void> {
  const reasons = passwordWeaknesses(password, context, isCommonPassword);
  // Comparing with the history costs five more hashes: only for a password that is otherwise good.
  if (reasons.length === 0) {
    for (const old of historyOf(person, ctx.settings.policies)) {
      if ((await passwordMatches(ctx, old, password)).ok) {
        reasons.push('history');
        break;
      }
    }
  }
  if (reasons.length > 0) throw new Problem('PASSWORD_WEAK', { reasons });
}

/** Judges and hashes a new password of a registered person (PWD-2, PWD-3). Throws PASSWORD_WEAK {reasons}. */
export async function newPasswordOf(
  ctx: FlowContext,
  person: Person,
  password: string,
): Promise<Pick<Person, 'password' | 'passwordHistory' | 'passwordRev'> & { password: StoredPassword }> {
  const { policies } = ctx.settings;
  await judgePassword(
    ctx,
    password,
    {
      username: person.username,
      phones: (person.phones ?? []).map((phone) => phoneNumberOf(ctx, phone)),
      documentNumber: numberOf(ctx, person),
    },
    person,
  );
  const hashed = await hashPassword(password, ctx.keys, policies);
  return {
    password: hashed,
    passwordHistory: withHistory(hashed, person, policies),
    passwordRev: (person.passwordRev ?? 0) + 1,
  };
}
