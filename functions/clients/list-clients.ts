import { foldNumber, searchForm } from '#domain/text.ts';
import { clientsServed } from '#journeys/agencies/clients-served.ts';
import { cursorTo, positionAt } from '#journeys/cursors.ts';
import { choiceIdOf } from '#journeys/sessions/identity-choices.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { clientEntryPrefix } from '#store/agencies/agency-forms.ts';
import { formEntriesOf } from '#store/agencies/form-entries.ts';
import { type KnownTaxpayer, shownTaxpayerId, taxpayerIdOf } from '#store/companies/taxpayers.ts';
import type { Key } from '#store/dynamodb/tables.ts';
import { agencyOfSession } from './agency-of-session.ts';
import type { clients } from './contract.ts';

const pageLength = 100;
/** Rows of one read. */
const rowsPerRead = 500;
/**
 * A page ends full, or with the list: what is searched for may be anywhere in it. This many reads are more clients than an
 * agent has; a search that they do not end goes on by cursor.
 */
const readsPerPage = 40;

/**
 * SWI-3: the clients of the agency that this person serves today, by number. The person's own rows name the agreements;
 * these and the companies decide, read side by side.
 */
export const listClients: StepOf<typeof clients, 'list'> = async (ctx, call) => {
  const { agencyKey, clientKey } = agencyOfSession(call);
  const { session } = call.caller;
  const { cursor } = call.query;
  const owner = `clients/${session.sessionId}/${agencyKey}`;
  let from = cursor === undefined ? undefined : positionAt(ctx, owner, cursor);
  const found = new Map<string, KnownTaxpayer>();
  let more = true;
  for (let read = 0; more && read < readsPerPage && found.size < pageLength; read++) {
    const page = await formEntriesOf(ctx.db, session.personKey, clientEntryPrefix(), {
      from,
      limit: rowsPerRead,
      agencyKey,
    });
    for (const client of await clientsServed(ctx.db, page.items, call.now)) {
      if (found.size === pageLength) break;
      if (!fits(ctx, client, call.query.query)) continue;
      found.set(client.companyKey, client);
    }
    from = page.next;
    more = page.next !== undefined;
    const last = [...found.values()].at(-1);
    // A full page goes on after its last client, whatever else was read.
    if (last && found.size === pageLength) {
      from = afterClient(session.personKey, last.companyKey);
      more = true;
    }
  }
  return ok({
    clients: [...found.values()].map((client) => ({
      choiceId: choiceIdOf(ctx, session, { companyKey: client.companyKey, role: 'tax-agent' }),
      taxpayerId: shownTaxpayerId(ctx.dataKeys, client),
      taxpayerName: client.name,
      ...(client.companyKey === clientKey ? { current: true as const } : {}),
    })),
    ...(more && from ? { cursor: cursorTo(ctx, owner, from) } : {}),
  });
};

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
