import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import { isAbandoned, newFormId, type StaffForm, staffPlaceKey } from '#store/agency-forms.ts';
import type { Write } from '#store/db.ts';
import { forgetPlaces, transactSideBySide } from '#store/form-places.ts';
import {
  allListed,
  formIdOf,
  type ListedAgent,
  listingWrites,
  staffFormWrite,
  unlistingWrite,
} from '#store/staff-forms.ts';
import { Stale } from '#store/users.ts';
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
 * before in force; to repeat it is harmless. Stale where another form came first.
 */
export async function putStaffForm(h: House, form: NewStaffForm, now: Date): Promise<void> {
  const { agencyKey, agents } = form;
  const formId = newFormId(now);
  const listed = agents.map((agent) => ({
    ...agent,
    agentId: agentIdOf(h, agencyKey, agent.personKey),
  }));
  await transactSideBySide(
    h.db,
    listed.map((agent) => [...agent.records, ...listingWrites(agencyKey, formId, agent)]),
  );
  try {
    await h.db.transact([
      staffFormWrite(agencyKey, form.before, { formId, size: agents.length, version: form.version }),
      ...form.writes,
    ]);
  } catch (error) {
    // Only what was refused for certain: a form whose answer was lost may hold.
    if (error instanceof Stale || (error instanceof Problem && error.code !== 'UNAVAILABLE'))
      await tidy(h, agencyKey, (id) => id === formId);
    throw error;
  }
  await tidy(
    h,
    agencyKey,
    (id) => id !== formId && (id === form.before?.formId || isAbandoned(id, now)),
    formId,
  );
}

/** Takes the rows of forms away that do not hold; a form that another call is writing is none of them. */
async function tidy(h: House, agencyKey: string, isOver: (formId: string) => boolean, holds?: string) {
  const rows = await allListed(h.db, agencyKey).catch(() => []);
  const kept = new Set(rows.filter((row) => formIdOf(row) === holds).map(({ personKey }) => personKey));
  const over = Map.groupBy(
    rows.filter((row) => isOver(formIdOf(row))),
    formIdOf,
  );
  for (const [formId, listed] of over) {
    const keys = (some: readonly ListedAgent[]) => some.map((row) => staffPlaceKey(row.personKey, agencyKey));
    await forgetPlaces(
      h.db,
      formId,
      {
        gone: keys(listed.filter(({ personKey }) => !kept.has(personKey))),
        kept: keys(listed.filter(({ personKey }) => kept.has(personKey))),
      },
      listed.map(unlistingWrite),
    );
  }
}
