import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { missesLeftCheck, missUpdate } from '#store/people/name-misses.ts';
import type { Person } from '#store/people/person-row.ts';
import { auditPut } from '../audit.ts';
import { hasOtherName, type NamedPerson } from '../people/named-person.ts';
import { challengeRequired, spendSolution } from './anti-automation.ts';

/** One try against the record of a person: whose record, and whether the call has solved a challenge. */
export interface RecordTry {
  readonly personKey: string;
  readonly solved: boolean;
}

/**
 * What the store throws when the document's tries of the day that need no challenge are used up (REG-9): the code
 * alone. `withDueChallenge` adds the challenge, because making one takes a call that the store does not make.
 */
const due = () => new Problem('CHALLENGE_REQUIRED');
const isDue = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'CHALLENGE_REQUIRED' && error.details.challenge === undefined;

/** Turns the refusal of a write below into CHALLENGE_REQUIRED with a challenge. */
export async function withDueChallenge<R>(
  ctx: FlowContext,
  call: AnyCall,
  act: () => Promise<R>,
): Promise<R> {
  try {
    return await act();
  } catch (error) {
    throw isDue(error) ? await challengeRequired(ctx, call) : error;
  }
}

/** The check for the transaction of a try that matched, so that a match too is shown only within the free tries. */
export const freeTriesChecks = (
  ctx: FlowContext,
  call: AnyCall,
  { personKey, solved }: RecordTry,
): Write[] =>
  solved ? [] : [missesLeftCheck(personKey, call.now, ctx.settings.policies.missesBeforeChallenge, due)];

/**
 * Counts a try that did not match, with its audit event and further writes (REG-9, AUD-1). Throws CHALLENGE_REQUIRED if
 * the free tries of the day are used up; then nothing is written.
 */
export const countMiss = (
  ctx: FlowContext,
  call: AnyCall,
  tried: RecordTry,
  writes: readonly Write[],
): Promise<void> =>
  withDueChallenge(ctx, call, () =>
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

/** Writes what follows from a try that matched, within the free tries. Throws CHALLENGE_REQUIRED. */
export async function commitMatch(
  ctx: FlowContext,
  call: AnyCall,
  tried: RecordTry,
  writes: readonly Write[] = [],
): Promise<void> {
  const all = [...writes, ...freeTriesChecks(ctx, call, tried)];
  if (all.length > 0) await withDueChallenge(ctx, call, () => ctx.db.transact(all));
}

/**
 * Runs what follows from a try that matched, and shows nothing of it beyond the free tries. `act` puts the given checks
 * into its transaction. If `act` refuses for another reason, that answer too would show the match, so the free tries
 * are checked then as well.
 */
export const withinFreeTries = <R>(
  ctx: FlowContext,
  call: AnyCall,
  tried: RecordTry,
  act: (within: readonly Write[]) => Promise<R>,
): Promise<R> =>
  withDueChallenge(ctx, call, async () => {
    try {
      return await act(freeTriesChecks(ctx, call, tried));
    } catch (error) {
      if (!isDue(error)) await commitMatch(ctx, call, tried);
      throw error;
    }
  });

/**
 * Whether a call in a session has solved a challenge; a solution that was sent is checked and spent. In a session the
 * address never requires a challenge, only the tries of a document do. Throws CHALLENGE_REQUIRED.
 */
export async function solvedInSession(
  ctx: FlowContext,
  call: AnyCall,
  solution: string | undefined,
): Promise<boolean> {
  if (call.origin.channel !== 'web') return true;
  if (solution === undefined) return false;
  if (!(await spendSolution(ctx, call, solution))) throw await challengeRequired(ctx, call);
  return true;
}

/**
 * REG-9: a name that differs from the record is a miss of its document, whoever tries it. Throws PERSON_MISMATCH, or
 * CHALLENGE_REQUIRED if the free tries of the day are used up.
 * @param about further details for the audit event of the miss
 */
export async function requireNameOrCountMiss(
  ctx: FlowContext,
  call: AnyCall,
  named: Pick<NamedPerson, 'name'>,
  person: Pick<Person, 'personKey' | 'sealedName'> | undefined,
  tried: RecordTry,
  about: AuditEvent['detail'] = {},
): Promise<void> {
  if (!hasOtherName(ctx, named, person)) return;
  await countMiss(ctx, call, tried, [
    auditPut(ctx, call, tried.personKey, 'identity-refused', 'failure', { ...about, reason: 'name' }),
  ]);
  throw new Problem('PERSON_MISMATCH');
}
