import { roleOrder } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { clientsServed } from '#journeys/agencies/clients-served.ts';
import { personPage } from '#journeys/companies/company-copies.ts';
import { factorPhone, requireFresh } from '#journeys/factors/fresh-factor.ts';
import { sendSessionCode } from '#journeys/factors/session-codes.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import { accepted } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { clientEntryPrefix } from '#store/agencies/agency-forms.ts';
import { formEntriesOf } from '#store/agencies/form-entries.ts';
import { shownStateOf } from '#store/companies/relations.ts';
import type { deregistration } from './contract.ts';

type WarnCall = CallOf<typeof deregistration, 'sms'>;

/**
 * Sends the code, and names the companies that the person can no longer serve afterwards (CTR-2). If no phone may be
 * used, the refusal carries the same warning, because a face check can be used instead.
 */
export const sendDeregistrationCode: StepOf<typeof deregistration, 'sms'> = async (ctx, call) => {
  requireFresh(ctx, call);
  const [person, warning] = await Promise.all([signedInPerson(ctx, call), companiesServed(ctx, call)]);
  try {
    const phone = phoneNumberOf(ctx, factorPhone(person, call.now, ctx.settings.policies));
    const sent = await sendSessionCode(ctx, call, 'deregistration', phone, person.lastWindow);
    return accepted({ ...sent, ...warning });
  } catch (error) {
    if (error instanceof Problem && (error.code === 'PHONE_EMPTY' || error.code === 'FACE_REQUIRED'))
      throw new Problem(error.code, { ...error.details, ...warning }, { cause: error });
    throw error;
  }
};

/** The most companies, and the most clients, that the warning names; beyond them it only says that there are more. */
const namedAtMost = 200;
/** The most rows of an agent that are searched for clients, rows of ended agreements included. */
const rowsAtMost = 2_000;

/** Companies served by own relations, and as agent of an agency (AGY-3). */
async function companiesServed(ctx: FlowContext, call: WarnCall) {
  const day = shanghaiDay(call.now);
  const { personKey } = call.caller.session;
  const [own, clientEntries] = await Promise.all([
    personPage(ctx.db, personKey, 'active', { day, limit: namedAtMost }),
    formEntriesOf(ctx.db, personKey, clientEntryPrefix(), { limit: rowsAtMost, on: day }),
  ]);
  const named = clientEntries.items.slice(0, namedAtMost);
  const clients = await clientsServed(ctx.db, named, call.now);
  const companies = [
    ...own.relations.filter((relation) => shownStateOf(relation, day) === 'active'),
    ...clients.map(({ name }) => ({ taxpayerName: name, role: 'tax-agent' as const })),
  ]
    .sort(
      (a, b) => a.taxpayerName.localeCompare(b.taxpayerName, 'zh') || roleOrder(a.role) - roleOrder(b.role),
    )
    .map(({ taxpayerName, role }) => ({ taxpayerName, role }));
  return {
    companies,
    ...(own.next || clientEntries.next || named.length < clientEntries.items.length
      ? { moreCompanies: true as const }
      : {}),
  };
}
