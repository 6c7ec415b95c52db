import { clockHour } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { tooFrequent } from '#domain/sms-window.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { settled } from '#runtime/settled.ts';
import { type PhoneSendState, phoneSendStateKeys, phoneSendStateOf } from '#store/sms/sms-windows.ts';
import { stageBudgetKeys, stageSendsOf } from '#store/sms/stage-budget.ts';
import { challengeRequired, type Human, requireHuman } from './anti-automation.ts';

/** What was found out before a stranger's send (SMS-4). */
export interface StrangersSend {
  readonly human: Human;
  /** Of the number, where it was known already. */
  readonly sendState: PhoneSendState | undefined;
  /** Of the stage's hourly budget, with this one. */
  readonly percent: number;
}

/**
 * SMS-2, SMS-4: what a send that strangers can ask for wants first, side by side with what the step reads: the address's
 * budget, what stands of the number, and the stage's hourly budget. Beyond that a dearer challenge is asked for; beyond
 * many times that nothing is sent, except in a session.
 * @param phoneKey of the number, where it does not have to be read first
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
  const items = settled(rows);
  const { smsStrangersPerHour: perHour, smsStrangersRefusedAt } = ctx.settings.policies;
  const sends = stageSendsOf(items.slice(0, stage.length));
  if (sends >= perHour)
    await beyondBudget(ctx, call, human, !inSession && sends >= perHour * smsStrangersRefusedAt);
  const shown = settled(human);
  const value = settled(found);
  const sendState = phoneKey === undefined ? undefined : phoneSendStateOf(items.slice(stage.length));
  const percent = (100 * (sends + 1)) / perHour;
  return { stranger: { human: shown, sendState, percent }, read: value };
}

/** The stage sends too much: whoever has no dear solution gets that challenge, also in place of the cheaper one. */
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
