/** People and companies as rows, and steps that are called on them, for tests of several flows. */
import { personKey, phoneKey } from '#crypto/keys.ts';
import { hashPassword, type StoredPassword } from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import type { DocumentType } from '#domain/people/documents.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { StoredEvent } from '#store/audit/audit-events.ts';
import { guardKey } from '#store/companies/relation-keys.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { type OwnPhone, type Person, sealContext } from '#store/people/person-row.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { cheap, keysOne } from '../crypto/keys-of-test.ts';
import { contextOf, dataKeys, putRows, recordOf, sealedNameOf, signingRing } from './in-process.ts';
import { type Sample, person as sample } from './people.ts';
import type { Part, StoredRow } from './stored-rows.ts';

/** The instant of every call of these tests. */
export const now = new Date('2027-03-02T10:00:00+08:00');
export const at = now.toISOString();
export const seconds = now.getTime() / 1000;
export const [yesterday, day, tomorrow] = ['2027-03-01', '2027-03-02', '2027-03-03'];
/** When people registered. */
export const before = '2026-12-01T00:00:00.000Z';

export const password = 'Wanjiang#2058';
let hashed: Promise<StoredPassword> | undefined;
/** The hash of `password`, made once. */
const hashOfPassword = () => {
  hashed ??= hashPassword(password, keysOne, { ...defaultPolicies, ...cheap });
  return hashed;
};

export const personKeyOf = ({ documentType, documentNumber }: Sample): string =>
  personKey(keysOne, documentType, documentNumber);
/** What somebody else enters of a person. */
export const claimed = ({ name, documentType, documentNumber }: Sample) => ({
  name,
  documentType: documentType as DocumentType,
  documentNumber,
});
export const numberKey = (phone: string): string => phoneKey(keysOne, phone);
export const ownPhone = (phone: string, facts: Partial<OwnPhone> = {}): OwnPhone => ({
  phoneId: `id-${phone}`,
  phoneKey: numberKey(phone),
  sealed: seal(dataKeys, sealContext.phone(numberKey(phone)), phone),
  since: before,
  ...facts,
});

/** Facts of a person. */
export type Facts = Part<Person>;
export interface Registered extends Sample {
  readonly personKey: string;
}
export type Named = Pick<Registered, 'personKey' | 'name'>;
/** A registered person; the first phone is the default one. */
export async function storePerson(
  db: Db,
  facts: Facts = {},
  { who = sample(), phones }: { who?: Sample; phones?: readonly OwnPhone[] } = {},
): Promise<Registered> {
  const key = personKeyOf(who);
  const own = phones ?? [ownPhone(who.phone)];
  await putRows(
    db,
    'Users',
    recordOf(key, who.name, {
      account: { status: 'active', since: before },
      realNameLevel: 4,
      password: await hashOfPassword(),
      passwordRev: 1,
      sealedNumber: seal(dataKeys, sealContext.number(key), who.documentNumber),
      phones: own,
      ...(own[0] ? { defaultPhoneId: own[0].phoneId } : {}),
      ...(facts as Partial<Person>),
    }),
  );
  const numbers = own.map(({ phoneKey: number }) => ({ phoneKey: number, personKey: key, since: before }));
  await putRows(db, 'Phones', ...numbers);
  return { ...who, personKey: key };
}
export const personRow = async (db: Db, { personKey: key }: Pick<Person, 'personKey'>): Promise<Person> =>
  (await db.get<Person>('Users', { personKey: key })) as Person;
/** Changes a person as somebody else would: with another `rev`. */
export async function changePerson(db: Db, who: Pick<Person, 'personKey'>, facts: Facts): Promise<void> {
  const row = await personRow(db, who);
  await putRows(db, 'Users', { ...row, rev: row.rev + 1, ...facts });
}
/** So many names were tried for the person today and did not match. */
export const putMisses = (db: Db, { personKey: key }: Pick<Person, 'personKey'>, misses: number) =>
  putRows(db, 'Tickets', { ticketKey: `m_${key}_${day}`, kind: 'misses', misses });

/** A person's relation to a company. */
export const relationRow = (
  who: Named,
  { companyKey, taxpayerId, name }: KnownTaxpayer,
  facts: Partial<Relation> = {},
): Relation => {
  const { role = 'tax-handler' } = facts;
  return withListKeys({
    personKey: who.personKey,
    companyKey,
    relation: `${companyKey}#${role}`,
    role,
    state: 'active',
    direction: 'invited',
    refusable: true,
    permissions: ['filing', 'invoice'],
    source: 'company',
    sealedName: sealedNameOf(who.personKey, who.name),
    authorizationId: newHandle(),
    rev: 1,
    createdAt: before,
    updatedAt: before,
    ...(taxpayerId === undefined ? {} : { taxpayerId }),
    taxpayerName: name,
    taxpayerState: 'active',
    ...facts,
  });
};
/** The row by which an authorization is found. */
export const guardRow = ({ personKey: holder, relation, authorizationId }: Relation) => ({
  ...guardKey(authorizationId),
  holder,
  at: relation,
});

/** A message that a step sent. */
export interface Sent {
  readonly phone: string;
  readonly purpose: string;
  readonly code?: string;
  readonly text: string;
}
/**
 * What steps need beside the store: a key that signs, rules without the challenge that an address gets, and an SMS
 * provider that adds each message to `sent`.
 */
export async function stepParts(db: Db, sent: Sent[], settings: object = {}) {
  const plain = contextOf(db).settings;
  return {
    settings: { ...plain, policies: { ...plain.policies, challengeAfter: null }, ...settings },
    signing: await signingRing(),
    sms: { send: async (message: Sent) => void sent.push(message) },
  };
}

export const origin = { channel: 'web', address: '192.0.2.77', browser: 'a browser', traceId: '' };
// biome-ignore lint/suspicious/noExplicitAny: a test gives each step only the parts of a call that it reads
type AnyStep = (ctx: FlowContext, call: any) => Promise<{ status: number; body?: any; cookies?: string[] }>;
export interface Said {
  /** The status, or the code of the refusal. */
  readonly said: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the body that it asks for
  readonly body: any;
  readonly cookies?: string[] | undefined;
  readonly variant?: string | undefined;
}
/** A step's answer or refusal; the call may leave out what the step does not read. */
export const run = (step: unknown, ctx: FlowContext, given: object = {}): Promise<Said> =>
  Promise.resolve()
    .then(() =>
      (step as AnyStep)(ctx, {
        now,
        language: 'zh',
        origin,
        body: {},
        query: {},
        params: {},
        caller: {},
        ...given,
      }),
    )
    .then(
      ({ status, body, cookies }) => ({ said: String(status), body, cookies }),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        return { said: error.code, body: error.details, variant: error.variant };
      },
    );

/** The store, where somebody else changes rows before the first transaction that touches this table. */
export function changedMeanwhile(db: Db, table: Write['table'], change: () => Promise<unknown>): Db {
  let first = true;
  return new Proxy(db, {
    get: (store, name: keyof Db) => {
      if (name !== 'transact' && name !== 'tryTransact') return store[name];
      return async (writes: readonly Write[]) => {
        if (first && writes.some((write) => write.table === table)) {
          first = false;
          await change();
        }
        return store[name](writes);
      };
    },
  });
}

/** The audit events about a person or a company, all or of one kind. */
export const auditOf = async (db: Db, subject: string, kind?: string): Promise<StoredEvent[]> =>
  (await db.query<StoredEvent>('Audit', { condition: equals('subject', subject) })).items.filter(
    (one) => kind === undefined || one.kind === kind,
  );
/** The audit events about a person, by kind: each with its outcome and detail. */
export const eventsOf = async (db: Db, { personKey }: Pick<Person, 'personKey'>, kind: string) =>
  (await auditOf(db, personKey, kind)).map(({ outcome, detail }) => ({ outcome, detail: detail as Item }));
export const ticketOf = (db: Db, id: string) =>
  db.get<Item>('Tickets', { ticketKey: ticketKeyOf(id) }) as Promise<Item>;
export const changeTicket = (db: Db, id: string, set: StoredRow<'Tickets'>) =>
  db.update({ table: 'Tickets', key: { ticketKey: ticketKeyOf(id) }, update: { set: { ...set } } });
/** The journey's face check has passed; returns the scan's handle, as the client sends it in `faceTicket`. */
export async function passFace(db: Db, id: string, time = at): Promise<string> {
  const faceTicket = newHandle();
  const face = {
    scanKey: ticketKeyOf(faceTicket),
    transactionId: 'local-1',
    at: time,
    channel: 'ahtax-app',
  } as const;
  await changeTicket(db, id, { face });
  return faceTicket;
}
