import { beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import {
  findRpSession,
  findWithSession,
  narrowedUpdate,
  nextCheckAt,
  nextCheckUpdate,
  noticeSentUpdate,
  type RpSession,
  rpEndUpdate,
  rpIndexKeysOf,
  rpRefreshedUpdate,
  rpSessionPut,
  rpSessionsDue,
  rpSessionsForAgency,
  rpSessionsForCompany,
  rpSessionsOf,
  rpSessionsOfPerson,
  rpSweepShards,
} from '#store/sessions/rp-sessions.ts';
import { openStore } from '../support/store.ts';

/** The conditions of a hand-over's writes, each tested against a row that must be refused. */
let db: Db;
beforeAll(async () => {
  db = await openStore('RpSessions', 'Sessions');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const at = now.getTime() / 1000;
let rows = 0;
const handOver = (more: Partial<RpSession> = {}): RpSession => ({
  sessionId: `s${rows++}`,
  clientId: 'filing-web',
  sid: 'AAAA',
  sub: 's1_x',
  personKey: 'p1_x',
  identityVersion: 1,
  scope: 'openid',
  resource: 'https://filing.example.cn/api',
  startedAt: at,
  expiresAt: at + 3600,
  lookAt: now.toISOString(),
  ...more,
});
const rowOf = ({ sessionId, clientId }: RpSession) => findRpSession(db, sessionId, clientId);
async function kept(more: Partial<RpSession> = {}): Promise<RpSession> {
  const row = handOver(more);
  await db.transact([rpSessionPut(row, undefined)]);
  return row;
}
/** Whether the write is done; a refusal other than by its condition fails the test. */
const done = async (write: Write): Promise<boolean> => {
  const result = await db.tryTransact([write]);
  return result.ok;
};
const ended = { reason: 'revoked', at } as const;

describe('the row of a hand-over', () => {
  it('SSO-6 takes the place of the one that was read, and of no other', async () => {
    const first = await kept();
    expect(await rowOf(first)).toMatchObject({ ttl: first.expiresAt + 86_400, sweepShard: '1' });
    const next = { ...first, sid: 'BBBB' };
    expect(await done(rpSessionPut(next, undefined))).toBe(false);
    expect(await done(rpSessionPut(next, { ...first, sid: 'CCCC' }))).toBe(false);
    const refused = db.transact([rpSessionPut(next, { ...first, sid: 'CCCC' })]);
    await expect(refused).rejects.toBeInstanceOf(ConcurrentChange);
    expect(await done(rpSessionPut(next, first))).toBe(true);
    await db.transact([rpEndUpdate(next, ended)]);
    expect(await done(rpSessionPut(first, next))).toBe(false);
    expect(await done(rpSessionPut({ ...first, ended }, { ...next, ended }))).toBe(true);
    expect(await rowOf(first)).not.toHaveProperty('sweepShard');
  });

  it('SSO-8 ends once, with the first reason, if it is still the one that was read; then no sweep looks at it', async () => {
    const row = await kept();
    expect(await done(rpEndUpdate({ ...row, sid: 'BBBB' }, ended))).toBe(false);
    expect(await done(rpEndUpdate(row, ended))).toBe(true);
    await expect(db.transact([rpEndUpdate(row, { reason: 'replay', at })])).rejects.toBeInstanceOf(
      ConcurrentChange,
    );
    expect(await rowOf(row)).toMatchObject({ ended });
    expect(await rowOf(row)).not.toHaveProperty('sweepShard');
  });

  it('SSO-8 is told of, looked at and narrowed only while it is the one that was read', async () => {
    const row = await kept({ granted: { actions: ['filing', 'enquiry'] } });
    const other = { ...row, sid: 'BBBB' };
    const less = { actions: ['enquiry'] } as const;
    const later = '2027-03-02T03:00:00.000Z';
    const notified = { at, tries: 1 };
    expect(await done(noticeSentUpdate(other, notified))).toBe(false);
    expect(await done(nextCheckUpdate(other, later))).toBe(false);
    expect(await done(narrowedUpdate(other, less))).toBe(false);
    expect(await done(nextCheckUpdate(row, later))).toBe(true);
    expect(await done(narrowedUpdate({ ...row, narrowings: 1 }, less))).toBe(false);
    expect(await done(narrowedUpdate(row, less))).toBe(true);
    expect(await done(narrowedUpdate(row, less))).toBe(false);
    expect(await done(narrowedUpdate({ ...row, narrowings: 1 }, { actions: [] }))).toBe(true);
    expect(await rowOf(row)).toMatchObject({ lookAt: later, granted: { actions: [] }, narrowings: 2 });
    await db.transact([rpEndUpdate(row, ended)]);
    expect(await done(nextCheckUpdate(row, later))).toBe(false);
    expect(await done(narrowedUpdate({ ...row, narrowings: 2 }, less))).toBe(false);
    expect(await done(noticeSentUpdate(row, notified))).toBe(true);
    expect(await rowOf(row)).toMatchObject({ notified });
  });

  it('SSO-7 SSO-8 is live for a refresh with its own name and key, and keeps what the client is told beyond it', async () => {
    const granted = { actions: ['filing'] } as const;
    const row = await kept({ granted });
    const bound = await kept({ jkt: 'k1' });
    expect(await done(rpRefreshedUpdate(row, undefined))).toBe(true);
    expect(await done(rpRefreshedUpdate({ ...row, sid: 'BBBB' }, undefined))).toBe(false);
    expect(await done(rpRefreshedUpdate({ ...row, jkt: 'k1' }, undefined))).toBe(false);
    expect(await done(rpRefreshedUpdate(bound, undefined))).toBe(true);
    for (const jkt of ['k2', undefined] as const)
      expect(await done(rpRefreshedUpdate({ ...bound, jkt } as RpSession, undefined))).toBe(false);
    // A check alone, where nothing more is told than before.
    for (const told of [undefined, granted, { actions: [] }])
      expect(rpRefreshedUpdate(row, told)).not.toHaveProperty('update');
    expect(rpRefreshedUpdate(bound, granted)).not.toHaveProperty('update');
    expect(await done(rpRefreshedUpdate(row, { actions: ['enquiry'] }))).toBe(true);
    expect(await rowOf(row)).toMatchObject({ granted: { actions: ['filing', 'enquiry'] } });
    await db.transact([rpEndUpdate(row, ended)]);
    expect(await done(rpRefreshedUpdate(row, undefined))).toBe(false);
    expect(await done(rpRefreshedUpdate(row, { actions: ['invoice'] }))).toBe(false);
  });

  it('SSO-8 is found with its session, beside the others of that session, and by the sweep when it is due', async () => {
    const row = await kept({ lookAt: '2027-03-02T01:59:59.000Z' });
    const second = await kept({ sessionId: row.sessionId, clientId: 'invoice-web', sid: 'BBBB' });
    await db.put({ table: 'Sessions', put: { sessionId: row.sessionId, identityVersion: 1 } });
    expect(await findWithSession(db, row.sessionId, 'filing-web')).toMatchObject({
      handOver: { sid: 'AAAA' },
      session: { identityVersion: 1 },
    });
    expect((await findWithSession(db, row.sessionId, 'other')).handOver).toBeUndefined();
    expect((await rpSessionsOf(db, row.sessionId)).map(({ sid }) => sid)).toEqual(['AAAA', second.sid]);
    // A rule depends on this list, so it must not be a moment late.
    const asked: object[] = [];
    const query = async (_: string, q: object) => {
      asked.push(q);
      return { items: [] };
    };
    await rpSessionsOf({ query } as unknown as Db, row.sessionId);
    expect(asked).toMatchObject([{ consistent: true }]);
    const dueAt = async (time: string) =>
      (await rpSessionsDue(db, 'A'.charCodeAt(0) % rpSweepShards, new Date(time))).items
        .filter(({ sessionId }) => sessionId === row.sessionId)
        .map(({ clientId }) => clientId);
    expect(await dueAt('2027-03-02T01:59:58.999Z')).toEqual([]);
    expect(await dueAt('2027-03-02T01:59:59.000Z')).toEqual(['filing-web']);
  });
});

it('SSO-8 hand-overs are found by their person, by the company acted for and by the agency', async () => {
  const mine = await kept({ personKey: 'p1_mine', companyKey: 'c_1', agencyKey: 'c_a' });
  await kept({ personKey: 'p1_other', companyKey: 'c_2', agencyKey: 'c_b' });
  for (const found of [
    rpSessionsOfPerson(db, 'p1_mine'),
    rpSessionsForCompany(db, 'c_1'),
    rpSessionsForAgency(db, 'c_a'),
  ])
    expect((await found).map(({ sessionId }) => sessionId)).toEqual([mine.sessionId]);
});

describe('what follows from a hand-over', () => {
  it('SSO-8 time can end it when the session is idle, at its end, or after a last day', () => {
    const look = (lastSeenAt: number, expiresAt: number, lastDay?: string) =>
      nextCheckAt({ lastSeenAt, expiresAt }, lastDay, policies);
    const { sessionIdleSeconds: idle } = policies;
    expect(look(at, at + 10 * idle)).toBe(new Date((at + idle) * 1000).toISOString());
    expect(look(at, at + idle - 1)).toBe(new Date((at + idle - 1) * 1000).toISOString());
    expect(look(at + 86_400, at + 10 * 86_400, '2027-03-02')).toBe('2027-03-02T16:00:00.000Z');
    expect(look(at, at + 10 * idle, '2027-03-02')).toBe(new Date((at + idle) * 1000).toISOString());
  });

  it('SSO-8 the indexes have the company and, for an agreement, the agency', () => {
    const relation = {
      by: 'relation',
      companyKey: 'c_1',
      role: 'tax-handler',
      authorizationId: 'a',
    } as const;
    const agreement = {
      by: 'agreement',
      companyKey: 'c_1',
      role: 'tax-agent',
      agencyKey: 'c_a',
      agreementId: 'g',
    } as const;
    expect(rpIndexKeysOf(undefined)).toEqual({});
    expect(rpIndexKeysOf(relation)).toStrictEqual({ company: relation, companyKey: 'c_1' });
    expect(rpIndexKeysOf(agreement)).toStrictEqual({
      company: agreement,
      companyKey: 'c_1',
      agencyKey: 'c_a',
    });
  });
});
