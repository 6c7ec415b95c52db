import { newHandle } from '#crypto/random.ts';
import { agentIdOf } from '#journeys/agencies/agents.ts';
import {
  type Agreement,
  clientEntryKey,
  type FormAgent,
  newFormId,
  staffEntryKey,
  staffFormKey,
} from '#store/agencies/agency-forms.ts';
import { findStaffForm } from '#store/agencies/staff-forms.ts';
import { type StoredNumber, storedNumberOf, type Taxpayer } from '#store/companies/taxpayers.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { handlesOne } from '../crypto/keys-of-test.ts';
import { putRows, sealedNameOf } from './in-process.ts';
import { before, day, type Named, now } from './step-fixtures.ts';
import type { Part } from './stored-rows.ts';

/** A person as a form names them. */
export const agentOf = ({ personKey, name }: Named): FormAgent => ({
  personKey,
  sealedName: sealedNameOf(personKey, name),
});

/** Stores an agency's staff form in force, in place of an earlier one. Returns the form's id. */
export async function storeStaffForm(db: Db, agencyKey: string, ...people: Named[]): Promise<string> {
  const formId = newFormId(new Date(now.getTime() - 5_000));
  const earlier = await findStaffForm(db, agencyKey);
  const head = { rev: (earlier?.rev ?? 0) + 1, formId, size: people.length };
  await putRows(db, 'Agencies', { ...staffFormKey(agencyKey), ...head });
  for (const who of people) {
    const agentId = agentIdOf({ handles: handlesOne }, agencyKey, who.personKey);
    const part = `agent#${formId}#${agentId}`;
    await putRows(db, 'Agencies', { agencyKey, part, agentId, ...agentOf(who) });
    await putRows(db, 'Relationships', {
      ...staffEntryKey(who.personKey, agencyKey),
      forms: new Set([formId]),
    });
  }
  return formId;
}

type Party = Pick<Taxpayer, 'companyKey'> & StoredNumber;
/** Stores an agreement in force that names these people. */
export async function storeAgreement(
  db: Db,
  [agency, client]: readonly [agency: Party, client: Party],
  people: readonly Named[],
  facts: Part<Agreement> = {},
): Promise<Agreement> {
  const formId = newFormId(new Date(now.getTime() - 1_000));
  const [agencyKey, clientKey] = [agency.companyKey, client.companyKey];
  const terms = { from: day, until: '2027-12-31' };
  const row = {
    agreementId: newHandle(),
    rev: 1,
    agencyKey,
    clientKey,
    agencyNumber: storedNumberOf(agency),
    clientNumber: storedNumberOf(client),
    state: 'active',
    formId,
    items: ['attestation', 'consulting'],
    agents: people.map(agentOf),
    updatedAt: before,
    ...terms,
    ...(facts as Partial<Agreement>),
  } satisfies Agreement;
  await putRows(db, 'Agreements', row);
  for (const { personKey } of people)
    await putRows(db, 'Relationships', {
      ...clientEntryKey(personKey, clientKey, row.agreementId),
      agencyKey,
      forms: new Set([formId]),
      ...terms,
    });
  return row;
}
