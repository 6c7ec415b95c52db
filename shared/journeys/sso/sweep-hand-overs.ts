import { writeLine } from '#gateways/log.ts';
import type { Invocation } from '#gateways/time-budget.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Key } from '#store/dynamodb/tables.ts';
import {
  nextCheckUpdate,
  type RpSession,
  rpSessionsDue,
  rpSweepShards,
} from '#store/sessions/rp-sessions.ts';
import { sweepInTime, sweepRows } from '../sweep-rows.ts';
import { endIfOver } from './end-lapsed-hand-over.ts';

/** The result of one run. `left`: the time of the run was over before all hand-overs were checked. */
export interface SweptHandOvers {
  readonly ended: number;
  readonly left: boolean;
}

/**
 * SSO-8: one run over the hand-overs that time alone may have ended, so that no write has ended them: an idle session,
 * its twelve hours, the last day of a relation, agreement or report. For each ended hand-over, the change of its row
 * informs the system; a live one is checked again at the next time that may end it. A run that dies leaves the rest for
 * the next run, and a second run writes nothing twice.
 */
export function sweepHandOvers(
  ctx: Pick<FlowContext, 'db' | 'settings'>,
  flow: string,
  now: Date,
  invocation: Invocation,
): Promise<SweptHandOvers> {
  const { db, settings } = ctx;
  let looked = 0;
  let ended = 0;
  const look = async (handOver: RpSession): Promise<boolean> => {
    const state = await endIfOver(ctx, handOver, now);
    if (state.over === undefined) await db.update(nextCheckUpdate(handOver, state.lookAt));
    else ended++;
    return true;
  };
  const sweep = async (isOver: () => boolean): Promise<SweptHandOvers> => {
    const { done, left } = await sweepRows({
      shards: Array.from({ length: rpSweepShards }, (_, shard) => [
        (from: Key | undefined) => rpSessionsDue(db, shard, now, from),
      ]),
      work: look,
      isOver,
    });
    looked = done;
    return { ended, left };
  };
  return sweepInTime(
    { queue: 'hand-overs-left', now, policies: settings.policies, invocation },
    sweep,
    (swept) => writeLine({ level: 'INFO', event: 'hand-overs-swept', flow, looked, ...swept }),
  );
}
