import { beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { Person, RegisteredPerson } from '#store/people/person-row.ts';
import { noRotations, rotateRefresh } from '#store/sessions/refresh-chain.ts';
import { sessionAliveCheck, sessionNotIdleCheck, versionAliveCheck } from '#store/sessions/session-checks.ts';
import { endedProblem, endOf, endOwnUpdate, endSessionUpdate } from '#store/sessions/session-end.ts';
import { type ActsAs, asPerson, type Session } from '#store/sessions/session-row.ts';
import {
  endAliveUpdate,
  factorPassedUpdate,
  findSessions,
  identityUpdate,
  liveSession,
  passwordSetUpdate,
  seenUpdate,
  sessionLevelUpdate,
  sessionPut,
} from '#store/sessions/sessions.ts';
import {
  besideNewSession,
  forgetWebSession,
  swapPointerUpdate,
  webSessionsOf,
} from '#store/sessions/web-sessions.ts';
import { openStore, refusalOf } from '../support/store.ts';

/** The conditions of a session's writes, each tested against a row that must be refused. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Sessions', 'Users');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const at = now.getTime() / 1000;
const { sessionIdleSeconds: idle, refreshGraceSeconds: grace } = policies;
let rows = 0;
const sessionOf = (more: Partial<Session> = {}): Session => ({
  sessionId: `s${rows++}`,
  personKey: 'p1_x',
  channel: 'web',
  identity: { kind: 'natural' },
  identityVersion: 3,
  sealedName: 'sealed' as never,
  realNameLevel: 3,
  startedAt: at - 60,
  lastSeenAt: at - 60,
  expiresAt: at + 3600,
  factorAt: at - 60,
  browser: 'Firefox',
  address: '-',
  refreshHash: 'h0',
  turnedAt: noRotations,
  ...more,
});
async function kept(more: Partial<Session> = {}): Promise<Session> {
  const session = sessionOf(more);
  expect(await db.put(sessionPut(session))).toBe(true);
  return session;
}
const rowOf = ({ sessionId }: Pick<Session, 'sessionId'>) => db.get<Item>('Sessions', { sessionId });
const written = (write: Write) => refusalOf(db.transact([write]));
const ended = { reason: 'logged-out', at: at - 5 } as const;

describe('the end of a session', () => {
  it('SES-1 is whatever came first: what is written, idleness or the absolute end, each at its very second', () => {
    expect(endOf(sessionOf(), now, policies)).toBeUndefined();
    expect(endOf(sessionOf({ lastSeenAt: at - idle + 1 }), now, policies)).toBeUndefined();
    expect(endOf(sessionOf({ lastSeenAt: at - idle }), now, policies)).toEqual({ reason: 'idle', at });
    expect(endOf(sessionOf({ expiresAt: at + 1 }), now, policies)).toBeUndefined();
    expect(endOf(sessionOf({ expiresAt: at }), now, policies)).toEqual({ reason: 'expired', at });
    const late = { lastSeenAt: at - idle - 10, expiresAt: at - 20 };
    expect(endOf(sessionOf({ ...late, ended }), now, policies)).toEqual({ reason: 'expired', at: at - 20 });
    expect(endOf(sessionOf({ ...late, expiresAt: at, ended }), now, policies)?.reason).toBe('idle');
    expect(endOf(sessionOf({ expiresAt: at, ended }), now, policies)).toEqual(ended);
  });

  it('SES-3 is told with its reason, its time, and by what it was replaced', () => {
    expect(endedProblem({ reason: 'replaced', at, by: 'Edge' })).toMatchObject({
      code: 'SESSION_ENDED',
      variant: 'replaced',
      details: { reason: 'replaced', at: '2027-03-02T10:00:00+08:00', by: 'Edge' },
    });
    expect(endedProblem(ended).details).not.toHaveProperty('by');
  });

  it('SES-1 stays in the row for a day after the session’s last moment', async () => {
    const session = await kept();
    expect(await rowOf(session)).toMatchObject({ ttl: session.expiresAt + 86_400 });
    // A new session cannot replace the row of another one.
    expect(await db.put(sessionPut(session))).toBe(false);
  });

  it('SES-4 is no row where there was no session', async () => {
    const none = sessionOf();
    expect(await written(endSessionUpdate(none.sessionId, ended))).toBe('STATE_CONFLICT');
    expect(await rowOf(none)).toBeUndefined();
  });

  it('SES-4 by the person’s own list: an own one that is alive, and no other', async () => {
    const end = async (more: Partial<Session>, personKey = 'p1_x') => {
      const session = await kept(more);
      const refused = await written(endOwnUpdate(session.sessionId, personKey, { ...ended, at }, policies));
      expect((await rowOf(session))?.ended).toEqual(refused ? more.ended : { ...ended, at });
      return refused;
    };
    expect(await end({})).toBeUndefined();
    expect(await end({}, 'p1_other')).toBe('NOT_FOUND');
    expect(await end({ ended })).toBe('NOT_FOUND');
    expect(await end({ expiresAt: at })).toBe('NOT_FOUND');
    expect(await end({ expiresAt: at + 1 })).toBeUndefined();
    expect(await end({ lastSeenAt: at - idle })).toBe('NOT_FOUND');
    expect(await end({ lastSeenAt: at - idle + 1 })).toBeUndefined();
  });
});

describe('a token', () => {
  it('SES-2 finds its session while that lives, is the person’s, and is of the same identity', async () => {
    const found = (session: Session, more: object = {}) =>
      refusalOf(liveSession(db, { ...session, ...more }, now, policies));
    const session = await kept();
    expect(await liveSession(db, session, now, policies)).toMatchObject({ sessionId: session.sessionId });
    expect(await found(sessionOf())).toBe('SESSION_ENDED');
    expect(await found(session, { personKey: 'p1_other' })).toBe('SESSION_ENDED');
    expect(await found(session, { identityVersion: 2 })).toBe('SESSION_ENDED');
    await expect(liveSession(db, await kept({ ended }), now, policies)).rejects.toMatchObject({
      details: { reason: 'logged-out' },
    });
  });
});

describe('what is written in a session', () => {
  const company = { by: 'relation', companyKey: 'c_1', role: 'tax-handler', authorizationId: 'a' } as const;
  const enterprise: ActsAs = {
    identity: {
      kind: 'enterprise',
      taxpayerId: '1',
      taxpayerName: 'n',
      role: 'tax-handler',
      permissions: [],
    },
    company,
  };

  it('SWI-5 SES-2 another identity is another version, and the person alone stands on no company', async () => {
    const session = await kept();
    expect(await written(identityUpdate(session, enterprise, now, policies))).toBeUndefined();
    expect(await rowOf(session)).toMatchObject({
      identityVersion: 4,
      company,
      identity: { kind: 'enterprise' },
    });
    await expect(db.transact([identityUpdate(session, asPerson, now, policies)])).rejects.toBeInstanceOf(
      ConcurrentChange,
    );
    expect(
      await written(identityUpdate({ ...session, identityVersion: 4 }, asPerson, now, policies)),
    ).toBeUndefined();
    expect(await rowOf(session)).toMatchObject({ identityVersion: 5, identity: { kind: 'natural' } });
    expect(await rowOf(session)).not.toHaveProperty('company');
    expect(await written(identityUpdate(sessionOf(), asPerson, now, policies))).toBe('SESSION_ENDED');
    await expect(
      db.transact([identityUpdate(await kept({ ended }), asPerson, now, policies)]),
    ).rejects.toMatchObject({ details: { reason: 'logged-out' } });
  });

  it('SES-5 SES-3 only while it lives; its reason is told', async () => {
    const alive = (session: Session) => ({ ...sessionAliveCheck(session, now, policies) });
    expect(await written(alive(await kept()))).toBeUndefined();
    expect(await written(alive(await kept({ expiresAt: at + 1 })))).toBeUndefined();
    await expect(db.transact([alive(await kept({ expiresAt: at }))])).rejects.toMatchObject({
      details: { reason: 'expired' },
    });
    await expect(db.transact([alive(await kept({ ended }))])).rejects.toMatchObject({
      details: { reason: 'logged-out' },
    });
    const none = sessionOf();
    await expect(db.transact([alive(none)])).rejects.toMatchObject({ code: 'SESSION_ENDED', details: {} });
  });

  it('SWI-5 and, where the identity matters, only while it is still that one', async () => {
    const session = await kept();
    expect(await written(versionAliveCheck(session, now, policies))).toBeUndefined();
    expect(await written(versionAliveCheck({ ...session, identityVersion: 4 }, now, policies))).toBe(
      'SESSION_ENDED',
    );
    expect(await written(versionAliveCheck(await kept({ ended }), now, policies))).toBe('SESSION_ENDED');
  });

  it('SES-1 SES-2 and, where it was decided a while ago, only while it is not idle; being seen is written alike', async () => {
    for (const write of [sessionNotIdleCheck, seenUpdate]) {
      expect(await written(write(await kept({ lastSeenAt: at - idle + 1 }), now, policies))).toBeUndefined();
      expect(await written(write(await kept({ lastSeenAt: at - idle }), now, policies))).toBe(
        'SESSION_ENDED',
      );
      expect(await written(write(await kept({ ended }), now, policies))).toBe('SESSION_ENDED');
    }
    const session = await kept();
    await db.transact([seenUpdate(session, now, policies)]);
    expect(await rowOf(session)).toMatchObject({ lastSeenAt: at, expiresAt: session.expiresAt });
  });

  it('SES-5 LGN-11 a factor, a changed initial password, an end', async () => {
    const session = await kept({ passwordDue: true });
    await db.transact([factorPassedUpdate(session, now, policies, now.toISOString())]);
    await db.transact([passwordSetUpdate(session, now, policies)]);
    expect(await rowOf(session)).toMatchObject({ factorAt: at, faceAt: now.toISOString() });
    expect(await rowOf(session)).not.toHaveProperty('passwordDue');
    await db.transact([endAliveUpdate(session, { ...ended, at }, now, policies)]);
    expect(await rowOf(session)).toMatchObject({ ended: { reason: 'logged-out', at } });
    for (const write of [
      factorPassedUpdate(session, now, policies),
      passwordSetUpdate(session, now, policies),
      endAliveUpdate(session, { reason: 'by-order', at }, now, policies),
    ])
      expect(await written(write)).toBe('SESSION_ENDED');
  });

  it('LVL-2 a level, where there is a session', async () => {
    const session = await kept();
    await db.transact([sessionLevelUpdate(session.sessionId, 4)]);
    expect(await rowOf(session)).toMatchObject({ realNameLevel: 4 });
    const none = sessionOf();
    await expect(db.transact([sessionLevelUpdate(none.sessionId, 4)])).rejects.toBeInstanceOf(
      ConcurrentChange,
    );
  });

  it('SES-4 several are read at once, without those that are gone', async () => {
    const [one, other] = [await kept(), await kept()];
    const found = await findSessions(db, [other.sessionId, 'gone', one.sessionId]);
    expect(found.map(({ sessionId }) => sessionId)).toEqual([other.sessionId, one.sessionId]);
    expect(await findSessions(db, [])).toEqual([]);
  });
});

describe('the web session of a person', () => {
  const pointer = (sessionId: string, expiresAt = at + 60) => ({ sessionId, expiresAt });
  const person = (more: Partial<Omit<Person, 'account'>> = {}): RegisteredPerson => ({
    personKey: `p1_${rows++}`,
    rev: 2,
    documentType: '201',
    sealedName: 'sealed' as never,
    sealedNumber: 'sealed' as never,
    account: { status: 'active', since: '2027-01-01T00:00:00.000Z' },
    ...more,
  });
  const keep = async (who: RegisteredPerson): Promise<RegisteredPerson> => {
    await db.transact([{ table: 'Users', put: { ...who } }]);
    return who;
  };
  const personOf = ({ personKey }: RegisteredPerson) => db.get<Item>('Users', { personKey });

  it('SES-3 one ends the others, or, where several are allowed, the oldest beyond twenty', () => {
    const who = person({
      webSession: pointer('newest'),
      otherWebSessions: [pointer('over', at), pointer('older', at + 1)],
    });
    expect(webSessionsOf(who, now).map(({ sessionId }) => sessionId)).toEqual(['older', 'newest']);
    expect(webSessionsOf(person(), now)).toEqual([]);
    expect(besideNewSession(who, now, { oneWebSession: true })).toEqual({
      ended: [pointer('older', at + 1), pointer('newest')],
      kept: [],
    });
    const many = Array.from({ length: 20 }, (_, n) => pointer(`s${n}`));
    const beside = (open: number) =>
      besideNewSession(person({ otherWebSessions: many.slice(0, open) }), now, { oneWebSession: false });
    expect(beside(19)).toEqual({ ended: [], kept: many.slice(0, 19) });
    expect(beside(20)).toEqual({ ended: many.slice(0, 1), kept: many.slice(1) });
  });

  it('SES-3 PWD-3 LVL-2 moves on from what was read alone', async () => {
    const swap = (who: RegisteredPerson, beside = [pointer('b')]) =>
      db.transact([swapPointerUpdate(who, pointer('new'), beside, {})]);
    const first = await keep(person());
    await swap(first);
    expect(await personOf(first)).toMatchObject({
      rev: 3,
      webSession: pointer('new'),
      otherWebSessions: [pointer('b')],
    });
    // The next login, with the person as the login before left them.
    const next = { ...first, rev: 3, webSession: pointer('new'), otherWebSessions: [pointer('b')] };
    await swap(next, []);
    expect(await personOf(first)).not.toHaveProperty('otherWebSessions');
    for (const changed of [
      { rev: 1 },
      { webSession: pointer('gone') },
      { webSession: undefined },
      { realNameLevel: 4 },
    ]) {
      const who = await keep(person({ webSession: pointer('old') }));
      await expect(swap({ ...who, ...changed } as RegisteredPerson)).rejects.toBeInstanceOf(ConcurrentChange);
    }
  });

  it('SES-3 is forgotten with its session, and another one is not', async () => {
    const who = await keep(person({ webSession: pointer('one') }));
    await forgetWebSession(db, who.personKey, 'another');
    expect(await personOf(who)).toMatchObject({ webSession: pointer('one') });
    await forgetWebSession(db, who.personKey, 'one');
    expect(await personOf(who)).not.toHaveProperty('webSession');
    // The caller gets no error if this write fails.
    const away = { ...db, update: () => Promise.reject(new Error('away')) } as Db;
    await expect(forgetWebSession(away, who.personKey, 'one')).resolves.toBeUndefined();
  });
});

describe('the chain of refresh tokens', () => {
  const token = (sessionId: string, step: number) => ({ sessionId, hash: `h${step}` });
  const next = ({ sessionId, hash }: { sessionId: string; hash: string }) =>
    token(sessionId, Number(hash.slice(1)) + 1);
  const turn = ({ sessionId }: Session, step: number, seconds = 0) =>
    rotateRefresh(db, token(sessionId, step), next, new Date(now.getTime() + seconds * 1000), policies);

  it('SES-2 the newest turns over; one that was spent within the grace gets the newest, and none later', async () => {
    const session = await kept();
    expect((await turn(session, 0)).token?.hash).toBe('h1');
    expect(await rowOf(session)).toMatchObject({
      refreshHash: 'h1',
      lastSeenAt: at,
      turnedAt: [at, ...noRotations.slice(1)],
    });
    expect((await turn(session, 1, 1)).token?.hash).toBe('h2');
    expect(await rowOf(session)).toMatchObject({ turnedAt: [at + 1, at, ...noRotations.slice(2)] });
    expect((await turn(session, 0, grace)).token?.hash).toBe('h2');
    expect((await turn(session, 0, grace + 1)).token).toBeUndefined();
    expect((await turn(session, 1, grace + 1)).token?.hash).toBe('h2');
    expect((await turn(session, 77)).token).toBeUndefined();
  });

  it('SES-2 a token that turns eight times within the grace stays the same, and turns again after it', async () => {
    const session = await kept();
    for (let step = 0; step < noRotations.length; step++)
      expect((await turn(session, step, step)).token?.hash).toBe(`h${step + 1}`);
    const last = noRotations.length;
    expect((await turn(session, last, grace)).token?.hash).toBe(`h${last}`);
    expect((await turn(session, last, grace + 1)).token?.hash).toBe(`h${last + 1}`);
  });

  it('SES-1 of a session that is over nothing turns', async () => {
    const refused = (more: Partial<Session>) => async () => turn(await kept(more), 0);
    await expect(refused({ ended })()).rejects.toMatchObject({ details: { reason: 'logged-out' } });
    await expect(refused({ expiresAt: at })()).rejects.toMatchObject({ details: { reason: 'expired' } });
    await expect(refused({ lastSeenAt: at - idle })()).rejects.toMatchObject({ details: { reason: 'idle' } });
    await expect(turn(sessionOf(), 0)).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    for (const more of [{ expiresAt: at + 1 }, { lastSeenAt: at - idle + 1 }])
      expect((await turn(await kept(more), 0)).token?.hash).toBe('h1');
  });

  it('SES-2 a row from before turns were kept knows none', async () => {
    const session = await kept({ refreshHash: 'h5' });
    await db.transact([
      { table: 'Sessions', key: { sessionId: session.sessionId }, update: { remove: ['turnedAt'] } },
    ]);
    expect((await turn(session, 4)).token).toBeUndefined();
  });
});
