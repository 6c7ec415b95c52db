import type { House } from '#http/house.ts';
import type { Agreement, FormAgent, Terms } from '#store/agency-forms.ts';
import { type AuditEvent, type AuditKind, auditWrite } from '#store/audit.ts';
import type { Write } from '#store/db.ts';
import { type KeptNumber, shownTaxpayerId } from '#store/taxpayers.ts';
import type { RelationOrigin } from './relation-facts.ts';

/** More would not fit the transaction that they belong to. */
const toldAtMost = 40;

const told = (
  h: Pick<House, 'settings'>,
  subject: string,
  kind: AuditKind,
  origin: RelationOrigin,
  detail: NonNullable<AuditEvent['detail']>,
): Write =>
  auditWrite(
    { subject, kind, outcome: 'success', ...origin, detail: { ...detail, ...origin.detail } },
    h.settings.policies.auditRetentionDays,
  );

/** Who is new in a list and who is in it no longer. */
function difference<T extends Pick<FormAgent, 'personKey'>>(before: readonly T[], after: readonly T[]) {
  const keys = (list: readonly T[]) => new Set(list.map(({ personKey }) => personKey));
  const [were, are] = [keys(before), keys(after)];
  return {
    joined: after.filter(({ personKey }) => !were.has(personKey)),
    left: before.filter(({ personKey }) => !are.has(personKey)),
  };
}

/** The change of a staff form, told to the agency, to whoever did it, and to those whom it concerns (AUD-1). */
export function staffFormAudits(
  h: Pick<House, 'settings' | 'dataKeys'>,
  agency: KeptNumber & { readonly companyKey: string },
  before: readonly Pick<FormAgent, 'personKey'>[],
  after: readonly Pick<FormAgent, 'personKey'>[],
  origin: RelationOrigin,
): Write[] {
  const { joined, left } = difference(before, after);
  const detail = { agents: after.length, joined: joined.length, left: left.length };
  const named = { agency: shownTaxpayerId(h.dataKeys, agency) };
  const concerned = [
    ...joined.map((agent) => told(h, agent.personKey, 'agent-listed', origin, named)),
    ...left.map((agent) => told(h, agent.personKey, 'agent-unlisted', origin, named)),
  ];
  return [
    told(h, agency.companyKey, 'agency-staff-changed', origin, detail),
    ...actorAudit(h, 'agency-staff-changed', origin, { ...named, ...detail }),
    ...concerned.slice(0, toldAtMost),
  ];
}

/** What became of an agreement, told to both companies, to whoever did it, and to those whom it concerns (AUD-1). */
export function agreementAudits(
  h: Pick<House, 'settings' | 'dataKeys'>,
  between: Pick<Agreement, 'agreementId' | 'agencyKey' | 'clientKey' | 'agencyNumber' | 'clientNumber'>,
  terms: Terms,
  what: 'entered' | 'proposed' | 'changed' | 'confirmed' | 'rejected' | 'ended',
  origin: RelationOrigin,
  before?: readonly FormAgent[],
): Write[] {
  const { agencyKey, clientKey, agencyNumber, clientNumber, agreementId } = between;
  const agency = shownTaxpayerId(h.dataKeys, { ...agencyNumber, companyKey: agencyKey });
  const client = shownTaxpayerId(h.dataKeys, { ...clientNumber, companyKey: clientKey });
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
      told(h, agent.personKey, 'agent-named', origin, { agency, client, agreementId }),
    ),
    ...left.map((agent) => told(h, agent.personKey, 'agent-left', origin, { agency, client, agreementId })),
  ];
  return [
    told(h, agencyKey, kind, origin, detail),
    told(h, clientKey, kind, origin, detail),
    ...actorAudit(h, kind, origin, detail),
    ...concerned.slice(0, toldAtMost),
  ];
}

const actorAudit = (
  h: Pick<House, 'settings'>,
  kind: AuditKind,
  origin: RelationOrigin,
  detail: NonNullable<AuditEvent['detail']>,
): Write[] => (origin.actor === undefined ? [] : [told(h, origin.actor, kind, origin, detail)]);
