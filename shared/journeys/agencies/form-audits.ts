import type { FlowContext } from '#runtime/context.ts';
import type { Agreement, FormAgent, Terms } from '#store/agencies/agency-forms.ts';
import type { AuditEvent, AuditKind } from '#store/audit/audit-events.ts';
import { type StoredNumber, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type ChangeOrigin, changeAuditPut } from '../change-origin.ts';

/** More events would not fit into the transaction that they belong to. */
const agentEventsAtMost = 40;

/** The people who are new in a list, and those who are no longer in it. */
function difference<T extends Pick<FormAgent, 'personKey'>>(before: readonly T[], after: readonly T[]) {
  const keys = (list: readonly T[]) => new Set(list.map(({ personKey }) => personKey));
  const [were, are] = [keys(before), keys(after)];
  return {
    joined: after.filter(({ personKey }) => !were.has(personKey)),
    left: before.filter(({ personKey }) => !are.has(personKey)),
  };
}

/**
 * The audit events of a changed staff form: for the agency, for the person who changed it, and for the agents concerned
 * (AUD-1).
 */
export function staffFormAudits(
  ctx: Pick<FlowContext, 'settings' | 'dataKeys'>,
  agency: StoredNumber & { readonly companyKey: string },
  before: readonly Pick<FormAgent, 'personKey'>[],
  after: readonly Pick<FormAgent, 'personKey'>[],
  origin: ChangeOrigin,
): Write[] {
  const { joined, left } = difference(before, after);
  const detail = { agents: after.length, joined: joined.length, left: left.length };
  const named = { agency: shownTaxpayerId(ctx.dataKeys, agency) };
  const concerned = [
    ...joined.map((agent) => changeAuditPut(ctx, origin, agent.personKey, 'agent-listed', named)),
    ...left.map((agent) => changeAuditPut(ctx, origin, agent.personKey, 'agent-unlisted', named)),
  ];
  return [
    changeAuditPut(ctx, origin, agency.companyKey, 'agency-staff-changed', detail),
    ...actorAudit(ctx, 'agency-staff-changed', origin, { ...named, ...detail }),
    ...concerned.slice(0, agentEventsAtMost),
  ];
}

/**
 * The audit events of a changed agreement: for both companies, for the person who changed it, and for the agents
 * concerned (AUD-1).
 */
export function agreementAudits(
  ctx: Pick<FlowContext, 'settings' | 'dataKeys'>,
  between: Pick<Agreement, 'agreementId' | 'agencyKey' | 'clientKey' | 'agencyNumber' | 'clientNumber'>,
  terms: Terms,
  what: 'entered' | 'proposed' | 'changed' | 'confirmed' | 'rejected' | 'ended',
  origin: ChangeOrigin,
  before?: readonly FormAgent[],
): Write[] {
  const { agencyKey, clientKey, agencyNumber, clientNumber, agreementId } = between;
  const agency = shownTaxpayerId(ctx.dataKeys, { ...agencyNumber, companyKey: agencyKey });
  const client = shownTaxpayerId(ctx.dataKeys, { ...clientNumber, companyKey: clientKey });
  const kind = `agreement-${what}` as const;
  const detail = {
    agreementId,
    agency,
    client,
    items: terms.items.join(' '),
    from: terms.from,
    until: terms.until,
    agents: terms.agents.length,
  };
  const { joined, left } = before ? difference(before, terms.agents) : { joined: [], left: [] };
  const concerned = [
    ...joined.map((agent) =>
      changeAuditPut(ctx, origin, agent.personKey, 'agent-named', { agency, client, agreementId }),
    ),
    ...left.map((agent) =>
      changeAuditPut(ctx, origin, agent.personKey, 'agent-left', { agency, client, agreementId }),
    ),
  ];
  return [
    changeAuditPut(ctx, origin, agencyKey, kind, detail),
    changeAuditPut(ctx, origin, clientKey, kind, detail),
    ...actorAudit(ctx, kind, origin, detail),
    ...concerned.slice(0, agentEventsAtMost),
  ];
}

const actorAudit = (
  ctx: Pick<FlowContext, 'settings'>,
  kind: AuditKind,
  origin: ChangeOrigin,
  detail: NonNullable<AuditEvent['detail']>,
): Write[] => (origin.actor === undefined ? [] : [changeAuditPut(ctx, origin, origin.actor, kind, detail)]);
