import { checkSolution, newChallenge } from '#crypto/challenges.ts';
import { handleKey } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import { type AddressBudget, addressBudgets } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { countAddress, spendChallenge } from '#store/tickets/spent-once.ts';

/** The refusal that carries a challenge to solve; a dearer one where the whole stage is asked for too much (SMS-4). */
export const challengeRequired = async (
  ctx: FlowContext,
  call: AnyCall,
  { dear = false }: { dear?: boolean } = {},
): Promise<Problem> =>
  new Problem('CHALLENGE_REQUIRED', {
    challenge: await newChallenge(ctx.handles, ctx.settings.policies, call.now, { dear }),
  });

/** What was done for a call: a challenge solved, or nothing because its channel signs its calls and is not asked. */
export interface Human {
  readonly solved: boolean;
  readonly dear: boolean;
}
const signed: Human = { solved: true, dear: true };

/** A solution, checked and spent. */
export async function solved(ctx: FlowContext, call: AnyCall, solution: string): Promise<Human | undefined> {
  const checked = await checkSolution(ctx.handles, solution, call.now);
  if (!checked.ok || !(await spendChallenge(ctx.db, checked.id, checked.expiresAt, call.now)))
    return undefined;
  return { solved: true, dear: checked.dear };
}

/**
 * LGN-12: a sent solution is checked and spent; without one the address has a budget per window, after which
 * CHALLENGE_REQUIRED carries the challenge to solve. Channels that sign their calls are not asked.
 * `always` is for calls that want a challenge every time.
 */
export async function requireHuman(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
  { always = false }: { always?: boolean } = {},
): Promise<Human> {
  const { challengeAfter } = ctx.settings.policies;
  if (solution !== undefined) {
    const done = await solved(ctx, call, solution);
    if (done) return done;
    throw await challengeRequired(ctx, call);
  }
  if (always) throw await challengeRequired(ctx, call);
  if (call.origin.channel !== 'web') return signed;
  if (challengeAfter !== null && !(await withinBudget(ctx, call, 'address', challengeAfter)))
    throw await challengeRequired(ctx, call);
  return { solved: false, dear: false };
}

/**
 * The same side by side with what the step reads first. Both settle before anything is told, and nothing of the read is
 * told before the challenge.
 */
export async function besideHuman<T>(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
  reading: Promise<T>,
  options?: { always?: boolean },
): Promise<T> {
  const [human, read] = await Promise.allSettled([requireHuman(ctx, call, solution, options), reading]);
  if (human.status === 'rejected') throw human.reason;
  if (read.status === 'rejected') throw read.reason;
  return read.value;
}

/**
 * LGN-12 for what can show no challenge: whether the address, which has a budget of its own for it, may go on. Always,
 * where addresses have no budgets.
 */
export const withinAddressBudget = async (ctx: FlowContext, call: AnyCall, limit: number): Promise<boolean> =>
  ctx.settings.policies.challengeAfter === null || (await withinBudget(ctx, call, 'sso', limit));

/**
 * LGN-12: takes one request from the address's budget and, side by side, from those of the networks around it. What a
 * narrower one refuses takes nothing from a wider one, so that nobody uses up the budgets of the neighbours.
 * @param of what is counted together
 */
async function withinBudget(
  ctx: FlowContext,
  call: AnyCall,
  of: 'address' | 'sso',
  limit: number,
): Promise<boolean> {
  const { policies } = ctx.settings;
  const budgets = addressBudgets(call.origin.address, policies);
  const keyOf = (network: string) =>
    handleKey(ctx.handles, 'address', of === 'address' ? network : `${of}|${network}`);
  const count = ({ network }: AddressBudget, by?: -1) =>
    countAddress(ctx.db, keyOf(network), call.now, policies.challengeWindowSeconds, by);
  const counts = await Promise.all(budgets.map((budget) => count(budget)));
  const over = budgets.findIndex((budget, index) => (counts[index] ?? 0) > limit * budget.budgets);
  if (over === -1) return true;
  // Best effort: a count too many asks somebody for a challenge too early.
  await Promise.allSettled(budgets.slice(over + 1).map((budget) => count(budget, -1)));
  return false;
}
