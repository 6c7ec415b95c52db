/** For journeys and steps that a test calls itself, in its own process, on the store of `openStore`. */
import type { TableName } from '#contract/tables.ts';
import { type DataKeys, seal } from '#crypto/sealed.ts';
import { newSigningKey, parseSigningRing } from '#crypto/signing-ring.ts';
import { defaultPolicies } from '#domain/policies.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { type Person, sealContext } from '#store/people/person-row.ts';
import { cheap, handlesOne, keysOne } from '../crypto/keys-of-test.ts';
import type { StoredRow } from './stored-rows.ts';

/** The key of sealed fields. */
export const dataKeys: DataKeys = { current: 'k', keys: { k: Buffer.alloc(32, 7) } };

/** Only the parts that such a test needs: tables, keys and the numbers of the rules. */
export const contextOf = (db: Db, parts: object = {}): FlowContext =>
  ({
    db,
    keys: keysOne,
    handles: handlesOne,
    dataKeys,
    settings: { issuer: 'https://etax.example.cn', policies: { ...defaultPolicies, ...cheap } },
    ...parts,
  }) as unknown as FlowContext;

/** A ring with one key, for steps that sign tokens. */
export const signingRing = async () =>
  parseSigningRing(
    JSON.stringify({ keys: [{ ...(await newSigningKey()), signFrom: 0, verifyUntil: null }] }),
  );

export const sealedNameOf = (personKey: string, name: string) =>
  seal(dataKeys, sealContext.name(personKey), name);

/** A real-name record. */
export const recordOf = (personKey: string, name: string, facts: Partial<Person> = {}): Person => ({
  personKey,
  rev: 1,
  documentType: '201',
  sealedName: sealedNameOf(personKey, name),
  sealedNumber: seal(dataKeys, sealContext.number(personKey), '340102199001011234'),
  ...facts,
});

/** An active company. */
export const companyRow = (companyKey: string, facts: Partial<KnownTaxpayer> = {}): KnownTaxpayer => ({
  companyKey,
  rev: 1,
  taxpayerId: companyKey.slice(2),
  name: '黄山毛峰有限公司',
  subjects: ['enterprise'],
  state: 'active',
  ...facts,
});

/** Puts rows as they are; attributes that are undefined are left out. */
export const putRows = <Table extends TableName>(
  db: Db,
  table: Table,
  ...rows: readonly StoredRow<Table>[]
) =>
  Promise.all(
    rows.map((row) =>
      db.put({
        table,
        put: Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
      }),
    ),
  );

/** Counts the calls of a store, and shows their arguments. */
export function watchedStore(db: Db): { db: Db; calls: [string, ...unknown[]][] } {
  const calls: [string, ...unknown[]][] = [];
  const watched = new Proxy(db, {
    get: (of, name: keyof Db) => {
      const call = of[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        calls.push([name, ...given]);
        return call(...given);
      };
    },
  });
  return { db: watched, calls };
}
