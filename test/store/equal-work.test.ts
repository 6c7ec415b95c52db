import argon2 from 'argon2';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { personKey, phoneKey } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { type DataKeys, seal } from '#crypto/sealed.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { startRecovery } from '#flows/phone-recovery/start-recovery.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { type Person, sealContext } from '#store/people/person-row.ts';
import { cheap, handlesOne, keysOne } from '../crypto/keys-of-test.ts';
import { mobile, person } from '../support/people.ts';
import { openStore } from '../support/store.ts';

/** Counts what an answer costs, in hashes and calls, because a measured time proves little on a busy machine. */
let db: Db;
const calls: string[] = [];
const hashed: string[] = [];
const policies = { ...defaultPolicies, ...cheap };
const dataKeys: DataKeys = { current: 'k', keys: { k: Buffer.alloc(32, 7) } };
const now = new Date('2027-03-02T10:00:00+08:00');

beforeAll(async () => {
  const store = await openStore('Users', 'Lockouts', 'Audit', 'Tickets', 'Phones');
  db = new Proxy(store, {
    get: (of, name: keyof Db) => {
      const call = of[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        // Both calls write. Nobody outside can see how many items one call contains.
        calls.push(name === 'get' || name === 'batchGet' || name === 'query' ? 'read' : 'write');
        return call(...given);
      };
    },
  });
  // Each of them computes one hash: `verify` the account's hash, `hash` one for an unknown person.
  for (const name of ['hash', 'verify'] as const) {
    const real = argon2[name] as (...given: unknown[]) => Promise<never>;
    vi.spyOn(argon2, name).mockImplementation((...given: unknown[]) => {
      hashed.push(name);
      return real(...given);
    });
  }
});
beforeEach(() => {
  calls.length = 0;
  hashed.length = 0;
});

const who = person();
const key = personKey(keysOne, who.documentType, who.documentNumber);

async function registeredRow(): Promise<Person> {
  const phone = phoneKey(keysOne, who.phone);
  return {
    personKey: key,
    rev: 1,
    documentType: who.documentType,
    sealedName: seal(dataKeys, sealContext.name(key), who.name),
    sealedNumber: seal(dataKeys, sealContext.number(key), who.documentNumber),
    account: { status: 'active', since: '2027-01-01T00:00:00.000Z' },
    password: await hashPassword(who.password, keysOne, policies),
    phones: [
      {
        phoneId: 'p',
        phoneKey: phone,
        sealed: seal(dataKeys, sealContext.phone(phone), who.phone),
        since: '2027-01-01T00:00:00.000Z',
      },
    ],
    defaultPhoneId: 'p',
  };
}

/** One try of 找回手机号码: its answer and its cost. */
async function cost(of: { name: string; documentNumber: string; password: string }) {
  calls.length = 0;
  hashed.length = 0;
  const ctx = {
    db,
    keys: keysOne,
    handles: handlesOne,
    dataKeys,
    settings: { policies },
  } as unknown as FlowContext;
  const call = {
    body: { ...of, documentType: who.documentType, newPhone: mobile() },
    now,
    language: 'zh',
    origin: { channel: 'web', address: '192.0.2.1', browser: 'a browser' },
    caller: {},
  } as unknown as Parameters<typeof startRecovery>[1];
  const problem = await startRecovery(ctx, call).then(
    () => undefined,
    (error: { code?: string; details?: object }) => error,
  );
  return { answer: problem?.code, hashes: hashed.length, calls: calls.join(' ') };
}

it('REG-9 PHN-4 AUTH-07 nobody, a wrong name and a wrong password cost the same hashes and calls, try for try', async () => {
  await db.put({ table: 'Users', put: { ...(await registeredRow()) } });
  const stranger = person();
  const other = person();
  const otherKey = personKey(keysOne, other.documentType, other.documentNumber);
  await db.put({
    table: 'Users',
    put: {
      ...(await registeredRow()),
      personKey: otherKey,
      sealedName: seal(dataKeys, sealContext.name(otherKey), other.name),
      sealedNumber: seal(dataKeys, sealContext.number(otherKey), other.documentNumber),
    },
  });
  const tries = { hashes: [] as number[][], calls: [] as string[][], answers: [] as unknown[][] };
  for (let count = 1; count <= 6; count++) {
    const costs = [
      await cost({ ...who, password: 'Wrong#2058x' }),
      await cost({ ...other, name: '王不同' }),
      await cost({ ...stranger, password: 'Wrong#2058x' }),
    ];
    tries.hashes.push(costs.map(({ hashes }) => hashes));
    tries.calls.push(costs.map((one) => one.calls));
    tries.answers.push(costs.map(({ answer }) => answer));
  }
  const alike = <T>(of: T) => [of, of, of];
  // The fifth wrong password is compared and locks; after that no password is compared.
  expect(tries.hashes).toEqual([...Array(5).fill(alike(1)), alike(0)]);
  expect(tries.answers).toEqual([
    ...Array(4).fill(alike('BAD_CREDENTIALS')),
    ...Array(2).fill(alike('ACCOUNT_LOCKED')),
  ]);
  // After the address's budget: the count, and then the event of the failure, or an equal write for an unknown person.
  expect(tries.calls).toEqual([...Array(5).fill(alike('read write write write')), alike('read write write')]);
});
