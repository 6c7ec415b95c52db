import { newHandle } from '#crypto/random.ts';
import type { Sealed } from '#crypto/sealed.ts';
import { isInForce, type Period, type ServiceItem } from '#domain/agencies/agreements.ts';
import { Problem } from '#domain/problem.ts';
import { type InTermSince, isOfTerm, type StoredNumber } from '../companies/taxpayers.ts';
import { all, atLeast, atMost, equals, holds, oneOf } from '../dynamodb/expressions.ts';
import type { Key, RefusableCheck } from '../dynamodb/tables.ts';

/**
 * The two forms that name a tax agent (AGY-1): the agency's staff form, 《涉税专业服务机构（人员）基本信息采集表》, and
 * the client's agreement form, 《涉税专业服务协议要素信息采集表》.
 * A form may be larger than one transaction and must still change at one instant. So each agent has a row of their own
 * that lists the forms that name them, and one head row tells which form is in force. An entry of another form has no
 * effect.
 */

/** The head of an agency's staff form, in Agencies under `part` = `form`. */
export interface StaffForm {
  readonly agencyKey: string;
  readonly rev: number;
  /** The id of the form that is in force. */
  readonly formId: string;
  /** How many agents the form names, so that a reader can tell whether a list read during a change is complete. */
  readonly size: number;
  /** The registry's version, if the registry sent the form (ENT-3). */
  readonly version?: number;
}
export const staffFormKey = (agencyKey: string): Key => ({ agencyKey, part: 'form' });

/** A person whom a form names. */
export interface FormAgent {
  readonly personKey: string;
  readonly sealedName: Sealed;
}

/** The content of an agreement: services, period, agents. */
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
  readonly agencyNumber: StoredNumber;
  readonly clientNumber: StoredNumber;
  readonly state: 'pending' | 'active' | 'rejected' | 'ended';
  /** The form that is in force; absent before any terms took effect. */
  readonly formId?: string;
  /** New terms that wait for the client's consent; until then these terms hold. */
  readonly proposed?: Terms;
  /** The registry's version, if the registry sent it (ENT-3). */
  readonly version?: number;
  /** ISO 8601 */
  readonly updatedAt: string;
}
export const agreementKey = (agreementId: string): Key => ({ agreementId });

/** A person's row for one agency's staff form or for one agreement, in Relationships. */
export interface FormEntry {
  readonly personKey: string;
  readonly relation: string;
  /** The forms that name the person; the head row tells which of them is in force. */
  readonly forms?: ReadonlySet<string>;
  /**
   * For an agreement: whose it is, and its period according to its newest form. These members are only a hint; the
   * agreement decides.
   */
  readonly agencyKey?: string;
  readonly from?: string;
  readonly until?: string;
  /**
   * The text by which the client is searched, and the client's `rev` from which it was copied. If the text is missing
   * or old, the client's own row is read.
   */
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
/** The agreement and the client that a row belongs to: `clientEntryKey` read backwards. */
export function clientEntryRef({ relation }: Pick<FormEntry, 'relation'>): {
  readonly clientKey: string;
  readonly agreementId: string;
} {
  const [, clientKey = '', agreementId = ''] = relation.split('#');
  return { clientKey, agreementId };
}

/** Begins with the time, so that a form that was never finished can be told from one that is still being written. */
export const newFormId = (now: Date): string =>
  `${now.getTime().toString(36).padStart(9, '0')}-${newHandle()}`;
/** Milliseconds; no function runs that long. */
const unfinishedAfterMs = 3_600_000;
export const isAbandoned = (formId: string, now: Date): boolean =>
  timeOf(formId) < now.getTime() - unfinishedAfterMs;
const timeOf = (formId: string): number => Number.parseInt(formId.split('-')[0] ?? '', 36);

/**
 * ENT-4: whether a form is younger than the last cancellation of its company (for a staff form the agency, for an
 * agreement the client). Older forms ended with the cancellation and do not take effect again when the company returns.
 */
export const isFormOfTerm = (formId: string | undefined, company: InTermSince | undefined): boolean =>
  formId !== undefined && isOfTerm(timeOf(formId), company ?? {});

/** Whether the form that is in force names the person. */
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
  agreement?.agencyKey === agencyKey && agreement.clientKey === clientKey && isInForce(agreement, day);

const gone = () => new Problem('RELATION_NOT_FOUND');

/** For a transaction that relies on it: this form is still in force and still names the person. RELATION_NOT_FOUND. */
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
 * For a transaction that relies on the agreement: it is in force on this day, and its form still names the person. The
 * parties of an agreement never change. RELATION_NOT_FOUND.
 * @param forms the form that was read to be in force; or, if only the person's own row was read, all forms that it
 * lists
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
