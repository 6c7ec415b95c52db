import { hashPassword } from '#crypto/passwords.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type KnownTaxpayer, taxpayerUpdate } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { returnAttempt, successUpdate } from '#store/people/lockout-table.ts';
import { auditPut } from '../audit.ts';
import { liftedLockAudits } from './lifted-lock.ts';
import {
  passwordAttempt,
  passwordMatches,
  recordWrongPassword,
  reservePassword,
  wrongPasswordProblem,
} from './password-check.ts';

const about = { method: 'company-password' } as const;
const sentences = ['BAD_CREDENTIALS', 'ACCOUNT_LOCKED'];

/** Errors in words for a person who uses a company's password, because 忘记密码 does not help them. */
const ofCompany = (error: unknown): unknown =>
  error instanceof Problem && sentences.includes(error.code)
    ? new Problem(error.code, error.details, { variant: 'company' })
    : error;

/**
 * Verifies a company's password (LEG-1). Tries are counted under the company's key, apart from everybody's own, and in
 * the same way (LCK-4): reserved before the hash, five a day; the fifth sets the lock, which the midnight sweep clears
 * and which holds on no other day (UNL-2). A company without a password takes as long as a wrong password, and counts
 * alike. `act` decides what a right password leads to: an answer with writes, which form one transaction with the reset
 * of the count, or a refusal, which counts as no failure. Throws BAD_CREDENTIALS {remainingAttempts}, ACCOUNT_LOCKED.
 */
export async function withCompanyPassword<A>(
  ctx: FlowContext,
  call: AnyCall,
  { companyKey, companyPassword }: KnownTaxpayer,
  typed: string,
  act: () => Promise<{ readonly answer: A; readonly effect: readonly Write[] } | Problem>,
): Promise<{ answer: A; needsRehash: boolean }> {
  const { policies } = ctx.settings;
  const attempt = passwordAttempt(companyKey, call.now);
  const reserved = await reservePassword(ctx, call, attempt, about).catch((error: unknown) => {
    throw ofCompany(error);
  });
  let wrong = false;
  try {
    const verdict = companyPassword
      ? await passwordMatches(ctx, companyPassword, typed)
      : await hashPassword(typed, ctx.keys, policies).then(() => ({ ok: false, needsRehash: false }));
    if (!verdict.ok) {
      wrong = true;
      await recordWrongPassword(ctx, call, attempt, reserved, 'login-password', about);
      throw wrongPasswordProblem(reserved.taken, call.now, policies);
    }
    const outcome = await act();
    const refused = outcome instanceof Problem;
    await ctx.db.transact([
      successUpdate(attempt, policies),
      ...(refused ? [] : outcome.effect),
      auditPut(ctx, call, companyKey, 'login-password', refused ? 'failure' : 'success', {
        ...about,
        ...(refused ? { reason: outcome.code } : {}),
      }),
      ...liftedLockAudits(ctx, call, attempt, reserved, about),
    ]);
    if (refused) throw outcome;
    return { answer: outcome.answer, needsRehash: verdict.needsRehash };
  } catch (error) {
    // No wrong password, but our own error or a refusal for another reason (LCK-6): the try is given back.
    if (!wrong) await returnAttempt(ctx.db, attempt, reserved.taken, policies).catch(() => undefined);
    throw ofCompany(error);
  }
}

/**
 * Replaces the wrapped hash of the old system at the first login (MIG-1). A failure is ignored, as for a person's hash.
 */
export async function rehashCompanyPassword(
  ctx: FlowContext,
  call: AnyCall,
  { companyKey, rev: version }: KnownTaxpayer,
  typed: string,
): Promise<void> {
  const companyPassword = await hashPassword(typed, ctx.keys, ctx.settings.policies);
  await ctx.db
    .transact([
      taxpayerUpdate(companyKey, version, { companyPassword }, () => new ConcurrentChange()),
      auditPut(ctx, call, companyKey, 'password-rehashed', 'success', about),
    ])
    .catch(() => undefined);
}
