import { batchGetAll } from '../dynamodb/batch-reads.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { all, equals, startsWith } from '../dynamodb/expressions.ts';
import { allItems } from '../dynamodb/pages.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';
import { type FormAgent, type StaffForm, staffEntryKey, staffFormKey } from './agency-forms.ts';
import { formEntryUpdate } from './form-entries.ts';

/** One agent in the list of one form of an agency, in table Agencies. */
export interface ListedAgent extends FormAgent {
  readonly agencyKey: string;
  readonly part: string;
  readonly agentId: string;
}
const listPrefix = 'agent#';
const listPart = (formId: string, agentId: string): string => `${listPrefix}${formId}#${agentId}`;
export const formIdOf = ({ part }: Pick<ListedAgent, 'part'>): string => part.split('#')[1] ?? '';

export const findStaffForm = (db: Db, agencyKey: string) =>
  db.get<StaffForm>('Agencies', staffFormKey(agencyKey));

/** Pages of a megabyte each: enough for more agents than any agency has, unfinished forms included. */
const pagesAtMost = 40;

/** Every list row of an agency, including rows of earlier forms and of forms not yet in force. Throws TooManyPages. */
export const allListed = (db: Db, agencyKey: string): Promise<ListedAgent[]> =>
  allItems(pagesAtMost, (from) =>
    db.query<ListedAgent>('Agencies', {
      condition: all(equals('agencyKey', agencyKey), startsWith('part', listPrefix)),
      consistent: true,
      from,
    }),
  );

/** Some agents of the form in force, by their handles; undefined for those whom it does not name. */
export async function findListed(
  db: Db,
  { agencyKey, formId }: Pick<StaffForm, 'agencyKey' | 'formId'>,
  agentIds: readonly string[],
): Promise<Map<string, ListedAgent>> {
  const ids = [...new Set(agentIds)];
  const found = await batchGetAll<ListedAgent>(
    db,
    ids.map((agentId) => ({ table: 'Agencies', key: { agencyKey, part: listPart(formId, agentId) } })),
  );
  return new Map(found.filter((row) => row !== undefined).map((row) => [row.agentId, row]));
}

/** The two rows of one agent of a form that is not yet in force: the list row and the person's own row. */
export const listingWrites = (
  agencyKey: string,
  formId: string,
  agent: FormAgent & { readonly agentId: string },
): Write[] => [
  {
    table: 'Agencies',
    put: {
      agencyKey,
      part: listPart(formId, agent.agentId),
      agentId: agent.agentId,
      personKey: agent.personKey,
      sealedName: agent.sealedName,
    },
  },
  formEntryUpdate(staffEntryKey(agent.personKey, agencyKey), formId),
];

export const unlistingRemoval = ({ agencyKey, part }: ListedAgent): Write => ({
  table: 'Agencies',
  remove: { agencyKey, part },
});

/** Puts the form into force in place of the one that was read. Throws ConcurrentChange if another form came first. */
export const staffFormUpdate = (
  agencyKey: string,
  before: StaffForm | undefined,
  next: Pick<StaffForm, 'formId' | 'size'> & { readonly version?: number | undefined },
): Write =>
  versionedUpdate(
    'Agencies',
    staffFormKey(agencyKey),
    before?.rev ?? 0,
    {
      formId: next.formId,
      size: next.size,
      ...(next.version === undefined ? {} : { version: next.version }),
    },
    () => new ConcurrentChange(),
  );
