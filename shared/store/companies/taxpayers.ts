import { indexKey, type Keys } from '#crypto/keys.ts';
import type { StoredPassword } from '#crypto/passwords.ts';
import { type DataKeys, type Sealed, seal, unseal } from '#crypto/sealed.ts';
import {
  type CompanyState,
  type CompanySubject,
  holdsPersonNumber,
  isPersonalNumber,
} from '#domain/companies/taxpayers.ts';
import { maskDocument } from '#domain/people/masks.ts';
import { Problem } from '#domain/problem.ts';
import { batchGetAll } from '../dynamodb/batch-reads.ts';
import { absent, absentOr, all, type Condition, differs, equals, exists } from '../dynamodb/expressions.ts';
import type { Check, Db, RefusableCheck, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';

/**
 * A company, or what is known of it so far. Registry lines come in any order (ENT-3), so an appointment may be stored
 * here before the company's own line has come. `rev` is the condition of every write that was decided from a read.
 */
export interface Taxpayer {
  readonly companyKey: string;
  readonly rev: number;
  /** The number in clear, or sealed if it contains a person's ID number (DOC-4). */
  readonly taxpayerId?: string;
  readonly sealedId?: Sealed;
  /** Absent until the company's own line (`taxpayer`) has come. */
  readonly name?: string;
  readonly subjects?: readonly CompanySubject[];
  readonly state?: CompanyState;
  /**
   * ENT-4: the number of the company's cancellations so far. A relation ends with the term in which it began. Absent =
   * 0.
   */
  readonly term?: number;
  /** ISO time of the cancellation that began the term; absent in the first term. */
  readonly termSince?: string;
  /** Confirmed here (ENT-2): later registry lines may still say that the company waits, and that changes nothing. */
  readonly confirmedAt?: string;
  /** The present appointments (REL-2, REL-3): replacing one is a single transaction on this row. */
  readonly legalRepresentative?: Appointment;
  readonly financeHead?: Appointment;
  /** The registry's version of each object kept here (ENT-3). */
  readonly taxpayerVersion?: number;
  readonly legalRepresentativeVersion?: number;
  readonly financeHeadVersion?: number;
  /**
   * People whom the registry listed as tax handlers before the company's own line came; they are handled when it comes
   * (ENT-3).
   */
  readonly handlersDue?: readonly string[];
  /** LEG-1: wrapped as it was imported; plain argon2id after the first old login. */
  readonly companyPassword?: StoredPassword;
  /**
   * A relation has become active by consent or at the counter. Set in the transaction of each such relation, so that
   * LEG-2 can see in this row alone whether the company has had people; `legalRepresentative` shows the rest.
   */
  readonly staffed?: boolean;
  /**
   * Name or state changed, and the copies in some relations may be old; `due` puts the company into the index of these.
   */
  readonly copiesDue?: typeof due;
}
export interface Appointment {
  readonly personKey: string;
  readonly at: string;
}
export const due = 'due';
/** A company whose own line has come. */
export type KnownTaxpayer = Taxpayer & Required<Pick<Taxpayer, 'name' | 'subjects' | 'state'>>;
export const isKnown = (taxpayer: Taxpayer | undefined): taxpayer is KnownTaxpayer =>
  taxpayer?.name !== undefined && taxpayer.state !== undefined && taxpayer.subjects !== undefined;

/**
 * The key of a normalised number. The key is readable, unless it could show the number of a person's document (DOC-4).
 * The key depends on the number alone, so that whoever types the number finds the row; what the registry states about
 * the number is in the row.
 */
export const companyKeyOf = (keys: Keys, taxpayerId: string): string =>
  holdsPersonNumber(taxpayerId) ? indexKey(keys, 'company', taxpayerId) : `c_${taxpayerId}`;

/** DOC-4: whether the number in a row is a person's own. */
export const isPersonal = (row: StoredNumber): boolean => row.taxpayerId === undefined;

/** The number as the rows of any table store it. */
export type StoredNumber = Pick<Taxpayer, 'taxpayerId' | 'sealedId'>;
const numberContext = (companyKey: string) => `taxpayer:${companyKey}`;
/** @param personal what the registry states about a number that could be either (DOC-4) */
export const storedNumber = (
  dataKeys: DataKeys,
  companyKey: string,
  taxpayerId: string,
  personal?: boolean,
): StoredNumber =>
  isPersonalNumber(taxpayerId, personal)
    ? { sealedId: seal(dataKeys, numberContext(companyKey), taxpayerId) }
    : { taxpayerId };

/** The number of a row, for another row of the same company. */
export const storedNumberOf = ({ taxpayerId, sealedId }: StoredNumber): StoredNumber => ({
  ...(taxpayerId === undefined ? {} : { taxpayerId }),
  ...(sealedId === undefined ? {} : { sealedId }),
});

/**
 * The number for a row: what the row already stores takes precedence over what a line without the company's own facts
 * suggests.
 */
export const numberUnlessStored = (row: StoredNumber | undefined, number: StoredNumber): StoredNumber =>
  row?.taxpayerId !== undefined || row?.sealedId !== undefined ? {} : number;

/** The number in clear, for code that works with it. */
export function taxpayerIdOf(
  dataKeys: DataKeys,
  row: StoredNumber & { readonly companyKey: string },
): string {
  if (row.taxpayerId !== undefined) return row.taxpayerId;
  if (row.sealedId === undefined) throw new Error('a company without a number');
  return unseal(dataKeys, numberContext(row.companyKey), row.sealedId);
}
/** The number as answers and the audit may show it: masked if it is personal data (DOC-4). */
export const shownTaxpayerId = (
  dataKeys: DataKeys,
  row: StoredNumber & { readonly companyKey: string },
): string => row.taxpayerId ?? maskDocument(taxpayerIdOf(dataKeys, row));

export const findTaxpayer = (db: Db, companyKey: string) => db.get<Taxpayer>('Taxpayers', { companyKey });

/**
 * Companies whose copies may be old at this moment. `many`: there are more than listed, so any company may be one.
 * Reads an index: for lists.
 */
export interface CopiesDue {
  readonly companyKeys: ReadonlySet<string>;
  readonly many: boolean;
}
/** Together with one more, as many values as an IN of DynamoDB takes. */
const dueAtMost = 99;
export async function companiesDue(db: Db): Promise<CopiesDue> {
  const { items, next } = await db.query<Pick<Taxpayer, 'companyKey'>>('Taxpayers', {
    index: 'copiesDue',
    condition: equals('copiesDue', due),
    limit: dueAtMost,
  });
  return { companyKeys: new Set(items.map(({ companyKey }) => companyKey)), many: next !== undefined };
}

/** Reads several companies and returns those that exist. */
export async function findTaxpayers(db: Db, companyKeys: readonly string[]): Promise<Taxpayer[]> {
  const found = await batchGetAll<Taxpayer>(
    db,
    companyKeys.map((companyKey) => ({ table: 'Taxpayers', key: { companyKey } })),
  );
  return found.filter((company) => company !== undefined);
}

/** New values by attribute; undefined removes the attribute. */
export type TaxpayerChanges = {
  readonly [K in Exclude<keyof Taxpayer, 'companyKey' | 'rev'>]?: Taxpayer[K] | undefined;
};
/**
 * Changes a company as it was read (version 0: it was unknown). If it changed in between, the write fails with
 * `onRefused`.
 */
export const taxpayerUpdate = (
  companyKey: string,
  version: number,
  changes: TaxpayerChanges,
  onRefused: (now: Taxpayer | undefined) => Error,
): Write =>
  versionedUpdate('Taxpayers', { companyKey }, version, changes, (now) =>
    onRefused(now as Taxpayer | undefined),
  );

/**
 * The refusal for a company that is not active: unknown and cancelled get the same (LGN-7), waiting another (ENT-2).
 */
export function companyProblem(taxpayer: Taxpayer | undefined): Problem | undefined {
  if (!isKnown(taxpayer) || taxpayer.state === 'cancelled') return new Problem('TAXPAYER_NOT_FOUND');
  return taxpayer.state === 'active' ? undefined : new Problem('COMPANY_NOT_CONFIRMED');
}

/**
 * ENT-4: whether a form or report from that time (epoch ms) belongs to the company's present term. Forms and reports
 * have no term, so their dates decide; lines of the same batch as the cancellation count as later than it.
 */
export const isOfTerm = (since: number, { termSince }: InTermSince): boolean =>
  termSince === undefined || since >= Date.parse(termSince);

/** The member of a company that tells when its present term began. */
export type InTermSince = { readonly termSince?: string | undefined };

/** ENT-4: the condition that the company is still in the term in which the relation began. */
const sameTerm = ({ companyTerm = 0 }: OfTerm): Condition =>
  companyTerm === 0 ? absentOr('term', equals('term', 0)) : equals('term', companyTerm);
type OfTerm = { readonly companyTerm?: number | undefined };

/**
 * For a transaction: the company is active. Refused like `companyProblem`.
 * @param relation the relation that the transaction relies on: it must be from the company's present term (ENT-4),
 * otherwise RELATION_NOT_FOUND
 */
export const activeCompanyCheck = (companyKey: string, relation?: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: all(equals('state', 'active'), relation && sameTerm(relation)),
  onRefused: (old) => companyProblem(old as Taxpayer | undefined) ?? new Problem('RELATION_NOT_FOUND'),
});

/** For a transaction that relies on the company as it was read: nothing of it has changed. */
export const companySeenCheck = (companyKey: string, version: number): Check => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: equals('rev', version),
});

/**
 * Marks that the company has people, in the transaction that gives it one; its condition is that of the given check.
 */
export const staffedUpdate = (check: RefusableCheck): Write => ({
  ...check,
  update: { set: { staffed: true } },
});

/** LEG-2: whether nobody has worked for the company so far, so that nobody could confirm a new person. */
export const isUnstaffed = ({ staffed, legalRepresentative }: Taxpayer): boolean =>
  !staffed && !legalRepresentative;

/**
 * LEG-2: gives the company its first person. Of any number of simultaneous bindings one succeeds, and none does after
 * another first relation. Refused like `companyProblem`, or with `onRefused` if somebody was first.
 */
export const firstStaffedUpdate = (companyKey: string, onRefused: () => Error): Write =>
  staffedUpdate({
    ...activeCompanyCheck(companyKey),
    condition: all(equals('state', 'active'), absent('staffed'), absent('legalRepresentative')),
    onRefused: (old) => companyProblem(old as Taxpayer | undefined) ?? onRefused(),
  });

/**
 * For a transaction: the company is still in the term of the relation that is being ended. A relation that ended with
 * the company stays as it is (ENT-4). STATE_CONFLICT.
 */
export const termCheck = (companyKey: string, relation: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: sameTerm(relation),
  onRefused: () => new Problem('STATE_CONFLICT'),
});

/**
 * For a transaction: the company exists and is not cancelled, though it may await confirmation, and it is still in the
 * term of the relation that is being changed (ENT-4). STATE_CONFLICT.
 */
export const workingCompanyCheck = (companyKey: string, relation: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: all(differs('state', 'cancelled'), exists('state'), sameTerm(relation)),
  onRefused: () => new Problem('STATE_CONFLICT'),
});
