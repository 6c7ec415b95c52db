import { isInForce } from '#domain/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { House } from '#http/house.ts';
import {
  type Agreement,
  clientPlaceOf,
  clientPlaces,
  onAgreementChecks,
  onStaffFormChecks,
  type StaffForm,
} from '#store/agency-forms.ts';
import type { Db, Write } from '#store/db.ts';
import { agenciesNaming, placesOf } from '#store/form-places.ts';
import { type AgentGrounds, agencyHeld, type Evidence, evidenceOf, heldOn } from '#store/grounds.ts';
import { activeCompanyWrite, type KnownTaxpayer, shownTaxpayerId } from '#store/taxpayers.ts';
import { Stale } from '#store/users.ts';
import type { CompanyPlace } from './relation-check.ts';

/** An agreement by which this person may serve a client of an agency. */
export const byAgreement = ({
  agencyKey,
  clientKey,
  agreementId,
}: Pick<Agreement, 'agencyKey' | 'clientKey' | 'agreementId'>): AgentGrounds => ({
  by: 'agreement',
  companyKey: clientKey,
  role: 'tax-agent',
  agencyKey,
  agreementId,
});
export const byStaffForm = (agencyKey: string): AgentGrounds => ({
  by: 'staff-form',
  companyKey: agencyKey,
  role: 'tax-agent',
});

/** More agreements of one person for one client in one period are a mistake of somebody's; this many are looked at. */
const groundsAtMost = 8;

/**
 * What may let the person in at `enterprise` as a tax agent of a company (AGY-3): the own rows alone are looked at, on
 * both forms, in one step that goes side by side with others. What they say is judged where it is used (`agentPlace`).
 */
export async function agentGroundsAt(
  db: Db,
  personKey: string,
  companyKey: string,
  day: string,
): Promise<AgentGrounds[]> {
  const [{ items }, agencies] = await Promise.all([
    placesOf(db, personKey, clientPlaces(companyKey), { limit: groundsAtMost }),
    agenciesNaming(db, personKey),
  ]);
  const clients = items.flatMap((place) => {
    const { agencyKey, from, until, forms } = place;
    const { agreementId } = clientPlaceOf(place);
    const today = forms?.size && from !== undefined && until !== undefined && from <= day && day <= until;
    return today && agencyKey !== undefined && agencies.has(agencyKey)
      ? [byAgreement({ agencyKey, clientKey: companyKey, agreementId })]
      : [];
  });
  return [...clients, ...(agencies.has(companyKey) ? [byStaffForm(companyKey)] : [])];
}

/** A place of an agent, judged on what was read of it. */
export type AgentPlace = CompanyPlace & {
  readonly company: AgentGrounds;
  readonly identity: Extract<CompanyPlace['identity'], { kind: 'enterprise' | 'agency' }>;
};

/**
 * What these grounds give today, with the checks of the transaction that relies on it: both forms still name the person,
 * the agreement holds, both companies are at work; Stale where a form was replaced since. Undefined where they give nothing.
 * @param through the entry: the same grounds are another session at `agency` than at `enterprise`
 */
export function agentPlace(
  h: Pick<House, 'dataKeys'>,
  personKey: string,
  grounds: AgentGrounds,
  evidence: Evidence,
  through: 'enterprise' | 'agency',
  now: Date,
): AgentPlace | undefined {
  const held = heldOn(grounds, through, evidence, now);
  const agency = agencyHeld(evidence);
  const form = evidence.agency?.form;
  if (!held || !agency || !form) return undefined;
  const client = grounds.by === 'agreement' ? clientIn(evidence) : undefined;
  if (grounds.by === 'agreement' && !client) return undefined;
  const shown = client && shownCompany(h, client);
  return {
    identity:
      through === 'agency'
        ? {
            kind: 'agency',
            agencyId: shownTaxpayerId(h.dataKeys, agency),
            agencyName: agency.name,
            ...(shown ? { client: shown } : {}),
          }
        : {
            kind: 'enterprise',
            ...(shown ?? shownCompany(h, agency)),
            role: 'tax-agent',
            permissions: [...held.permissions],
          },
    company: grounds,
    writes: placeChecks(personKey, form, agency, evidence, client, now),
  };
}

const clientIn = ({ company }: Evidence) => company as KnownTaxpayer | undefined;
const shownCompany = (h: Pick<House, 'dataKeys'>, company: KnownTaxpayer) => ({
  taxpayerId: shownTaxpayerId(h.dataKeys, company),
  taxpayerName: company.name,
});

const formsOf = ({ formId }: Agreement): string[] => (formId === undefined ? [] : [formId]);

function placeChecks(
  personKey: string,
  form: StaffForm,
  agency: KnownTaxpayer,
  { agreement }: Evidence,
  client: KnownTaxpayer | undefined,
  now: Date,
): Write[] {
  // A form that was replaced since it was read may name the person still: looked at again.
  const again = (check: Write): Write => ({ ...check, otherwise: () => new Stale() });
  return [
    ...onStaffFormChecks(personKey, form).map(again),
    activeCompanyWrite(agency.companyKey),
    ...(client && agreement
      ? [
          ...onAgreementChecks(personKey, agreement, formsOf(agreement), shanghaiDay(now)).map(again),
          activeCompanyWrite(client.companyKey),
        ]
      : []),
  ];
}

/** Grounds with what was read of them. */
export interface GroundsRead {
  readonly grounds: AgentGrounds;
  readonly evidence: Evidence;
}
/** What all of these stand on, read side by side. */
export const readGrounds = (
  db: Db,
  personKey: string,
  grounds: readonly AgentGrounds[],
): Promise<GroundsRead[]> =>
  Promise.all(grounds.map(async (one) => ({ grounds: one, evidence: await evidenceOf(db, personKey, one) })));

/** The place of the first of these grounds that give one today. */
export function placeAmong(
  h: Pick<House, 'dataKeys'>,
  personKey: string,
  read: readonly GroundsRead[],
  through: 'enterprise' | 'agency',
  now: Date,
): AgentPlace | undefined {
  for (const { grounds, evidence } of read) {
    const place = agentPlace(h, personKey, grounds, evidence, through, now);
    if (place) return place;
  }
  return undefined;
}

/** Whether an agreement of this agency serves this client today, as far as the agreement itself tells. */
export const servesToday = (
  agreement: Agreement | undefined,
  { agencyKey, clientKey }: Pick<Agreement, 'agencyKey' | 'clientKey'>,
  now: Date,
): agreement is Agreement =>
  agreement?.agencyKey === agencyKey &&
  agreement.clientKey === clientKey &&
  isInForce(agreement, shanghaiDay(now));
