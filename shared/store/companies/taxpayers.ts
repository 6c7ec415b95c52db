import { indexKey, type Keys } from '#crypto/keys.ts';
import type { StoredPassword } from '#crypto/passwords.ts';
import { type DataKeys, type Sealed, seal, unseal } from '#crypto/sealed.ts';
import { maskDocument } from '#domain/masks.ts';
import { Problem } from '#domain/problem.ts';
import {
  type CompanyState,
  type CompanySubject,
  holdsPersonNumber,
  isPersonalNumber,
} from '#domain/taxpayers.ts';
import { absent, absentOr, all, type Condition, differs, equals, exists } from '../dynamodb/expressions.ts';
import type { Check, Db, RefusableCheck, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';

/**
 * A company, or what is known of it so far: registry lines come in any order (ENT-3), so an appointment may stand here
 * before the company itself does. `rev` is the condition of every write that was decided from a read.
 */
export interface Taxpayer {
  readonly companyKey: string;
  readonly rev: number;
  /** The number in clear, or sealed where it holds a person's ID number (DOC-4). */
  readonly taxpayerId?: string;
  readonly sealedId?: Sealed;
  /** Absent until the line `taxpayer` has come. */
  readonly name?: string;
  readonly subjects?: readonly CompanySubject[];
  readonly state?: CompanyState;
  /** ENT-4: counts the company's cancellations; its relations end with the term in which they began. Absent = 0. */
  readonly term?: number;
  /** ISO time of the cancellation that began the term; none in the first. */
  readonly termSince?: string;
  /** Confirmed here (ENT-2): the registry's lines may go on saying that the company waits, which is no news then. */
  readonly confirmedAt?: string;
  /** Who is appointed now (REL-2, REL-3): the supersede is one transaction with this row. */
  readonly legalRepresentative?: Appointment;
  readonly financeHead?: Appointment;
  /** The registry's version of each object kept here (ENT-3). */
  readonly taxpayerVersion?: number;
  readonly legalRepresentativeVersion?: number;
  readonly financeHeadVersion?: number;
  /** People whom the registry listed as tax handlers before the company's own line came: still to be taken up (ENT-3). */
  readonly handlersDue?: readonly string[];
  /** LEG-1: wrapped as it was imported, plain argon2id from the first old login on. */
  readonly companyPassword?: StoredPassword;
  /**
   * Somebody's relation has become active by consent or at the counter. Set with each such relation, in its transaction,
   * so that LEG-2 can tell on this row alone whether the company has had people; legalRepresentative tells the rest.
   */
  readonly staffed?: boolean;
  /** Name or state changed and not every relation's copy of it is known to be new; `due` puts it in the index of those. */
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
 * The key of a normalised number: readable, unless that could show the number of somebody's document (DOC-4). The key is made
 * of the number alone, so that whoever types it finds the row; what the registry says of the number is in the row.
 */
export const companyKeyOf = (keys: Keys, taxpayerId: string): string =>
  holdsPersonNumber(taxpayerId) ? indexKey(keys, 'company', taxpayerId) : `c_${taxpayerId}`;

/** DOC-4: whether the number of a row is somebody's own. */
export const isPersonal = (row: KeptNumber): boolean => row.taxpayerId === undefined;

/** The number as it is kept in a row of any table. */
export type KeptNumber = Pick<Taxpayer, 'taxpayerId' | 'sealedId'>;
const numberContext = (companyKey: string) => `taxpayer:${companyKey}`;
/** @param personal what the registry says of a number that could be either (DOC-4) */
export const keptNumber = (
  dataKeys: DataKeys,
  companyKey: string,
  taxpayerId: string,
  personal?: boolean,
): KeptNumber =>
  isPersonalNumber(taxpayerId, personal)
    ? { sealedId: seal(dataKeys, numberContext(companyKey), taxpayerId) }
    : { taxpayerId };

/** The number of a row, taken over into another row of the company. */
export const keptNumberOf = ({ taxpayerId, sealedId }: KeptNumber): KeptNumber => ({
  ...(taxpayerId === undefined ? {} : { taxpayerId }),
  ...(sealedId === undefined ? {} : { sealedId }),
});

/** What a row keeps already goes before what a line without the company's own facts makes of the number. */
export const numberUnlessKept = (row: KeptNumber | undefined, number: KeptNumber): KeptNumber =>
  row?.taxpayerId !== undefined || row?.sealedId !== undefined ? {} : number;

/** The number in clear, for what works with it. */
export function taxpayerIdOf(dataKeys: DataKeys, row: KeptNumber & { readonly companyKey: string }): string {
  if (row.taxpayerId !== undefined) return row.taxpayerId;
  if (row.sealedId === undefined) throw new Error('a company without a number');
  return unseal(dataKeys, numberContext(row.companyKey), row.sealedId);
}
/** The number as answers and the audit may show it: masked where it is personal data (DOC-4). */
export const shownTaxpayerId = (
  dataKeys: DataKeys,
  row: KeptNumber & { readonly companyKey: string },
): string => row.taxpayerId ?? maskDocument(taxpayerIdOf(dataKeys, row));

export const findTaxpayer = (db: Db, companyKey: string) => db.get<Taxpayer>('Taxpayers', { companyKey });

/** Companies whose copies may be old at this moment; `many`: more than it tells, any may be. An index: for lists. */
export interface CopiesDue {
  readonly companyKeys: ReadonlySet<string>;
  readonly many: boolean;
}
/** With one more, what an IN of DynamoDB takes. */
const dueAtMost = 99;
export async function companiesDue(db: Db): Promise<CopiesDue> {
  const { items, next } = await db.query<Pick<Taxpayer, 'companyKey'>>('Taxpayers', {
    index: 'copiesDue',
    condition: equals('copiesDue', due),
    limit: dueAtMost,
  });
  return { companyKeys: new Set(items.map(({ companyKey }) => companyKey)), many: next !== undefined };
}

/** Several companies, those that are there; one call a hundred. */
export async function findTaxpayers(db: Db, companyKeys: readonly string[]): Promise<Taxpayer[]> {
  const found: Taxpayer[] = [];
  for (let at = 0; at < companyKeys.length; at += 100) {
    const items = await db.batchGet(
      companyKeys.slice(at, at + 100).map((companyKey) => ({ table: 'Taxpayers', key: { companyKey } })),
    );
    for (const item of items) if (item) found.push(item as unknown as Taxpayer);
  }
  return found;
}

/** New facts by attribute; undefined takes the attribute away. */
export type TaxpayerChanges = {
  readonly [K in Exclude<keyof Taxpayer, 'companyKey' | 'rev'>]?: Taxpayer[K] | undefined;
};
/** Changes a company as it was read (version 0: as unknown). Another change in between fails with `onRefused`. */
export const taxpayerUpdate = (
  companyKey: string,
  version: number,
  changes: TaxpayerChanges,
  onRefused: (now: Taxpayer | undefined) => Error,
): Write =>
  versionedUpdate('Taxpayers', { companyKey }, version, changes, (now) =>
    onRefused(now as Taxpayer | undefined),
  );

/** What a company that is not at work answers: unknown and cancelled alike (LGN-7), or waiting (ENT-2). */
export function companyProblem(taxpayer: Taxpayer | undefined): Problem | undefined {
  if (!isKnown(taxpayer) || taxpayer.state === 'cancelled') return new Problem('TAXPAYER_NOT_FOUND');
  return taxpayer.state === 'active' ? undefined : new Problem('COMPANY_NOT_CONFIRMED');
}

/**
 * ENT-4: whether what forms and reports say of a company since that time (epoch ms) is of its present term. They know no
 * terms, so dates tell; lines that came in one batch with the cancellation count as of after it.
 */
export const isOfTerm = (since: number, { termSince }: InTermSince): boolean =>
  termSince === undefined || since >= Date.parse(termSince);

/** What of a company says since when its present term is. */
export type InTermSince = { readonly termSince?: string | undefined };

/** ENT-4: the condition that the company is still in the term of what is relied on. */
const sameTerm = ({ companyTerm = 0 }: OfTerm): Condition =>
  companyTerm === 0 ? absentOr('term', equals('term', 0)) : equals('term', companyTerm);
type OfTerm = { readonly companyTerm?: number | undefined };

/**
 * Inside a transaction: the company is at work. Refused like `companyProblem`.
 * @param relation what is relied on: it must be of the company's present term (ENT-4), else RELATION_NOT_FOUND
 */
export const activeCompanyCheck = (companyKey: string, relation?: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: all(equals('state', 'active'), relation && sameTerm(relation)),
  onRefused: (old) => companyProblem(old as Taxpayer | undefined) ?? new Problem('RELATION_NOT_FOUND'),
});

/** Inside a transaction that relies on it as it was read: nothing of the company has changed. */
export const companySeenCheck = (companyKey: string, version: number): Check => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: equals('rev', version),
});

/** Marks that the company has people, in the transaction that gives it one, and checks it as the check given does. */
export const staffedUpdate = (check: RefusableCheck): Write => ({
  ...check,
  update: { set: { staffed: true } },
});

/** LEG-2: whether nobody has worked for the company so far: then there is nobody who could confirm. */
export const isUnstaffed = ({ staffed, legalRepresentative }: Taxpayer): boolean =>
  !staffed && !legalRepresentative;

/**
 * LEG-2: the company gets its first one. Of any number of bindings at once one gets through, and none beside another
 * first relation. Refused like `companyProblem`, or with `onRefused` where somebody came first.
 */
export const firstStaffedUpdate = (companyKey: string, onRefused: () => Error): Write =>
  staffedUpdate({
    ...activeCompanyCheck(companyKey),
    condition: all(equals('state', 'active'), absent('staffed'), absent('legalRepresentative')),
    onRefused: (old) => companyProblem(old as Taxpayer | undefined) ?? onRefused(),
  });

/**
 * Inside a transaction: the company is still in the term of the relation that is being ended; what ended with the company
 * stays as it is (ENT-4). STATE_CONFLICT.
 */
export const termCheck = (companyKey: string, relation: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: sameTerm(relation),
  onRefused: () => new Problem('STATE_CONFLICT'),
});

/**
 * Inside a transaction: the company is there and not gone, though it may wait for confirmation, and still in the term of
 * the relation that is being changed (ENT-4). STATE_CONFLICT.
 */
export const workingCompanyCheck = (companyKey: string, relation: OfTerm): RefusableCheck => ({
  table: 'Taxpayers',
  key: { companyKey },
  condition: all(differs('state', 'cancelled'), exists('state'), sameTerm(relation)),
  onRefused: () => new Problem('STATE_CONFLICT'),
});
