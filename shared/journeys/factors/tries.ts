import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { missesLeftCheck, missUpdate } from '#store/people/name-misses.ts';
import type { Person } from '#store/people/person-row.ts';
import { auditPut } from '../audit.ts';
import { hasOtherName, type NamedPerson } from '../people/named-person.ts';
import { challengeRequired, solved } from './anti-automation.ts';

/** A try against what is recorded of a person: whose record, and whether its call has solved a challenge. */
export interface Try {
  readonly personKey: string;
  readonly solved: boolean;
}

/** The document's tries of the day that need no challenge are used up (REG-9). */
class ChallengeDue extends Error {
  constructor() {
    super('a challenge is due');
    this.name = 'ChallengeDue';
  }
}
const due = () => new ChallengeDue();

/** Answers CHALLENGE_REQUIRED, with the challenge, where a write below was refused. */
export async function asChallenge<R>(ctx: FlowContext, call: AnyCall, act: () => Promise<R>): Promise<R> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ChallengeDue ? await challengeRequired(ctx, call) : error;
  }
}

/** The condition that what fits carries, so that a hit is not told beyond the tries that are free. */
export const withinTries = (ctx: FlowContext, call: AnyCall, { personKey, solved }: Try): Write[] =>
  solved ? [] : [missesLeftCheck(personKey, call.now, ctx.settings.policies.missesBeforeChallenge, due)];

/**
 * Counts a try that did not fit, with its audit event and whatever else changes by it (REG-9, AUD-1).
 * Throws CHALLENGE_REQUIRED where the free tries of the day are used up: then nothing is written.
 */
export const missed = (
  ctx: FlowContext,
  call: AnyCall,
  tried: Try,
  writes: readonly Write[],
): Promise<void> =>
  asChallenge(ctx, call, () =>
    ctx.db.transact([
      missUpdate(
        tried.personKey,
        call.now,
        tried.solved ? undefined : ctx.settings.policies.missesBeforeChallenge,
        due,
      ),
      ...writes,
    ]),
  );

/** Writes what a try that fitted leaves, or nothing at all, within the free tries. Throws CHALLENGE_REQUIRED. */
export async function fitted(
  ctx: FlowContext,
  call: AnyCall,
  tried: Try,
  writes: readonly Write[] = [],
): Promise<void> {
  const all = [...writes, ...withinTries(ctx, call, tried)];
  if (all.length > 0) await asChallenge(ctx, call, () => ctx.db.transact(all));
}

/**
 * Does what follows on a try that fitted, and tells nothing of it beyond the free tries: `act` puts the given writes into
 * its transaction, and where it refuses for another reason, that too is an answer that says "fitted".
 */
export const toldWithinTries = <R>(
  ctx: FlowContext,
  call: AnyCall,
  tried: Try,
  act: (within: readonly Write[]) => Promise<R>,
): Promise<R> =>
  asChallenge(ctx, call, async () => {
    try {
      return await act(withinTries(ctx, call, tried));
    } catch (error) {
      if (!(error instanceof ChallengeDue)) await fitted(ctx, call, tried);
      throw error;
    }
  });

/**
 * Whether a call in a session has solved a challenge: a solution that was sent is checked and spent. Nobody in a session
 * is asked for one by the address, only by the tries of a document. Throws CHALLENGE_REQUIRED.
 */
export async function solvedInSession(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
): Promise<boolean> {
  if (call.origin.channel !== 'web') return true;
  if (solution === undefined) return false;
  if (!(await solved(ctx, call, solution))) throw await challengeRequired(ctx, call);
  return true;
}

/**
 * REG-9: a name that is not the record's is a miss of its document, whoever tries it. Throws PERSON_MISMATCH, or
 * CHALLENGE_REQUIRED where the free tries of the day are used up.
 * @param about what the event of the miss keeps beside
 */
export async function requireNameTried(
  ctx: FlowContext,
  call: AnyCall,
  named: Pick<NamedPerson, 'name'>,
  person: Pick<Person, 'personKey' | 'sealedName'> | undefined,
  tried: Try,
  about: AuditEvent['detail'] = {},
): Promise<void> {
  if (!hasOtherName(ctx, named, person)) return;
  await missed(ctx, call, tried, [
    auditPut(ctx, call, tried.personKey, 'identity-refused', 'failure', { ...about, reason: 'name' }),
  ]);
  throw new Problem('PERSON_MISMATCH');
}
