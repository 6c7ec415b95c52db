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
  /** The form as it was read; none where there is none yet. */
  readonly before: StaffForm | undefined;
  readonly agents: readonly NewAgent[];
  /** The registry's, where it sent the form. */
  readonly version?: number;
  /** What belongs to the change: who may, and its audit. */
  readonly writes: readonly Write[];
}

/**
 * Puts a staff form in the place of the one before (AGY-1), at one instant however many it names: first all its rows,
 * which say nothing yet, then its head, then the rows before are tidied away. What dies in between leaves the form
 * before in force; to repeat it is harmless. ConcurrentChange where another form came first.
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
    // Only what was refused for certain: a form whose answer was lost may hold.
    if (error instanceof ConcurrentChange || (error instanceof Problem && error.code !== 'UNAVAILABLE'))
      await tidy(ctx, agencyKey, (id) => id === formId);
    throw error;
  }
  await tidy(
    ctx,
    agencyKey,
    (id) => id !== formId && (id === form.before?.formId || isAbandoned(id, now)),
    formId,
  );
}

/** Takes the rows of forms away that do not hold; a form that another call is writing is none of them. */
async function tidy(
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
