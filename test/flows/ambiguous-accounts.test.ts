import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKeys, indexKey } from '#crypto/keys.ts';
import type { Loose, Reply } from '../support/client.ts';
import { collected as collectedAt, documentKind as document } from '../support/collected.ts';
import { person } from '../support/people.ts';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownPerson,
  none,
  openWatchedRuntime,
  personOf,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import { setOnPerson } from './support/tables.ts';

/** DOC-6: one text that means more than one registered person. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const said = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);

async function collected(documentType: string, documentNumber: string): Promise<Known> {
  const { loginId, ...who } = await collectedAt(runtime, documentType, documentNumber);
  return { ...who, personKey: await personOf(runtime, loginId) };
}
const guess = (account: string, password: string, extra: object = {}) =>
  enterPassword(runtime, account, password, 'natural', extra);
const looksAt = async (who: Known) =>
  (await rows(runtime, 'Audit')).filter(
    (event) =>
      event.subject === who.personKey && event.kind === 'login-password' && event.outcome === 'failure',
  ).length;

describe('DOC-6 at login', () => {
  long(
    'DOC-6 the neighbour with one’s number gets no look at one’s password, and cannot lock one',
    async () => {
      const one = await knownPerson(runtime, {
        ...person(),
        documentType: '213',
        documentNumber: '12345678',
      });
      const neighbour = await collected('208', '12345678');
      for (let i = 0; i < 6; i++) {
        const reply = await guess('12345678', neighbour.password);
        expect(reply.body).toMatchObject({
          status: 409,
          code: 'ACCOUNT_AMBIGUOUS',
          kinds: [document('213'), document('208')],
        });
        expect(reply.body.title).toMatch(/多个用户/);
      }
      for (const who of [one, neighbour]) {
        expect(await failures(runtime, who)).toEqual(none);
        expect(await looksAt(who)).toBe(0);
      }
      // With the kind in the call, each person is found.
      expectStatus(await guess('12345678', one.password, { accountKind: document('213') }), 201);
      expectStatus(await guess('12345678', neighbour.password, { accountKind: document('208') }), 201);
    },
  );

  long(
    'DOC-6 LCK-4 guesses count where they are meant: five attempts of forty at once, none at the other',
    async () => {
      const one = await knownPerson(runtime, {
        ...person(),
        documentType: '213',
        documentNumber: '87654321',
      });
      const other = await collected('299', '87654321');
      const replies = await Promise.all(
        Array.from({ length: 40 }, () => guess('87654321', 'Wrong#2058x', { accountKind: document('299') })),
      );
      expect(replies.filter((reply) => said(reply) === 'BAD_CREDENTIALS')).toHaveLength(4);
      expect((await failures(runtime, other)).locked).toBe(true);
      expect(await failures(runtime, one)).toEqual(none);
      expectStatus(await guess('87654321', one.password, { accountKind: document('213') }), 201);
    },
  );

  it('DOC-6 a document that reads like somebody’s username hides neither', async () => {
    const named = await knownPerson(runtime, person(), { username: 'WANG2058' });
    const foreigner = await collected('208', 'WANG2058');
    expect((await guess('WANG2058', named.password)).body.kinds).toEqual([
      document('208'),
      { kind: 'username' },
    ]);
    expectStatus(await guess('WANG2058', named.password, { accountKind: { kind: 'username' } }), 201);
    expectStatus(await guess('WANG2058', foreigner.password, { accountKind: document('208') }), 201);
    // With other capitals the text is no username (USR-1), so only the document is meant.
    expectStatus(await guess('wang2058', foreigner.password), 201);
  });

  it('DOC-6 a document of a phone’s shape, from before such were refused, hides nobody', async () => {
    const owner = await knownPerson(runtime);
    const stranger = await collected('299', `X${owner.phone}`);
    const key = await moveDocument(stranger, owner.phone);
    expect((await guess(owner.phone, owner.password)).body.kinds).toEqual([
      document('299'),
      { kind: 'phone' },
    ]);
    expectStatus(await guess(owner.phone, owner.password, { accountKind: { kind: 'phone' } }), 201);
    expectStatus(await guess(owner.phone, stranger.password, { accountKind: document('299') }), 201);
    expect(key).not.toBe(stranger.personKey);
  });

  it('DOC-6 a kind that fits nobody answers as unknown, at each entry in its words', async () => {
    const who = await knownPerson(runtime);
    expect(said(await guess(who.documentNumber, who.password, { accountKind: { kind: 'username' } }))).toBe(
      'USER_NOT_REGISTERED',
    );
    expect(said(await guess(who.documentNumber, who.password, { accountKind: document('299') }))).toBe(
      'USER_NOT_REGISTERED',
    );
    expect(said(await guess('13900000000', who.password, { accountKind: { kind: 'phone' } }))).toBe(
      'PHONE_NOT_FOUND',
    );
    for (const accountKind of [{}, { kind: 'document' }, { kind: 'document', documentType: '999' }, 'phone'])
      expect(said(await guess(who.documentNumber, who.password, { accountKind }))).toBe('BAD_REQUEST');
  });

  long(
    'DOC-6 the same person twice is not ambiguous, and who is not registered makes nobody ambiguous',
    async () => {
      const twice = await knownPerson(runtime, {
        ...person(),
        documentType: '213',
        documentNumber: '22334455',
      });
      expectStatus(await guess('22334455', twice.password), 201);
      const gone = await collected('299', '22334455');
      await setOnPerson(runtime, gone.personKey, 'account', {
        status: 'cancelled',
        since: runtime.clock.now().toISOString(),
      });
      expectStatus(await guess('22334455', twice.password), 201);
    },
  );
});

/** Moves a row to the key of a number that the system accepted in the past. */
async function moveDocument(who: Known, documentNumber: string): Promise<string> {
  const keys = deriveKeys(runtime.secret('root'));
  const key = indexKey(keys, 'person', `${who.documentType}|${documentNumber}`);
  const table = runtime.tables.find((name) => name.endsWith('-Users')) ?? '';
  const { Item } = (await runtime.dynamodb('GetItem', {
    TableName: table,
    Key: { personKey: { S: who.personKey } },
  })) as Loose;
  await runtime.dynamodb('PutItem', { TableName: table, Item: { ...Item, personKey: { S: key } } });
  return key;
}
