import { clockHour } from '#domain/days.ts';
import { tooFrequent } from '#domain/factors/sms-window.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { valueOrThrow } from '#runtime/settled.ts';
import { type PhoneSendState, phoneSendStateKeys, phoneSendStateOf } from '#store/sms/sms-windows.ts';
import { stageBudgetKeys, stageSendsOf } from '#store/sms/stage-sms-budget.ts';
import { challengeRequired, type Human, requireHuman } from './anti-automation.ts';

/** The facts that were read before a send that a stranger asks for (SMS-4). */
export interface StrangersSend {
  readonly human: Human;
  /** The state of the number, if the number was known before the read. */
  readonly sendState: PhoneSendState | undefined;
  /** How much of the stage's hourly budget is used, this send included. */
  readonly percent: number;
}

/**
 * SMS-2, SMS-4: what is checked before a send that strangers can ask for, in parallel to the step's own read: the
 * address's budget, the state of the number, and the stage's hourly budget. Above that budget each send needs a more
 * expensive challenge; above a multiple of it nothing is sent, except in a session.
 * @param phoneKey the number, if the step does not have to read it first
 */
export async function strangersSend<T>(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
  { phoneKey, read, inSession = false }: { phoneKey?: string; read: Promise<T>; inSession?: boolean },
): Promise<{ stranger: StrangersSend; read: T }> {
  const { now } = call;
  const stage = stageBudgetKeys(now);
  const [human, rows, found] = await Promise.allSettled([
    requireHuman(ctx, call, solution),
    ctx.db.batchGet([...stage, ...(phoneKey === undefined ? [] : phoneSendStateKeys(phoneKey, now))]),
    read,
  ]);
  const items = valueOrThrow(rows);
  const { smsStrangersPerHour: perHour, smsStrangersRefusedAt } = ctx.settings.policies;
  const sends = stageSendsOf(items.slice(0, stage.length));
  if (sends >= perHour)
    await beyondBudget(ctx, call, human, !inSession && sends >= perHour * smsStrangersRefusedAt);
  const shown = valueOrThrow(human);
  const value = valueOrThrow(found);
  const sendState = phoneKey === undefined ? undefined : phoneSendStateOf(items.slice(stage.length));
  const percent = (100 * (sends + 1)) / perHour;
  return { stranger: { human: shown, sendState, percent }, read: value };
}

/** The stage sends too much: a call without a solved expensive challenge gets one, instead of the cheap one. */
async function beyondBudget(
  ctx: FlowContext,
  call: AnyCall,
  human: PromiseSettledResult<Human>,
  refused: boolean,
): Promise<void> {
  const now = call.now.getTime();
  if (refused) throw tooFrequent(clockHour(call.now).until * 1000, now);
  const unsolved =
    human.status === 'fulfilled'
      ? !human.value.dear
      : human.reason instanceof Problem && human.reason.code === 'CHALLENGE_REQUIRED';
  if (unsolved) throw await challengeRequired(ctx, call, { dear: true });
}
