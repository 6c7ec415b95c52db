import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { isAbandoned, newFormId, type StaffForm, staffEntryKey } from '#store/agencies/agency-forms.ts';
import { removeFormEntries, transactInBatches } from '#store/agencies/form-entries.ts';
import {
  allListed,
  formIdOf,
  type ListedAgent,
  listingWrites,
  staffFormUpdate,
  unlistingRemoval,
} from '#store/agencies/staff-forms.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { agentIdOf, type NewAgent } from './agents.ts';

export interface NewStaffForm {
  readonly agencyKey: string;
  /** The form as it was read; absent if there is none yet. */
  readonly before: StaffForm | undefined;
  readonly agents: readonly NewAgent[];
  /** The registry's version, if the registry sent the form. */
  readonly version?: number;
  /** Writes that belong to the change: the check of who may do it, and its audit. */
  readonly writes: readonly Write[];
}

/**
 * Replaces a staff form (AGY-1) at one instant, however many people it names. First all rows of the new form are
 * written, which have no effect yet; then the head row; then the rows of the old form are removed. If the function dies
 * in between, the old form stays in force; repeating the call is harmless. Throws ConcurrentChange if another form came
 * first.
 */
export async function putStaffForm(ctx: FlowContext, form: NewStaffForm, now: Date): Promise<void> {
  const { agencyKey, agents } = form;
  const formId = newFormId(now);
  const listed = agents.map((agent) => ({
    ...agent,
    agentId: agentIdOf(ctx, agencyKey, agent.personKey),
  }));
  await transactInBatches(
    ctx.db,
    listed.map((agent) => [...agent.records, ...listingWrites(agencyKey, formId, agent)]),
  );
  try {
    await ctx.db.transact([
      staffFormUpdate(agencyKey, form.before, { formId, size: agents.length, version: form.version }),
      ...form.writes,
    ]);
  } catch (error) {
    // Clean up only after a certain refusal: if the answer was lost, the form may be in force.
    if (error instanceof ConcurrentChange || (error instanceof Problem && error.code !== 'UNAVAILABLE'))
      await removeFormsNotInForce(ctx, agencyKey, (id) => id === formId);
    throw error;
  }
  await removeFormsNotInForce(
    ctx,
    agencyKey,
    (id) => id === form.before?.formId || isAbandoned(id, now),
    formId,
  );
}

/** Removes the rows of forms that are not in force, except those of a form that another call is writing now. */
async function removeFormsNotInForce(
  ctx: FlowContext,
  agencyKey: string,
  isOver: (formId: string) => boolean,
  holds?: string,
) {
  const rows = await allListed(ctx.db, agencyKey).catch(() => []);
  const kept = new Set(rows.filter((row) => formIdOf(row) === holds).map(({ personKey }) => personKey));
  const over = Map.groupBy(
    rows.filter((row) => isOver(formIdOf(row))),
    formIdOf,
  );
  for (const [formId, listed] of over) {
    const keys = (some: readonly ListedAgent[]) => some.map((row) => staffEntryKey(row.personKey, agencyKey));
    await removeFormEntries(
      ctx.db,
      formId,
      {
        gone: keys(listed.filter(({ personKey }) => !kept.has(personKey))),
        kept: keys(listed.filter(({ personKey }) => kept.has(personKey))),
      },
      listed.map(unlistingRemoval),
    );
  }
}
