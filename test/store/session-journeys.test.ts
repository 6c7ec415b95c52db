/** @module-tag long */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { handleKey } from '#crypto/keys.ts';
import { hashPassword } from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { defaultAudiences, defaultMatters } from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import { rehashCompanyPassword, withCompanyPassword } from '#journeys/factors/company-password.ts';
import { withPassword } from '#journeys/factors/password-check.ts';
import {
  checkedSince,
  endedByOrder,
  knownMatter,
  proofType,
  stepUpProof,
  stepUpResultOf,
} from '#journeys/factors/step-up-proof.ts';
import { solvedInSession } from '#journeys/factors/tries.ts';
import { actingCompany } from '#journeys/sessions/acting-company.ts';
import { actingOptionFor, assertedCompany, claimOf } from '#journeys/sessions/company-claims.ts';
import { currentIdentity, identityAuditDetail } from '#journeys/sessions/current-identity.ts';
import { endSessions, logoutWrites } from '#journeys/sessions/end-sessions.ts';
import { choiceIdOf, readIdentityChoice } from '#journeys/sessions/identity-choices.ts';
import { judgeSwitch } from '#journeys/sessions/judge-switch.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import { switchIdentity } from '#journeys/sessions/switch-identity.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { RegisteredPerson } from '#store/people/person-row.ts';
import { personUpdate } from '#store/people/users.ts';
import { asPerson, type Session } from '#store/sessions/session-row.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { cheap, keysOne } from '../crypto/keys-of-test.ts';
import { storeAgreement, storeStaffForm } from '../support/agency-rows.ts';
import {
  companyRow,
  contextOf,
  dataKeys,
  putRows,
  signingRing,
  watchedStore,
} from '../support/in-process.ts';
import { acting, storeSession } from '../support/session-rows.ts';
import {
  at,
  changedMeanwhile,
  changePerson,
  day,
  eventsOf,
  type Facts,
  now,
  origin,
  password,
  personRow,
  type Registered,
  relationRow,
  seconds,
  storePerson,
  yesterday,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/**
 * How sessions open, change their identity and end, and small journeys beside them, on rows as they may stand there.
 */
let db: Db;
let ctx: FlowContext;
let parts: Record<string, unknown>;
beforeAll(async () => {
  db = await openStore(
    'Agencies',
    'Agreements',
    'Audit',
    'Lockouts',
    'Phones',
    'Relationships',
    'Sessions',
    'Taxpayers',
    'Tickets',
    'Users',
  );
  const settings = { ...contextOf(db).settings, matters: defaultMatters, audiences: defaultAudiences };
  parts = { settings, signing: await signingRing() };
  ctx = contextOf(db, parts);
});

const call = { now, language: 'zh', origin } as unknown as AnyCall;
const meanwhile = (table: Write['table'], change: () => Promise<unknown>) =>
  contextOf(changedMeanwhile(db, table, change), parts);
const staged = (policies: object) =>
  contextOf(db, {
    ...parts,
    settings: { ...ctx.settings, policies: { ...ctx.settings.policies, ...policies } },
  });
const registered = (facts: Facts = {}) => storePerson(db, facts);
const rowOf = async (who: Registered) => (await personRow(db, who)) as RegisteredPerson;
const events = (who: { personKey: string }, kind: string) => eventsOf(db, who, kind);
/** The refusal's code, with its variant; undefined if there is none. */
const refusalOf = (doing: Promise<unknown>): Promise<string | undefined> =>
  doing.then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      return error.variant === undefined ? error.code : `${error.code} ${error.variant}`;
    },
  );

let companies = 0;
async function company(facts: Partial<KnownTaxpayer> = {}): Promise<KnownTaxpayer> {
  const row = companyRow(`c_91340100MC${String(++companies).padStart(7, '0')}X`, facts);
  await putRows(db, 'Taxpayers', row);
  return row;
}
async function related(who: Registered, of: KnownTaxpayer, facts: Partial<Relation> = {}) {
  const row = relationRow(who, of, facts);
  await putRows(db, 'Relationships', row);
  return row;
}
const agencyCompany = () => company({ subjects: ['enterprise', 'agency'], name: '徽州税务师事务所' });
const listed = (who: Registered, { companyKey }: KnownTaxpayer) => storeStaffForm(db, companyKey, who);
const agreed = async (who: Registered, agency: KnownTaxpayer, client: KnownTaxpayer) =>
  (await storeAgreement(db, [agency, client], [who])).agreementId;
const signedIn = (who: Registered, facts: Partial<Session> = {}) => storeSession(db, who, facts);
const sessionOf = (sessionId: string) => db.get<Session>('Sessions', { sessionId }) as Promise<Session>;

describe('a session that opens', () => {
  it('SES-1 SES-3 is the person’s web session; the one before ends, and both are told', async () => {
    const who = await registered({ realNameLevel: undefined });
    const by = { method: 'sms', window: { phoneKey: 'k', startedAt: 1 } };
    const first = await openSession(ctx, call, await rowOf(who), asPerson, by, []);
    expect(first.session).toMatchObject({
      identity: { kind: 'natural' },
      expiresIn: ctx.settings.policies.accessTokenSeconds,
      notices: [],
      person: { name: `${who.name.slice(0, 1)}**`, realNameLevel: 3 },
    });
    expect(first.cookies).toEqual([
      expect.stringContaining(`Max-Age=${ctx.settings.policies.sessionAbsoluteSeconds}`),
    ]);
    const row = await sessionOf(first.session.sessionId);
    expect(row).toEqual({
      sessionId: first.session.sessionId,
      personKey: who.personKey,
      channel: 'web',
      identity: { kind: 'natural' },
      identityVersion: 1,
      sealedName: (await rowOf(who)).sealedName,
      realNameLevel: 3,
      startedAt: seconds,
      lastSeenAt: seconds,
      expiresAt: seconds + ctx.settings.policies.sessionAbsoluteSeconds,
      factorAt: seconds,
      browser: 'a browser',
      address: '192.0.2.0',
      methods: ['pwd', 'sms', 'mfa'],
      refreshHash: expect.any(String),
      turnedAt: expect.any(Array),
      ttl: expect.any(Number),
    });
    expect(await rowOf(who)).toMatchObject({
      rev: 2,
      lastWindow: by.window,
      webSession: { sessionId: row.sessionId, expiresAt: row.expiresAt },
    });
    const located = { ...call, origin: { ...origin, locality: '合肥' } } as unknown as AnyCall;
    const second = await openSession(ctx, located, await rowOf(who), asPerson, { method: 'face' }, []);
    expect(second.session.notices.map(({ code }) => code)).toEqual(['SESSION_REPLACED']);
    expect((await sessionOf(row.sessionId)).ended).toEqual({
      reason: 'replaced',
      at: seconds,
      by: 'a browser',
    });
    expect((await events(who, 'login')).map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([
        { method: 'sms', identity: 'natural', browser: 'a browser' },
        {
          method: 'face',
          identity: 'natural',
          browser: 'a browser',
          locality: '合肥',
          replaced: true,
        },
      ]),
    );
    // One that is over is not replaced.
    await changePerson(db, who, { webSession: { sessionId: 'old', expiresAt: seconds } });
    const third = await openSession(ctx, call, await rowOf(who), asPerson, { method: 'face' }, []);
    expect(third.session.notices).toEqual([]);
  });

  it('SES-3 where a stage allows several, the others stay', async () => {
    const several = staged({ oneWebSession: false });
    const who = await registered();
    const first = await openSession(several, call, await rowOf(who), asPerson, { method: 'sms' }, []);
    const second = await openSession(several, call, await rowOf(who), asPerson, { method: 'sms' }, []);
    expect(second.session.notices).toEqual([]);
    expect(await sessionOf(first.session.sessionId)).not.toHaveProperty('ended');
    expect((await rowOf(who)).otherWebSessions).toMatchObject([{ sessionId: first.session.sessionId }]);
  });

  it('SES-5 QR-1 LGN-11 PHN-4 keeps what its factor was worth, and when it was passed', async () => {
    const opened = async (facts: Facts, by: object) => {
      const who = await registered(facts);
      const { session } = await openSession(ctx, call, await rowOf(who), asPerson, by as never, []);
      return { row: await sessionOf(session.sessionId), session, who };
    };
    const sms = await opened({}, { method: 'sms', fresh: true, factorAt: seconds - 40 });
    expect(sms.row.factorAt).toBe(seconds - 40);
    for (const name of ['faceAt', 'qr', 'passwordDue']) expect(sms.row).not.toHaveProperty(name);
    expect((await opened({}, { method: 'sms', fresh: false })).row.factorAt).toBe(0);
    const initial = { password: { initial: true as const } };
    const due = await opened(initial, { method: 'face', faceAt: at });
    expect(due.row).toMatchObject({ faceAt: at, passwordDue: true, factorAt: seconds });
    expect(due.session.notices.map(({ code }) => code)).toEqual(['PASSWORD_CHANGE_REQUIRED']);
    expect(decodeJwt(due.session.accessToken)).not.toEqual(decodeJwt(sms.session.accessToken));
    const qr = await opened(initial, { method: 'qr', qr: 'ahtax-app' });
    expect(qr.row).toMatchObject({ factorAt: 0, qr: 'ahtax-app', methods: ['qr', 'mfa'] });
    expect(qr.row).not.toHaveProperty('passwordDue');
    expect(qr.session.notices).toEqual([]);
  });

  it('LGN-10 MIG-1 SES-3 remembers a chosen role and proved numbers; a changed person is read again', async () => {
    const who = await registered({ lastRoles: { c_other: 'finance-head' } });
    const of = await company();
    const relation = await related(who, of);
    const as = acting(relation);
    await openSession(ctx, call, await rowOf(who), as, { method: 'sms' }, []);
    expect((await rowOf(who)).lastRoles).toEqual({ c_other: 'finance-head' });
    const row = await rowOf(who);
    const by = { method: 'sms', chosen: true, phones: [] };
    const { session } = await openSession(ctx, call, row, as, by, []);
    expect(await rowOf(who)).toMatchObject({
      lastRoles: { c_other: 'finance-head', [of.companyKey]: 'tax-handler' },
      phones: [],
    });
    expect((await sessionOf(session.sessionId)).company).toEqual(as.company);
    await expect(openSession(ctx, call, row, as, by, [])).rejects.toBeInstanceOf(ConcurrentChange);
    await openSession(ctx, call, await rowOf(who), asPerson, { method: 'sms', chosen: true }, []);
    expect((await rowOf(who)).lastRoles).toMatchObject({ c_other: 'finance-head' });
  });
});

describe('the identity of a session', () => {
  it('AUD-1 is written into the history with the company, role and report', () => {
    const taxpayer = { taxpayerId: '91', taxpayerName: '黄山' };
    expect(identityAuditDetail({ kind: 'natural' })).toEqual({ identity: 'natural' });
    expect(
      identityAuditDetail({ kind: 'enterprise', ...taxpayer, role: 'tax-handler', permissions: [] }),
    ).toEqual({ identity: 'enterprise', ...taxpayer, role: 'tax-handler' });
    const special = { kind: 'special', subject: 'cross-region', ...taxpayer, role: 'tax-handler' } as const;
    expect(identityAuditDetail(special)).toEqual({ identity: 'special', ...taxpayer, role: 'tax-handler' });
    expect(identityAuditDetail({ ...special, reportNo: 'KQ-1' })).toMatchObject({ reportNo: 'KQ-1' });
    const agency = { kind: 'agency', agencyId: '92', agencyName: '徽州' } as const;
    expect(identityAuditDetail(agency)).toEqual({ identity: 'agency', agencyId: '92' });
    expect(identityAuditDetail({ ...agency, client: taxpayer })).toEqual({
      identity: 'agency',
      agencyId: '92',
      taxpayerId: '91',
    });
  });

  it('SES-2 REL-7 REL-8 is what its access basis gives today; a lost company leaves the person, once', async () => {
    const who = await registered();
    const natural = await signedIn(who);
    const watched = watchedStore(db);
    expect(await currentIdentity(contextOf(watched.db, parts), call, natural)).toEqual({
      session: natural,
      lost: false,
    });
    expect(watched.calls).toEqual([]);
    const of = await company();
    const relation = await related(who, of);
    const session = await signedIn(who, acting(relation));
    await related(who, of, { ...relation, permissions: ['filing'] });
    await putRows(db, 'Taxpayers', { ...of, name: '黄山云雾有限公司' });
    const today = await currentIdentity(ctx, call, session);
    expect(today).toMatchObject({
      lost: false,
      session: {
        identityVersion: 1,
        identity: { permissions: ['filing'], taxpayerName: '黄山云雾有限公司' },
      },
    });
    expect(await sessionOf(session.sessionId)).toMatchObject({ identityVersion: 1 });
    await related(who, of, { ...relation, state: 'deleted' });
    const lost = await currentIdentity(ctx, call, session);
    expect(lost).toMatchObject({
      lost: true,
      session: { identityVersion: 2, identity: { kind: 'natural' } },
    });
    expect(lost.session).not.toHaveProperty('company');
    const row = await sessionOf(session.sessionId);
    expect(row).toMatchObject({ identityVersion: 2, identity: { kind: 'natural' } });
    expect(row).not.toHaveProperty('company');
    expect(await events(who, 'identity-lost')).toEqual([
      {
        outcome: 'success',
        detail: {
          identity: 'enterprise',
          taxpayerId: of.taxpayerId,
          taxpayerName: of.name,
          role: 'tax-handler',
        },
      },
    ]);
    // Another call has lost it already: read again, nothing more to lose.
    expect(await currentIdentity(ctx, call, session)).toMatchObject({
      lost: false,
      session: { identityVersion: 2 },
    });
    expect(await events(who, 'identity-lost')).toHaveLength(1);
    await db.transact([{ table: 'Sessions', remove: { sessionId: session.sessionId } }]);
    expect(await refusalOf(currentIdentity(ctx, call, session))).toBe('SESSION_ENDED');
    const ended = await signedIn(who, acting(relation));
    await putRows(db, 'Sessions', { ...ended, ended: { reason: 'logged-out', at: seconds } });
    expect(await refusalOf(currentIdentity(ctx, call, ended))).toBe('SESSION_ENDED logged-out');
    // A switch that comes first is what counts, and its row is read again.
    const raced = await signedIn(who, acting(relation));
    const switched = meanwhile('Sessions', () => putRows(db, 'Sessions', { ...raced, identityVersion: 5 }));
    expect(await currentIdentity(switched, call, raced)).toMatchObject({ session: { identityVersion: 6 } });
  });

  it('SES-2 REL-7 of a session that is switched and then gone, when it is read again, is over', async () => {
    const who = await registered();
    const of = await company();
    const relation = await related(who, of);
    const session = await signedIn(who, acting(relation));
    await related(who, of, { ...relation, state: 'deleted' });
    const switched: Session = { ...session, identityVersion: 5 };
    // The write finds a switch, and only then the row is taken away.
    const store = changedMeanwhile(db, 'Sessions', () => putRows(db, 'Sessions', switched));
    const gone = new Proxy(store, {
      get: (rows, name: keyof Db) =>
        name === 'get'
          ? async (...asked: Parameters<Db['get']>) => {
              await db.transact([{ table: 'Sessions', remove: { sessionId: session.sessionId } }]);
              return rows.get(...asked);
            }
          : rows[name],
    });
    expect(await refusalOf(currentIdentity(contextOf(gone, parts), call, session))).toBe('SESSION_ENDED');
    expect(await events(who, 'identity-lost')).toEqual([]);
  });

  it('AGY-4 SES-2 a lost client leaves the agency, while its form names the person', async () => {
    const who = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    await listed(who, agency);
    const agreementId = await agreed(who, agency, client);
    const facts = {
      identity: {
        kind: 'agency',
        agencyId: agency.taxpayerId ?? '',
        agencyName: agency.name,
        client: { taxpayerId: client.taxpayerId ?? '', taxpayerName: client.name },
      },
      company: {
        by: 'agreement',
        companyKey: client.companyKey,
        role: 'tax-agent',
        agencyKey: agency.companyKey,
        agreementId,
      },
    } as const;
    const session = await signedIn(who, facts);
    await putRows(db, 'Taxpayers', { ...client, state: 'cancelled' });
    const { session: left } = await currentIdentity(ctx, call, session);
    const stays = { by: 'staff-form', companyKey: agency.companyKey, role: 'tax-agent' };
    expect(left).toMatchObject({ identity: { kind: 'agency' }, company: stays, identityVersion: 2 });
    expect(await sessionOf(session.sessionId)).toMatchObject({ company: stays });
  });

  it('REL-8 a session acts for the company that was read with it, or for none', () => {
    const basis = { by: 'staff-form', companyKey: 'c_1', role: 'tax-agent' } as const;
    const caller = { session: { company: basis }, lost: false, permissions: ['filing'] };
    expect(actingCompany({ ...call, caller } as never)).toEqual({ ...basis, permissions: ['filing'] });
    const none = { ...call, caller: { session: {}, lost: false, permissions: [] } };
    expect(() => actingCompany(none as never)).toThrow(expect.objectContaining({ code: 'ROLE_NOT_ALLOWED' }));
  });

  it('SWI-5 its handle is of this session only', () => {
    const of = { sessionId: 's1', personKey: 'p1_a' };
    const choice = { companyKey: 'c_1', role: 'tax-handler' } as const;
    for (const one of ['person', choice] as const)
      expect(readIdentityChoice(ctx, of, choiceIdOf(ctx, of, one))).toEqual(one);
    const odd = seal(dataKeys, 'identity:p1_a:s1', JSON.stringify({ companyKey: 'c_1', role: 'boss' }));
    for (const text of [
      'none',
      odd,
      choiceIdOf(ctx, { ...of, sessionId: 's2' }, 'person'),
      choiceIdOf(ctx, { ...of, personKey: 'p1_b' }, 'person'),
    ])
      expect(() => readIdentityChoice(ctx, of, text)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('a switch', () => {
  const inSession = (session: Session) => ({ ...call, caller: { session } }) as never;
  const to = (session: Session, choice: Parameters<typeof judgeSwitch>[2], by = ctx) =>
    switchIdentity(by, inSession(session), () => judgeSwitch(by, inSession(session), choice));

  it('SWI-5 SES-2 LGN-10 gives the session another identity, remembers the role, and is audited', async () => {
    const who = await registered();
    const of = await company();
    await related(who, of);
    const session = await signedIn(who);
    const choice = { companyKey: of.companyKey, role: 'tax-handler' } as const;
    const answer = await to(session, choice);
    expect(answer.identity).toMatchObject({ kind: 'enterprise', role: 'tax-handler' });
    const row = await sessionOf(session.sessionId);
    expect(row).toMatchObject({
      identityVersion: 2,
      identity: { kind: 'enterprise' },
      company: { by: 'relation' },
    });
    // One role only: nothing to remember.
    expect(await rowOf(who)).toMatchObject({ rev: 1 });
    expect(await events(who, 'identity-switched')).toEqual([
      {
        outcome: 'success',
        detail: expect.objectContaining({ identity: 'enterprise', role: 'tax-handler' }),
      },
    ]);
    const back = await to(row, 'person');
    expect(back.identity).toEqual({ kind: 'natural' });
    expect(await sessionOf(session.sessionId)).toMatchObject({
      identityVersion: 3,
      identity: { kind: 'natural' },
    });
    expect(await sessionOf(session.sessionId)).not.toHaveProperty('company');
    await related(who, of, { role: 'finance-head' });
    await to(await sessionOf(session.sessionId), choice);
    expect(await rowOf(who)).toMatchObject({ rev: 2, lastRoles: { [of.companyKey]: 'tax-handler' } });
    await to(await sessionOf(session.sessionId), choice);
    expect(await rowOf(who)).toMatchObject({ rev: 2 });
    await to(await sessionOf(session.sessionId), { ...choice, role: 'finance-head' });
    expect(await rowOf(who)).toMatchObject({ rev: 3, lastRoles: { [of.companyKey]: 'finance-head' } });
    // The older token is worth nothing.
    expect(await refusalOf(to(session, choice))).toBe('SESSION_ENDED');
  });

  it('SWI-4 SPC-1 ENT-2 ENT-4 REL-8 ORD-1 leads only where the person has a relation today, at `enterprise`', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const refused = (of: { companyKey: string }, role: Relation['role'] = 'tax-handler') =>
      refusalOf(to(session, { companyKey: of.companyKey, role }));
    expect(await refused({ companyKey: 'c_none' })).toBe('RELATION_NOT_FOUND');
    expect(await refused({ companyKey: 'c_none' }, 'tax-agent')).toBe('SWITCH_NOT_ALLOWED');
    const of = await company();
    expect(await refused(of)).toBe('RELATION_NOT_FOUND');
    for (const facts of [{ state: 'pending' }, { validUntil: yesterday }, { companyTerm: 1 }] as const) {
      await related(who, of, facts);
      expect(await refused(of)).toBe('RELATION_NOT_FOUND');
    }
    for (const [state, code] of [
      ['cancelled', 'RELATION_NOT_FOUND'],
      ['awaiting-confirmation', 'COMPANY_NOT_CONFIRMED'],
    ] as const) {
      const other = await company({ state });
      await related(who, other);
      expect(await refused(other)).toBe(code);
    }
    const special = await company({ subjects: ['social-insurance'] });
    await related(who, special);
    expect(await refused(special)).toBe('SWITCH_NOT_ALLOWED');
    const none = await company({ subjects: undefined } as never);
    await related(who, none);
    expect(await refused(none)).toBe('RELATION_NOT_FOUND');
    await related(who, of);
    await changePerson(db, who, { orders: { suspendedAt: at } });
    expect(await refused(of)).toBe('ACCOUNT_SUSPENDED');
    await changePerson(db, who, { account: { status: 'cancelled', since: at }, orders: undefined });
    expect(await refused(of)).toBe('SESSION_ENDED');
  });

  it('SWI-5 SES-1 REL-8 is judged again by what changes between reading and writing', async () => {
    const who = await registered();
    const of = await company();
    const relation = await related(who, of);
    await related(who, of, { role: 'finance-head' });
    const choice = { companyKey: of.companyKey, role: 'tax-handler' } as const;
    const session = await signedIn(who);
    const gone = meanwhile('Sessions', () => related(who, of, { ...relation, state: 'deleted' }));
    expect(await refusalOf(to(session, choice, gone))).toBe('RELATION_NOT_FOUND');
    await related(who, of, relation);
    const changed = meanwhile('Sessions', () => changePerson(db, who, { username: 'Wannan99' }));
    expect((await to(session, choice, changed)).identity).toMatchObject({ role: 'tax-handler' });
    expect(await rowOf(who)).toMatchObject({
      username: 'Wannan99',
      lastRoles: { [of.companyKey]: 'tax-handler' },
    });
    const second = await signedIn(who);
    const ended = meanwhile('Sessions', () =>
      putRows(db, 'Sessions', { ...second, ended: { reason: 'replaced', at: seconds } }),
    );
    expect(await refusalOf(to(second, choice, ended))).toBe('SESSION_ENDED replaced');
    const third = await signedIn(who);
    const overtaken = meanwhile('Sessions', () => putRows(db, 'Sessions', { ...third, identityVersion: 2 }));
    expect(await refusalOf(to(third, choice, overtaken))).toBe('SESSION_ENDED');
    const rounds: boolean[] = [];
    const fourth = await signedIn(who);
    const twice = meanwhile('Sessions', () => changePerson(db, who, { username: 'Wannan98' }));
    await switchIdentity(twice, inSession(fourth), async (again) => {
      rounds.push(again);
      const { rev } = await rowOf(who);
      return {
        next: asPerson,
        writes: [personUpdate(who.personKey, rev, { username: 'Wannan97' }, () => new ConcurrentChange())],
      };
    });
    expect(rounds).toEqual([false, true]);
  });

  it('SWI-3 AGY-4 leads from a client back to its agency, in a session of the agency only', async () => {
    const who = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    await listed(who, agency);
    const agreementId = await agreed(who, agency, client);
    const basis = {
      by: 'agreement',
      companyKey: client.companyKey,
      role: 'tax-agent',
      agencyKey: agency.companyKey,
      agreementId,
    } as const;
    const shown = { taxpayerId: client.taxpayerId ?? '', taxpayerName: client.name };
    const atAgency = await signedIn(who, {
      identity: { kind: 'agency', agencyId: agency.taxpayerId ?? '', agencyName: agency.name, client: shown },
      company: basis,
    });
    const choice = { companyKey: agency.companyKey, role: 'tax-agent' } as const;
    const answer = await to(atAgency, choice);
    expect(answer.identity).toEqual({
      kind: 'agency',
      agencyId: agency.taxpayerId,
      agencyName: agency.name,
    });
    const atClient = await signedIn(who, {
      identity: { kind: 'enterprise', ...shown, role: 'tax-agent', permissions: [] },
      company: basis,
    });
    expect(await refusalOf(to(atClient, choice))).toBe('SWITCH_NOT_ALLOWED');
    const other = await agencyCompany();
    await listed(who, other);
    const elsewhere = { ...choice, companyKey: other.companyKey };
    const again = await signedIn(who, { identity: atAgency.identity, company: basis });
    expect(await refusalOf(to(again, elsewhere))).toBe('SWITCH_NOT_ALLOWED');
    // An own relation in the agency is reached as any other.
    await related(who, agency);
    expect((await to(again, { ...choice, role: 'tax-handler' })).identity).toMatchObject({
      kind: 'enterprise',
    });
    const last = await signedIn(who, { identity: atAgency.identity, company: basis });
    await putRows(db, 'Taxpayers', { ...agency, state: 'cancelled' });
    expect(await refusalOf(to(last, choice))).toBe('RELATION_NOT_FOUND');
  });
});

describe('a company that a channel names', () => {
  it('QR-1 QR-3 REL-8 ENT-2 ENT-4 SPC-1 is judged by the person’s relation and the company of today', async () => {
    const who = await registered();
    const of = await company();
    const asked = (row: KnownTaxpayer, role: Relation['role'] = 'tax-handler') =>
      assertedCompany(ctx, who.personKey, { taxpayerId: row.taxpayerId ?? '', role }, now);
    const refused = (row: KnownTaxpayer, role?: Relation['role']) => refusalOf(asked(row, role));
    expect(await refused(of)).toBe('RELATION_NOT_FOUND');
    await related(who, of, { validUntil: yesterday });
    expect(await refused(of)).toBe('RELATION_NOT_FOUND');
    await related(who, of, { companyTerm: 1 });
    expect(await refused(of)).toBe('RELATION_NOT_FOUND');
    const relation = await related(who, of);
    const { claim, option } = await asked(of);
    expect(claim).toEqual({ companyKey: of.companyKey, role: 'tax-handler' });
    expect(option).toMatchObject({
      identity: { kind: 'enterprise' },
      company: { by: 'relation', authorizationId: relation.authorizationId },
    });
    expect(await refused(of, 'finance-head')).toBe('RELATION_NOT_FOUND');
    for (const [facts, code] of [
      [{ state: 'awaiting-confirmation' }, 'COMPANY_NOT_CONFIRMED'],
      [{ state: 'cancelled' }, 'RELATION_NOT_FOUND'],
      [{ subjects: ['social-insurance'] }, 'USE_SPECIAL_ENTRY'],
    ] as const) {
      const other = await company(facts as Partial<KnownTaxpayer>);
      await related(who, other);
      expect(await refused(other)).toBe(code);
    }
    const insured = await company({ subjects: ['social-insurance'] });
    await related(who, insured);
    await expect(asked(insured)).rejects.toMatchObject({ details: { entry: 'social-insurance' } });
    expect(await refused({ ...of, taxpayerId: '?' })).toBe('RELATION_NOT_FOUND');
    const gone = { companyKey: 'c_91340100MC9999999X', name: of.name } as KnownTaxpayer;
    await putRows(db, 'Relationships', relationRow(who, gone));
    const claimed = { companyKey: gone.companyKey, role: 'tax-handler' } as const;
    expect(await refusalOf(actingOptionFor(ctx, who.personKey, claimed, now))).toBe('RELATION_NOT_FOUND');
  });

  it('AGY-3 QR-3 of an agent is found by both forms, and nobody is one by a relation', async () => {
    const who = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    const asked = { companyKey: client.companyKey, role: 'tax-agent' } as const;
    await related(who, client);
    const empty = await claimOf(ctx, who.personKey, asked, now);
    expect(empty.agentAt).toEqual([]);
    expect(await refusalOf(actingOptionFor(ctx, who.personKey, empty, now))).toBe('RELATION_NOT_FOUND');
    expect(await refusalOf(actingOptionFor(ctx, who.personKey, asked, now))).toBe('RELATION_NOT_FOUND');
    await listed(who, agency);
    const agreementId = await agreed(who, agency, client);
    const claim = await claimOf(ctx, who.personKey, asked, now);
    const option = await actingOptionFor(ctx, who.personKey, claim, now);
    expect(option).toMatchObject({
      identity: { kind: 'enterprise', role: 'tax-agent' },
      company: { by: 'agreement', agreementId },
    });
  });
});

describe('sessions that end', () => {
  it('PWD-3 CTR-2 SES-1 all but the one that is kept, each in the history', async () => {
    const who = await registered();
    const kept = await signedIn(who);
    const other = await signedIn(who);
    const live = { expiresAt: seconds + 600 };
    const pointers = {
      webSession: { sessionId: kept.sessionId, ...live },
      otherWebSessions: [{ sessionId: other.sessionId, ...live }],
    };
    const person = { ...(await rowOf(who)), ...pointers };
    const { changes, writes } = endSessions(ctx, call, person, 'credential-change', kept);
    expect(changes).toEqual({
      webSession: { sessionId: kept.sessionId, expiresAt: kept.expiresAt },
      otherWebSessions: undefined,
      appSessions: undefined,
    });
    await db.transact(writes);
    expect((await sessionOf(other.sessionId)).ended).toEqual({ reason: 'credential-change', at: seconds });
    expect(await sessionOf(kept.sessionId)).not.toHaveProperty('ended');
    expect(await events(who, 'session-ended')).toEqual([
      { outcome: 'success', detail: { reason: 'credential-change' } },
    ]);
    expect(endSessions(ctx, call, person, 'deregistered').writes).toHaveLength(4);
    expect(endSessions(ctx, call, person, 'deregistered').changes.webSession).toBeUndefined();
    await db.transact(logoutWrites(ctx, call, kept, { client: 'x' }));
    expect((await sessionOf(kept.sessionId)).ended).toEqual({ reason: 'logged-out', at: seconds });
    expect((await events(who, 'session-ended')).map(({ detail }) => detail)).toContainEqual({
      reason: 'logged-out',
      client: 'x',
    });
    const none = { sessionId: newHandle(), personKey: who.personKey };
    expect(await refusalOf(db.transact(logoutWrites(ctx, call, none)))).toBe('SESSION_ENDED');
  });
});

describe('a company’s password', () => {
  const about = { method: 'company-password' };
  const lockoutOf = async ({ companyKey }: KnownTaxpayer) =>
    (await db.get<Item>('Lockouts', { personKey: companyKey, day })) ?? {};
  const triesOf = async (of: KnownTaxpayer) =>
    ((await lockoutOf(of)).password as Set<string> | undefined)?.size ?? 0;
  const eventsAt = ({ companyKey }: KnownTaxpayer, kind: string) => events({ personKey: companyKey }, kind);
  const hashed = (cost: object = {}) => hashPassword(password, keysOne, { ...cheap, ...cost });
  const effect = (key: string): Write => ({ table: 'Tickets', put: { ticketKey: key, kind: 'x' } });
  const enter = (
    of: KnownTaxpayer,
    typed = password,
    act: Parameters<typeof withCompanyPassword>[4] = async () => ({ answer: 'in', effect: [] }),
    by = ctx,
  ) => withCompanyPassword(by, call, of, typed, act);

  it('LEG-1 LCK-1 LCK-4 counts for the company: five a day, and a right one clears them', async () => {
    const of = await company({ companyPassword: await hashed() });
    for (const left of [4, 3, 2, 1])
      await expect(enter(of, 'wrong')).rejects.toMatchObject({
        code: 'BAD_CREDENTIALS',
        variant: 'company',
        details: { remainingAttempts: left },
      });
    expect(await eventsAt(of, 'login-password')).toEqual(
      Array(4).fill({ outcome: 'failure', detail: about }),
    );
    const key = newHandle();
    const done = await enter(of, password, async () => ({ answer: 'in', effect: [effect(key)] }));
    expect(done).toEqual({ answer: 'in', needsRehash: false });
    expect(await db.get('Tickets', { ticketKey: key })).toBeDefined();
    expect(await triesOf(of)).toBe(0);
    expect(await eventsAt(of, 'unlocked')).toEqual([{ outcome: 'success', detail: about }]);
    expect((await eventsAt(of, 'login-password')).filter(({ outcome }) => outcome === 'success')).toEqual([
      { outcome: 'success', detail: about },
    ]);
    for (let wrong = 0; wrong < 4; wrong++) await refusalOf(enter(of, 'wrong'));
    expect(await refusalOf(enter(of, 'wrong'))).toBe('ACCOUNT_LOCKED company');
    expect(await refusalOf(enter(of))).toBe('ACCOUNT_LOCKED company');
    expect(await eventsAt(of, 'locked')).toEqual(Array(2).fill({ outcome: 'failure', detail: about }));
  });

  it('LEG-1 REG-9 a company without one is refused as with a wrong one', async () => {
    const of = await company();
    await expect(enter(of)).rejects.toMatchObject({
      code: 'BAD_CREDENTIALS',
      details: { remainingAttempts: 4 },
    });
    expect(await triesOf(of)).toBe(1);
  });

  it('LEG-1 LCK-6 a refusal after the right one counts nothing, and neither does our own failure', async () => {
    const of = await company({ companyPassword: await hashed() });
    await refusalOf(enter(of, 'wrong'));
    const refusal = new Problem('COMPANY_NOT_CONFIRMED');
    await expect(enter(of, password, async () => refusal)).rejects.toBe(refusal);
    expect(await triesOf(of)).toBe(0);
    expect((await eventsAt(of, 'login-password')).map(({ detail }) => detail)).toContainEqual({
      ...about,
      reason: 'COMPANY_NOT_CONFIRMED',
    });
    const failing = async () => Promise.reject(new Error('away'));
    await expect(enter(of, password, failing)).rejects.toThrow('away');
    expect(await triesOf(of)).toBe(0);
    const away = meanwhile('Tickets', () => Promise.reject(new Error('away')));
    const writing = async () => ({ answer: 'in', effect: [effect(newHandle())] });
    await expect(enter(of, password, writing, away)).rejects.toThrow('away');
    expect(await triesOf(of)).toBe(0);
    const noEvents = new Proxy(db, {
      get: (store, name: keyof Db) =>
        name === 'put' ? () => Promise.reject(new Error('away')) : store[name],
    });
    await expect(enter(of, 'wrong', undefined, contextOf(noEvents, parts))).rejects.toThrow('away');
    expect(await triesOf(of)).toBe(0);
  });

  it('MIG-1 PWD-3 a weaker hash is told, and replaced while the company is as it was read', async () => {
    const low = await hashed({ argon2MemoryKiB: 512 });
    const of = await company({ companyPassword: low });
    expect(await enter(of)).toMatchObject({ needsRehash: true });
    await rehashCompanyPassword(ctx, call, { ...of, rev: 9 }, password);
    const stored = () => db.get<KnownTaxpayer>('Taxpayers', { companyKey: of.companyKey });
    expect((await stored())?.companyPassword).toEqual(low);
    await rehashCompanyPassword(ctx, call, of, password);
    expect((await stored())?.companyPassword?.hash).not.toBe(low.hash);
    expect(await eventsAt(of, 'password-rehashed')).toEqual([{ outcome: 'success', detail: about }]);
    expect(await enter((await stored()) as KnownTaxpayer)).toMatchObject({ needsRehash: false });
  });
});

describe('a password typed in a session', () => {
  const typedBy = (who: Registered, facts: object = {}) => ({
    personKey: who.personKey,
    password,
    purpose: 'username',
    ...facts,
  });
  const triesOf = async (who: Registered) =>
    ((await db.get<Item>('Lockouts', { personKey: who.personKey, day }))?.password as Set<string> | undefined)
      ?.size ?? 0;

  it('LCK-5 LCK-6 LGN-11 counts like one at login; what the action refuses counts nothing', async () => {
    const who = await registered();
    const wrong = withPassword(
      ctx,
      call,
      typedBy(who, { password: 'wrong', kind: 'password-reset' }),
      async () => 'done',
    );
    expect(await refusalOf(wrong)).toBe('BAD_CREDENTIALS');
    expect(await events(who, 'password-reset')).toEqual([
      { outcome: 'failure', detail: { method: 'password', purpose: 'username' } },
    ]);
    expect(await triesOf(who)).toBe(1);
    const refused = withPassword(ctx, call, typedBy(who), async () => {
      throw new Problem('USERNAME_TAKEN');
    });
    expect(await refusalOf(refused)).toBe('USERNAME_TAKEN');
    expect(await triesOf(who)).toBe(1);
    const seen: boolean[] = [];
    const done = await withPassword(ctx, call, typedBy(who), async (person, writes, needsRehash) => {
      seen.push(needsRehash);
      if (seen.length === 1) {
        await changePerson(db, who, { username: 'Wannan55' });
        throw new ConcurrentChange();
      }
      await db.transact(writes);
      return person.username;
    });
    expect([done, seen]).toEqual(['Wannan55', [false, false]]);
    expect(await triesOf(who)).toBe(0);
    const initial = await registered({ password: { initial: true } });
    const six = { password: initial.documentNumber.slice(-6) };
    const act = async () => 'done';
    expect(await refusalOf(withPassword(ctx, call, typedBy(initial, six), act))).toBe(
      'PASSWORD_CHANGE_REQUIRED',
    );
    const other = { ...six, initial: new Problem('BAD_CREDENTIALS') };
    expect(await refusalOf(withPassword(ctx, call, typedBy(initial, other), act))).toBe('BAD_CREDENTIALS');
    expect(await withPassword(ctx, call, typedBy(initial, { ...six, initial: undefined }), act)).toBe('done');
    const left = await registered({ account: { status: 'cancelled', since: at } });
    expect(await refusalOf(withPassword(ctx, call, typedBy(left), act))).toBe('USER_NOT_REGISTERED');
    expect(await triesOf(left)).toBe(0);
  });

  it('LCK-4 AUD-1 the fifth try that is right lifts the lock that it had set, with the method in the history', async () => {
    const who = await registered();
    const enter = (facts: object = {}) =>
      refusalOf(
        withPassword(ctx, call, typedBy(who, facts), async (_person, writes) => {
          await db.transact(writes);
        }),
      );
    for (let wrong = 0; wrong < 4; wrong++)
      expect(await enter({ password: 'wrong' })).toBe('BAD_CREDENTIALS');
    expect(await enter()).toBeUndefined();
    expect(await events(who, 'unlocked')).toEqual([{ outcome: 'success', detail: { method: 'password' } }]);
    const row = await db.get<Item>('Lockouts', { personKey: who.personKey, day });
    expect(row).not.toHaveProperty('lockedAt');
    expect(await triesOf(who)).toBe(0);
  });

  it('LGN-12 REG-9 needs no challenge from a channel that signs its calls; a solution that is sent must be right', async () => {
    const app = { ...call, origin: { ...origin, channel: 'ahtax-app' } } as unknown as AnyCall;
    expect(await solvedInSession(ctx, app, undefined)).toBe(true);
    expect(await solvedInSession(ctx, call, undefined)).toBe(false);
    expect(await refusalOf(solvedInSession(ctx, call, 'x'))).toBe('CHALLENGE_REQUIRED');
  });
});

describe('the proof of a step-up', () => {
  const invoice = defaultMatters[0] as (typeof defaultMatters)[number];
  const audience = defaultAudiences[0] as (typeof defaultAudiences)[number];

  it('STP-2 STP-4 DOC-4 states the matter, the check and the level to one audience, under its own pseudonym', async () => {
    const who = await registered();
    const person = await rowOf(who);
    const checked = { at: new Date(now.getTime() - 60_000).toISOString(), level: 4 };
    const what = { matter: invoice, audience };
    const text = await stepUpProof(ctx, call, what, person, checked, {});
    expect(decodeProtectedHeader(text).typ).toBe(proofType);
    expect(decodeJwt(text)).toEqual({
      iss: ctx.settings.issuer,
      aud: audience.code,
      sub: handleKey(ctx.handles, 'pseudonym', `${audience.code}|${who.personKey}`),
      matter: invoice.code,
      at: seconds - 60,
      lvl: 4,
      iat: seconds,
      exp: seconds + 300,
    });
    const company_ = { ref: 'r', role: 'tax-handler' } as never;
    const asked = { nonce: 'n', startedBy: { channel: 'ahtax-app' } } as never;
    const trusted = { matter: invoice, audience: { ...audience, document: true } };
    expect(decodeJwt(await stepUpProof(ctx, call, trusted, person, checked, asked, company_))).toMatchObject({
      nonce: 'n',
      channel: 'ahtax-app',
      company: company_,
      person: { documentType: '201', documentNumber: who.documentNumber },
    });
  });

  it('STP-1 STP-2 is for a matter and an audience that the stage has, while it may be fetched', () => {
    const asked = { matter: invoice.code, audience: audience.code };
    expect(knownMatter(ctx, asked)).toEqual({ matter: invoice, audience });
    expect(() => knownMatter(ctx, { ...asked, matter: 'x' })).toThrow(
      expect.objectContaining({ code: 'MATTER_UNKNOWN' }),
    );
    expect(() => knownMatter(ctx, { ...asked, audience: 'x' })).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        details: { errors: [{ path: 'audience', message: 'no such audience' }] },
      }),
    );
    const proven = { at, level: 4 };
    const scan = { stepUp: asked, proven, expiresAt: seconds + 1 } as unknown as ScanTicket;
    const result = (facts: object) => stepUpResultOf(ctx, { ...scan, ...facts } as ScanTicket, now);
    expect(result({})).toEqual({ matter: invoice, audience, stepUp: asked, faceCheck: proven });
    for (const facts of [
      { stepUp: undefined },
      { proven: undefined },
      { expiresAt: seconds },
      { stepUp: { ...asked, matter: 'x' } },
      { stepUp: { ...asked, audience: 'x' } },
    ])
      expect(result(facts)).toBeUndefined();
  });

  it('STP-4 ORD-1 ends with the account, and with a suspension', () => {
    const person = { account: { status: 'active', since: at } } as RegisteredPerson;
    const [earlier, later] = [-1, 1].map((by) => new Date(now.getTime() + by).toISOString()) as [
      string,
      string,
    ];
    expect([earlier, at, later].map((time) => checkedSince(person, { at: time }))).toEqual([
      false,
      true,
      true,
    ]);
    const ordered = { ...person, orders: { proofsEndedAt: at } };
    expect([earlier, at, later].map((time) => endedByOrder(ordered, { at: time }))).toEqual([
      true,
      true,
      false,
    ]);
    expect(endedByOrder(person, { at })).toBe(false);
    expect(endedByOrder({ ...person, orders: {} }, { at })).toBe(false);
  });
});
