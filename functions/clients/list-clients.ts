import { isTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { foldNumber, searchForm } from '#domain/text.ts';
import { clientsServed } from '#journeys/agencies/clients-served.ts';
import { openCursor, sealCursor } from '#journeys/cursors.ts';
import { choiceIdOf } from '#journeys/sessions/identity-choices.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { clientEntryPrefix, type FormEntry } from '#store/agencies/agency-forms.ts';
import { type ClientSearch, clientEntries } from '#store/agencies/form-entries.ts';
import {
  type CopiesDue,
  companiesDue,
  companyKeyOf,
  type KnownTaxpayer,
  shownTaxpayerId,
  taxpayerIdOf,
} from '#store/companies/taxpayers.ts';
import { pagesUpTo } from '#store/dynamodb/pages.ts';
import type { Key } from '#store/dynamodb/tables.ts';
import { agencyOfSession } from './agency-of-session.ts';
import type { clients } from './contract.ts';

const pageLength = 100;
/**
 * How many rows the first read looks through; each further read takes twice as many. A frequent match then costs
 * little, and a match among thousands of rows needs few reads.
 */
const firstRows = 150;
const mostRows = 4_000;
/**
 * A page ends when it is full or the list ends, because matches may be anywhere in the list. This many reads cover
 * 150,000 clients; a longer search continues with a cursor.
 */
const readsPerPage = 40;

/**
 * SWI-3: the agency's clients that this person serves today, sorted by number. The person's own rows name the
 * agreements and are searched; the agreements and companies of the matches are then read in parallel and decide.
 */
export const listClients: StepOf<typeof clients, 'list'> = async (ctx, call) => {
  const { agencyKey, clientKey } = agencyOfSession(call);
  const { session } = call.caller;
  const { cursor, query = '' } = call.query;
  const owner = `clients/${session.sessionId}/${agencyKey}`;
  const begin = openCursor(ctx, owner, cursor);
  const read = readingClients(ctx, session.personKey, { agencyKey, day: shanghaiDay(call.now), query });
  const found = new Map<string, KnownTaxpayer>();
  let next: Key | undefined;
  for await (const page of pagesUpTo(readsPerPage, read, begin)) {
    next = page.next;
    for (const some of inParts(page.items)) {
      for (const client of await clientsServed(ctx.db, some, call.now))
        if (fits(ctx, client, query)) found.set(client.companyKey, client);
      if (found.size > pageLength) break;
    }
    if (found.size > pageLength) break;
  }
  const shown = [...found.values()].slice(0, pageLength);
  // One client more than shown was found: the list continues after the last shown one, however many rows were read.
  const last = shown.at(-1);
  if (last && found.size > pageLength) next = afterClient(session.personKey, last.companyKey);
  return ok({
    clients: shown.map((client) => ({
      choiceId: choiceIdOf(ctx, session, { companyKey: client.companyKey, role: 'tax-agent' }),
      taxpayerId: shownTaxpayerId(ctx.dataKeys, client),
      taxpayerName: client.name,
      ...(client.companyKey === clientKey ? { current: true as const } : {}),
    })),
    ...(next ? { cursor: sealCursor(ctx, owner, next) } : {}),
  });
};

/** What a page shows and a few more, so that few agreements are read in vain. */
const perPart = pageLength + 20;
const inParts = (entries: readonly FormEntry[]): (readonly FormEntry[])[] =>
  Array.from({ length: Math.ceil(entries.length / perPart) }, (_, part) =>
    entries.slice(part * perPart, (part + 1) * perPart),
  );

const nothingDue: CopiesDue = { companyKeys: new Set(), many: false };

/**
 * Reads the rows from a position on. Which companies have just changed is read in parallel to the first read, which is
 * then repeated with that knowledge.
 */
function readingClients(
  ctx: FlowContext,
  personKey: string,
  asked: Pick<ClientSearch, 'agencyKey' | 'day' | 'query'>,
) {
  const isSearch = searchForm(asked.query) !== '';
  const number = foldNumber(asked.query);
  const typed = isSearch && isTaxpayerId(number) ? companyKeyOf(ctx.keys, number) : undefined;
  let due: CopiesDue | undefined = isSearch ? undefined : nothingDue;
  let limit = firstRows;
  return async (from: Key | undefined) => {
    const read = (known: CopiesDue) =>
      clientEntries(ctx.db, personKey, clientEntryPrefix(), { ...asked, typed, due: known }, { from, limit });
    let reading = read(due ?? nothingDue);
    if (!due) {
      [due] = await Promise.all([companiesDue(ctx.db), reading]);
      if (due.many || due.companyKeys.size > 0) reading = read(due);
    }
    const page = await reading;
    limit = Math.min(2 * limit, mostRows);
    return page;
  };
}

/** After every agreement with a client: `~` comes after all characters of ids. */
const afterClient = (personKey: string, clientKey: string): Key => ({
  personKey,
  relation: `${clientEntryPrefix(clientKey)}~`,
});

/**
 * A part of the name or of the number, in any width and capitals (ENT-5). A number that is a person's is found only if
 * typed completely (DOC-4).
 */
function fits(ctx: FlowContext, company: KnownTaxpayer, query = ''): boolean {
  const wanted = searchForm(query);
  if (searchForm(company.name).includes(wanted)) return true;
  const number = foldNumber(query);
  if (number === '') return false;
  return company.taxpayerId === undefined
    ? taxpayerIdOf(ctx.dataKeys, company) === number
    : company.taxpayerId.includes(number);
}
