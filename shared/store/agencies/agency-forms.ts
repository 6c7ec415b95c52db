import { handle } from '#crypto/random.ts';
import type { Sealed } from '#crypto/sealed.ts';
import { isInForce, type Period, type ServiceItem } from '#domain/agreements.ts';
import { Problem } from '#domain/problem.ts';
import { type InTermSince, isOfTerm, type KeptNumber } from '../companies/taxpayers.ts';
import { all, atLeast, atMost, equals, holds, oneOf } from '../dynamodb/expressions.ts';
import type { Key, RefusableCheck } from '../dynamodb/tables.ts';

/**
 * The two forms that a tax agent must stand on (AGY-1): the agency's staff form, 《涉税专业服务机构（人员）基本信息采集表》, and the
 * client's agreement form, 《涉税专业服务协议要素信息采集表》.
 *
 * A form can be larger than one transaction and still changes at once: each of its agents has a row under the person
 * with the forms they stand on, and one head row says which form holds. Rows that name another form say nothing.
 */

/** The head of an agency's staff form, in Agencies under `part` = `form`. */
export interface StaffForm {
  readonly agencyKey: string;
  readonly rev: number;
  /** The form that holds. */
  readonly formId: string;
  /** How many agents it names, so that a list read beside a change is known to be whole. */
  readonly size: number;
  /** The registry's version, where the registry sent it (ENT-3). */
  readonly version?: number;
}
export const staffFormKey = (agencyKey: string): Key => ({ agencyKey, part: 'form' });

/** Somebody whom a form names. */
export interface FormAgent {
  readonly personKey: string;
  readonly sealedName: Sealed;
}

/** What an agreement says: services, period, agents. */
export interface Terms extends Period {
  readonly items: readonly ServiceItem[];
  readonly agents: readonly FormAgent[];
}

/** An agreement of an agency with a client (AGY-4). */
export interface Agreement extends Terms {
  readonly agreementId: string;
  readonly rev: number;
  readonly agencyKey: string;
  readonly clientKey: string;
  readonly agencyNumber: KeptNumber;
  readonly clientNumber: KeptNumber;
  readonly state: 'pending' | 'active' | 'rejected' | 'ended';
  /** The form that holds; none before anything took effect. */
  readonly formId?: string;
  /** Other terms that wait for the client while these hold. */
  readonly proposed?: Terms;
  /** The registry's version, where the registry sent it (ENT-3). */
  readonly version?: number;
  /** ISO 8601 */
  readonly updatedAt: string;
}
export const agreementKey = (agreementId: string): Key => ({ agreementId });

/** A person's row for one agency's staff form or for one agreement, in Relationships. */
export interface FormEntry {
  readonly personKey: string;
  readonly relation: string;
  /** The forms that name the person; which of them holds, the head says. */
  readonly forms?: ReadonlySet<string>;
  /** Of an agreement: whose, and for how long, as its newest form says; a hint, the agreement decides. */
  readonly agencyKey?: string;
  readonly from?: string;
  readonly until?: string;
  /** What the client is searched by, and its `rev` of which that is. Without it, and while it is old, the client is asked. */
  readonly searched?: string;
  readonly searchedRev?: number;
  readonly clientKey?: string;
}
/** Prefixes outside the range of a person's current relations, whose sort keys begin with `c`. */
const staffPrefix = 'agent-at#';
const clientPrefix = 'agent-for#';
export const staffEntryPrefix = staffPrefix;
export const clientEntryPrefix = (clientKey?: string): string =>
  clientKey === undefined ? clientPrefix : `${clientPrefix}${clientKey}#`;
export const staffEntryKey = (personKey: string, agencyKey: string): Key => ({
  personKey,
  relation: `${staffPrefix}${agencyKey}`,
});
export const clientEntryKey = (personKey: string, clientKey: string, agreementId: string): Key => ({
  personKey,
  relation: `${clientEntryPrefix(clientKey)}${agreementId}`,
});
/** What a place says of itself: `clientEntryKey` read backwards. */
export function clientEntryRef({ relation }: Pick<FormEntry, 'relation'>): {
  readonly clientKey: string;
  readonly agreementId: string;
} {
  const [, clientKey = '', agreementId = ''] = relation.split('#');
  return { clientKey, agreementId };
}

/** Begins with its time, so that a form that nobody finished can be told from one that is on its way. */
export const newFormId = (now: Date): string => `${now.getTime().toString(36).padStart(9, '0')}-${handle()}`;
/** No function runs that long. */
const unfinishedAfterMs = 3_600_000;
export const isAbandoned = (formId: string, now: Date): boolean =>
  timeOf(formId) < now.getTime() - unfinishedAfterMs;
const timeOf = (formId: string): number => Number.parseInt(formId.split('-')[0] ?? '', 36);

/**
 * ENT-4: whether a form is younger than the last cancellation of its company: a staff form's agency, an agreement's client.
 * What stood on the company before has ended with it, and does not come back by its return.
 */
export const isFormOfTerm = (formId: string | undefined, company: InTermSince | undefined): boolean =>
  formId !== undefined && isOfTerm(timeOf(formId), company ?? {});

/** Whether the form that holds names the person. */
export const isNamedBy = (
  form: Pick<StaffForm | Agreement, 'formId'> | undefined,
  entry: FormEntry | undefined,
): boolean => form?.formId !== undefined && (entry?.forms?.has(form.formId) ?? false);

/** Whether an agreement lets this agency's agents work for this client today. */
export const isAgreementOf = (
  agreement: Agreement | undefined,
  { agencyKey, clientKey }: Pick<Agreement, 'agencyKey' | 'clientKey'>,
  day: string,
): agreement is Agreement =>
  agreement !== undefined &&
  agreement.agencyKey === agencyKey &&
  agreement.clientKey === clientKey &&
  isInForce(agreement, day);

const gone = () => new Problem('RELATION_NOT_FOUND');

/** Inside the transaction that relies on it: this form still holds and still names the person. RELATION_NOT_FOUND. */
export const onStaffFormChecks = (
  personKey: string,
  form: Pick<StaffForm, 'agencyKey' | 'formId'>,
): RefusableCheck[] => [
  {
    table: 'Agencies',
    key: staffFormKey(form.agencyKey),
    condition: equals('formId', form.formId),
    onRefused: gone,
  },
  formEntryCheck(staffEntryKey(personKey, form.agencyKey), form.formId),
];

/**
 * Inside the transaction that relies on the agreement: the agreement is in force on this day, and its form still names the
 * person. Whose agreement it is never changes. RELATION_NOT_FOUND.
 * @param forms the form that was read to hold, or, where only the person's own row was read, all that it names
 */
export const onAgreementChecks = (
  personKey: string,
  between: Pick<Agreement, 'agreementId' | 'clientKey'>,
  forms: readonly string[],
  day: string,
): RefusableCheck[] => [
  {
    table: 'Agreements',
    key: agreementKey(between.agreementId),
    condition: all(
      oneOf('formId', forms),
      equals('state', 'active'),
      atMost('from', day),
      atLeast('until', day),
    ),
    onRefused: gone,
  },
  formEntryCheck(clientEntryKey(personKey, between.clientKey, between.agreementId), ...forms),
];

const formEntryCheck = (key: Key, ...forms: readonly string[]): RefusableCheck => ({
  table: 'Relationships',
  key,
  condition: all(...forms.map((form) => holds('forms', form))),
  onRefused: gone,
});
