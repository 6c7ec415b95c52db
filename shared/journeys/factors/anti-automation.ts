import { checkSolution, newChallenge } from '#crypto/challenges.ts';
import { handleKey } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import { type AddressBudget, addressBudgets } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { allOrFirstError } from '#runtime/settled.ts';
import { countAddress, spendChallenge } from '#store/tickets/spent-once.ts';

/**
 * The refusal that carries a challenge; a more expensive challenge if the whole stage gets too many requests (SMS-4).
 */
export const challengeRequired = async (
  ctx: FlowContext,
  call: AnyCall,
  { dear = false }: { dear?: boolean } = {},
): Promise<Problem> =>
  new Problem('CHALLENGE_REQUIRED', {
    challenge: await newChallenge(ctx.handles, ctx.settings.policies, call.now, { dear }),
  });

/** How a call showed that it is no robot: it solved a challenge, or its channel signs its calls and needs none. */
export interface Human {
  readonly solved: boolean;
  readonly dear: boolean;
}
const signed: Human = { solved: true, dear: true };

/** Checks and spends a solution. */
export async function spendSolution(
  ctx: FlowContext,
  call: AnyCall,
  solution: string,
): Promise<Human | undefined> {
  const checked = await checkSolution(ctx.handles, solution, call.now);
  if (!checked.ok || !(await spendChallenge(ctx.db, checked.id, checked.expiresAt, call.now)))
    return undefined;
  return { solved: true, dear: checked.dear };
}

/**
 * LGN-12: a solution, if sent, is checked and spent. Without one, the address has a budget per window; after that
 * CHALLENGE_REQUIRED carries a challenge. Channels that sign their calls need none. `always` is for calls that need a
 * challenge every time.
 */
export async function requireHuman(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
  { always = false }: { always?: boolean } = {},
): Promise<Human> {
  const { challengeAfter } = ctx.settings.policies;
  if (solution !== undefined) {
    const done = await spendSolution(ctx, call, solution);
    if (done) return done;
    throw await challengeRequired(ctx, call);
  }
  if (always) throw await challengeRequired(ctx, call);
  if (call.origin.channel !== 'web') return signed;
  if (challengeAfter !== null && !(await spendAddressBudget(ctx, call, 'address', challengeAfter)))
    throw await challengeRequired(ctx, call);
  return { solved: false, dear: false };
}

/**
 * `requireHuman` in parallel to the step's first read. Check and read both finish before anything is answered, and a
 * refusal of the challenge takes precedence over the read.
 */
export async function requireHumanAndRead<T>(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
  reading: Promise<T>,
  options?: { always?: boolean },
): Promise<T> {
  const [, read] = await allOrFirstError([requireHuman(ctx, call, solution, options), reading]);
  return read;
}

/**
 * LGN-12 for calls that cannot carry a solution: whether the address may continue, by a budget of its own for this kind
 * of call. Always true in stages where addresses have no budgets.
 */
export const withinAddressBudget = async (ctx: FlowContext, call: AnyCall, limit: number): Promise<boolean> =>
  ctx.settings.policies.challengeAfter === null || (await spendAddressBudget(ctx, call, 'sso', limit));

/**
 * LGN-12: takes one request from the address's budget and, in parallel, from the budgets of the networks around it. If
 * a narrower budget refuses, the wider ones get theirs back, so that nobody uses up the budgets of their neighbours.
 * @param of what is counted together
 */
async function spendAddressBudget(
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
  // A failure is ignored: one count too many only asks somebody for a challenge too early.
  await Promise.allSettled(budgets.slice(over + 1).map((budget) => count(budget, -1)));
  return false;
}
