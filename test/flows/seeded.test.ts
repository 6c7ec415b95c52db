import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { person, type Sample } from '../support/people.ts';
import { loggedIn, loggedInByFace, registered, wait } from '../support/runtime.ts';
import { seeded } from '../support/seed.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { type Row, rowsOf } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

/** Attributes that differ between any two people, each with the part of its value that must agree. */
const own: Record<string, (value: Loose) => unknown> = {
  sealed: (text) => text.replace(/[^.]+$/, '…').length,
  hash: (text) => text.replace(/\$[^$]+\$[^$]+$/, ''),
  eventId: (text) => text.length,
  phoneId: (text) => text.length,
  phoneKey: (text) => text.slice(0, 3),
  owner: (text) => text.slice(0, 3),
  subject: (text) => text.slice(0, 3),
  personKey: (text) => text.replace(/_.*/, ''),
  username: () => '(username)',
  face: (text) => text.length,
  transactionId: (text) => text.length,
};
/** The sends of an hour are counted in eight random rows, so the count of one row tells nothing about the person. */
const ofTheHour = ({ strangers, ...row }: Row): Row =>
  typeof row.phoneKey === 'string' && row.phoneKey.startsWith('hour/')
    ? { ...row, strangers: typeof strangers }
    : { strangers, ...row };
Object.assign(own, { sealedName: own.sealed, sealedNumber: own.sealed, defaultPhoneId: own.phoneId });

const masked = (rows: readonly Row[]) =>
  rows
    .map((row) =>
      JSON.stringify(row, (name, value) =>
        typeof value === 'string' ? (own[name]?.(value) ?? value) : sorted(value),
      ),
    )
    .sort();
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** A registration on the web opens a session; a seeded person has logged out long ago. */
const isOfTheSession = (table: string, { kind }: Row): boolean =>
  table.endsWith('-Sessions') || kind === 'login';
const withoutSession = ({ webSession, ...row }: Row): Row => ({
  ...row,
  ...(webSession ? { rev: Number(row.rev) - 1 } : {}),
});

/** The rows that an action leaves in the tables, without spent tickets and without the session. */
async function left(action: () => Promise<unknown>): Promise<Record<string, string[]>> {
  const tables = runtime.tables.filter((name) => !name.endsWith('-Tickets'));
  const all = () => Promise.all(tables.map((table) => rowsOf(runtime, table)));
  const before = new Set((await all()).flat().map((row) => JSON.stringify(row)));
  await action();
  const after = await all();
  return Object.fromEntries(
    tables.map((table, i) => [
      table,
      masked(
        (after[i] ?? [])
          .filter((row) => !before.has(JSON.stringify(row)) && !isOfTheSession(table, row))
          .map(withoutSession)
          .map(ofTheHour),
      ),
    ]),
  );
}

it.each([{}, { username: 'AnhuiUser' }])(
  'REG-1 a seeded person is, item by item, what registration leaves: %o',
  async (extra) => {
    const named = (suffix: string) => (extra.username ? { username: `${extra.username}${suffix}` } : {});
    const who = () => person({ name: '王小明' });
    const real = await left(() => registered(runtime, who(), named('1')));
    const seed = await left(() => seeded(runtime, who(), named('2')));
    expect(seed).toEqual(real);
    expect(Object.values(real).filter((rows) => rows.length > 0)).toHaveLength(4);
  },
);

it('a seeded person logs in by document, phone and username, and the sealed facts open', async () => {
  const who: Sample = await seeded(runtime, person({ name: '王小明' }), { username: 'SeededUser' });
  const { session } = await loggedInByFace(runtime, who);
  const { body } = await runtime.http('GET', '/v1/account', undefined, { token: session.accessToken });
  expect(JSON.stringify(body)).toContain(who.phone.slice(-4));
  for (const account of [who.phone, 'SeededUser']) {
    await wait(runtime, 61);
    await loggedIn(runtime, who, account);
  }
});
