import { shanghaiDay } from '#domain/days.ts';
import { isTaxpayerId } from '#domain/taxpayers.ts';
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
 * Rows looked through by the first read, twice as many by each next one: what is found often costs little, what is found
 * once in thousands few reads.
 */
const firstRows = 150;
const mostRows = 4_000;
/**
 * A page ends full, or with the list: what is searched for may be anywhere in it. This many reads are 150,000 clients; a
 * search that they do not end goes on by cursor.
 */
const readsPerPage = 40;

/**
 * SWI-3: the clients of the agency that this person serves today, by number. The person's own rows name the agreements and
 * are searched in; the agreements and companies of what is shown decide, read side by side.
 */
export const listClients: StepOf<typeof clients, 'list'> = async (ctx, call) => {
  const { agencyKey, clientKey } = agencyOfSession(call);
  const { session } = call.caller;
  const { cursor, query = '' } = call.query;
  const owner = `clients/${session.sessionId}/${agencyKey}`;
  const begin = cursor === undefined ? undefined : openCursor(ctx, owner, cursor);
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
  // One more than shown was found: the list goes on after the last one shown, whatever else was read.
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

/** What a page shows and a few more, so that agreements are read for little else. */
const perPart = pageLength + 20;
const inParts = (entries: readonly FormEntry[]): (readonly FormEntry[])[] =>
  Array.from({ length: Math.ceil(entries.length / perPart) }, (_, part) =>
    entries.slice(part * perPart, (part + 1) * perPart),
  );

const nothingDue: CopiesDue = { companyKeys: new Set(), many: false };

/** Reads the rows from a place on. What changed a moment ago is asked beside the first read, which then is made anew. */
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

/** Past every agreement with a client: `~` comes after all that ids are made of. */
const afterClient = (personKey: string, clientKey: string): Key => ({
  personKey,
  relation: `${clientEntryPrefix(clientKey)}~`,
});

/**
 * A part of the name or of the number, however wide and in whatever capitals (ENT-5). A number that is somebody's own is
 * found whole only (DOC-4).
 */
function fits(ctx: FlowContext, company: KnownTaxpayer, query = ''): boolean {
  const wanted = searchForm(query);
  if (wanted === '' || searchForm(company.name).includes(wanted)) return true;
  const number = foldNumber(query);
  if (number === '') return false;
  return company.taxpayerId === undefined
    ? taxpayerIdOf(ctx.dataKeys, company) === number
    : company.taxpayerId.includes(number);
}
