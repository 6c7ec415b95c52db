/** @module-tag grants */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seal } from '#crypto/sealed.ts';
import { maskDocument } from '#domain/people/masks.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import { sealContext } from '#store/people/person-row.ts';
import type { Loose, Reply } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { whileHeld } from '../support/held.ts';
import { person } from '../support/people.ts';
import { codeFor, enterPassword, expectStatus, grantsLeft, registered, wait } from '../support/runtime.ts';
import { dataKeysOf } from '../support/seed.ts';
import { solve } from '../support/solve.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  morning,
  none,
  otherThan,
  row,
  rows,
  ticketCall,
  verify,
} from '../support/watched.ts';
import { signIn } from './support/account.ts';
import { putAll } from './support/bulk.ts';
import { asChannel } from './support/channels.ts';
import {
  bind,
  bindingCode,
  bindingSms,
  boundBy,
  companyPassword,
  type LegacyRuntime,
  oldCompany,
  oldLogin,
  openLegacyRuntime,
  pick,
  picking,
  pickOnly,
  sha256,
} from './support/legacy.ts';
import { moved, personLine } from './support/migration.ts';
import { companyLine, feed, representativeLine } from './support/registry.ts';
import {
  changeRelation,
  chooseRole,
  companyHistory,
  confirmRole,
  enterCompany,
  giveRelation,
  keyOf,
  passFace,
  relationRow,
} from './support/relations.ts';
import { claimed, said } from './support/staff.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: LegacyRuntime;
beforeAll(async () => {
  runtime = await openLegacyRuntime();
});
afterAll(async () => {
  await runtime?.finish();
  const unused = grantsLeft(runtime).filter(({ functionName }) => functionName === 'legacy');
  // The local outbox needs no secret of a provider.
  expect(unused.filter(({ action }) => action.startsWith('dynamodb:'))).toEqual([]);
});
beforeEach(() => runtime.clock.set(morning));

const wrong = 'Wrong#9182';
const lastDay = '2029-12-31';
const answer = ({ body }: Reply<Loose>) => body.remainingAttempts ?? body.code;
const companyOf = (taxpayerId: string) => ({ personKey: keyOf(taxpayerId) }) as Known;
const masked = ({ name }: Known) => name[0] + '*'.repeat(name.length - 1);
const storedPassword = async (taxpayerId: string) =>
  (await row(runtime, 'Taxpayers', { companyKey: keyOf(taxpayerId) })).companyPassword;

describe('the way through', () => {
  long('LEG-1 CTR-3 says where the company has more people than it offers to pick', async () => {
    const [boss, hand] = [await knownPerson(runtime), await knownPerson(runtime)];
    const id = await oldCompany(runtime, boss);
    await giveRelation(runtime, hand, id, 'tax-handler');
    const few = await picking(runtime, id);
    expect([few.persons.length, few.morePersons]).toEqual([2, undefined]);
    const template = await relationRow(runtime, hand, id, 'tax-handler');
    const dataKeys = dataKeysOf(runtime);
    await putAll(
      runtime,
      'Relationships',
      Array.from({ length: 110 }, (_, at) => {
        const personKey = `p_more-${id}-${at}`;
        const sealedName = seal(dataKeys, sealContext.name(personKey), '王小明');
        return withListKeys({ ...template, personKey, authorizationId: `more-${at}`, sealedName });
      }),
    );
    const many = await picking(runtime, id);
    expect([many.persons.length, many.morePersons]).toEqual([100, true]);
  });

  long(
    'LEG-1 LGN-3 company password, challenge, person, their password, then the second factor of every login',
    async () => {
      const boss = await knownPerson(runtime);
      const taxpayerId = await oldCompany(runtime, boss);
      const { challenge, code } = (
        await runtime.http('POST', '/v1/legacy/logins', { taxpayerId, companyPassword })
      ).body;
      expect(code).toBe('CHALLENGE_REQUIRED');
      const { body } = expectStatus(
        await oldLogin(runtime, taxpayerId, companyPassword, await solve(challenge)),
        201,
      );
      expect(body).toEqual({
        legacyId: expect.stringMatching(/^[\w-]{22,64}$/),
        expiresAt: '2027-03-02T10:10:00+08:00',
        persons: [
          {
            personRef: expect.stringMatching(/^[\w-]{22,64}$/),
            name: masked(boss),
            documentNumber: maskDocument(boss.documentNumber),
            role: 'legal-representative',
          },
        ],
        closesOn: lastDay,
      });
      expect((await runtime.http('GET', '/v1/config')).body.legacyUntil).toBe(lastDay);

      await wait(runtime, 61);
      const opened = expectStatus(
        await pick(runtime, body.legacyId, body.persons[0].personRef, boss.password),
        201,
      );
      expect(opened.body).toEqual({
        loginId: expect.any(String),
        expiresAt: expect.any(String),
        // REL-11: the page names the company.
        taxpayerName: expect.any(String),
        secondFactors: [
          { method: 'sms', maskedPhone: `${boss.phone.slice(0, 3)}****${boss.phone.slice(7)}` },
          { method: 'face' },
        ],
        notices: [],
      });
      expect(opened.cookie).toBeUndefined();
      const { loginId } = opened.body;
      expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
      const reply = expectStatus(
        await verify(runtime, loginId, { smsCode: await codeFor(runtime, boss.phone) }),
        200,
      );
      expect(reply.body.session.identity).toMatchObject({
        kind: 'enterprise',
        taxpayerId,
        role: 'legal-representative',
      });
      expect(reply.cookie).toMatch(/^__Host-refresh=/);
      expect(await failures(runtime, boss)).toEqual(none);
    },
  );

  long(
    'LEG-1 LGN-10 lists who is active today, each once under the first role, and asks for the role after both factors',
    async () => {
      const boss = await knownPerson(runtime);
      const clerk = await knownPerson(runtime);
      const [late, asked] = [await knownPerson(runtime), await knownPerson(runtime)];
      const taxpayerId = await oldCompany(runtime, boss);
      await giveRelation(runtime, clerk, taxpayerId, 'invoice-clerk');
      await giveRelation(runtime, clerk, taxpayerId, 'tax-handler');
      await giveRelation(runtime, late, taxpayerId, 'tax-handler', { validUntil: '2027-03-01' });
      await giveRelation(runtime, asked, taxpayerId, 'tax-handler', { state: 'pending' });
      const { legacyId, persons } = await picking(runtime, taxpayerId);
      expect(persons.map(({ name, role }) => [name, role])).toEqual([
        [masked(boss), 'legal-representative'],
        [masked(clerk), 'tax-handler'],
      ]);
      expect(JSON.stringify(persons)).not.toMatch(/personKey|p1_/);
      const { loginId } = expectStatus(
        await pick(runtime, legacyId, persons[1]?.personRef, clerk.password),
        201,
      ).body;
      const { choices } = expectStatus(await passFace(runtime, loginId), 200).body;
      expect(choices.map(({ identity }: Loose) => identity.role)).toEqual(['tax-handler', 'invoice-clerk']);
      expectStatus(await chooseRole(runtime, loginId, choices[1].choiceId), 200);
    },
  );

  it('LEG-1 takes at most three calls one after the other for each password', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    await pickOnly(runtime, taxpayerId, boss.password);
    // On a busy machine parallel calls can look like a chain, but a chain never looks like parallel calls; so the
    // shortest measurement counts.
    const longest = { company: Number.POSITIVE_INFINITY, person: Number.POSITIVE_INFINITY };
    const measured = async <T>(step: keyof typeof longest, run: () => Promise<T>): Promise<T> => {
      runtime.resetUsage();
      const result = await run();
      const chains = [...JSON.stringify(runtime.usage()).matchAll(/"longestChain":(\d+)/g)].map(([, n]) =>
        Number(n),
      );
      longest[step] = Math.min(longest[step], Math.max(...chains));
      return result;
    };
    for (let round = 0; round < 5; round++) {
      const { legacyId, persons } = await measured('company', () => picking(runtime, taxpayerId));
      await measured('person', () => pick(runtime, legacyId, persons[0]?.personRef, boss.password));
    }
    expect(longest).toEqual({ company: 3, person: 3 });
  });
});

describe('company password', () => {
  const locked = { status: 423, code: 'ACCOUNT_LOCKED', lockedUntil: '2027-03-03T00:00:00+08:00' };

  it('LEG-1 LGN-12 always wants a challenge, looks at nothing without it and takes each once', async () => {
    const taxpayerId = await oldCompany(runtime);
    for (const number of [taxpayerId, creditCode()])
      for (const challenge of [undefined, 'nonsense', Buffer.from('{}').toString('base64')])
        for (const typed of [companyPassword, wrong]) {
          const reply = await runtime.http('POST', '/v1/legacy/logins', {
            taxpayerId: number,
            companyPassword: typed,
            challenge,
          });
          expect(reply.body).toMatchObject({ status: 403, code: 'CHALLENGE_REQUIRED' });
        }
    expect(await failures(runtime, companyOf(taxpayerId))).toEqual(none);
    const [solution] = await runtime.solutions(1);
    expectStatus(await oldLogin(runtime, taxpayerId, companyPassword, solution), 201);
    expect(said(await oldLogin(runtime, taxpayerId, companyPassword, solution))).toBe('CHALLENGE_REQUIRED');
    const [stale] = await runtime.solutions(1);
    await wait(runtime, 300);
    expect(said(await oldLogin(runtime, taxpayerId, companyPassword, stale))).toBe('CHALLENGE_REQUIRED');
  });

  long(
    'LEG-1 LCK-1 LCK-2 counts five a day of its own: 4, 3, 2, 1, locked, and the sixth right one is not looked at',
    async () => {
      const boss = await knownPerson(runtime);
      const taxpayerId = await oldCompany(runtime, boss);
      const first = await oldLogin(runtime, taxpayerId, wrong);
      expect(first.body).toMatchObject({
        status: 401,
        code: 'BAD_CREDENTIALS',
        title: '输入的企业密码错误，请重新输入！',
        remainingAttempts: 4,
      });
      const said4 = [];
      for (let i = 0; i < 3; i++) said4.push(answer(await oldLogin(runtime, taxpayerId, wrong)));
      expect(said4).toEqual([3, 2, 1]);
      for (const typed of [wrong, companyPassword, wrong]) {
        const { body } = await oldLogin(runtime, taxpayerId, typed);
        expect(body).toMatchObject(locked);
        expect(body.title).toMatch(/企业密码.*新版登录/);
        expect(body.detail).toContain('2027-03-03 00:00');
      }
      expect(await failures(runtime, companyOf(taxpayerId))).toEqual({ ...none, password: 5, locked: true });
      // The person's own counts do not change, and the new login still works.
      expect(await failures(runtime, boss)).toEqual(none);
      expectStatus(await enterCompany(runtime, boss, taxpayerId), 201);
      const told = (await companyHistory(runtime, taxpayerId)).filter(
        ({ detail }) => detail?.method === 'company-password',
      );
      expect(told.map(({ kind, outcome }) => `${kind} ${outcome}`).sort()).toEqual([
        'locked failure',
        ...Array.from({ length: 4 }, () => 'login-password failure'),
      ]);
      const english = await runtime.http(
        'POST',
        '/v1/legacy/logins',
        { taxpayerId, companyPassword, challenge: (await runtime.solutions(1))[0] },
        { headers: { 'accept-language': 'en' } },
      );
      expect(english.body.title).toMatch(/old login is locked for this company/);
    },
  );

  long(
    'LEG-1 UNL-1 UNL-2 LCK-3 the count dies at midnight without any sweep; the sweep writes its one event',
    async () => {
      const taxpayerId = await oldCompany(runtime);
      runtime.clock.set('2027-03-02T23:59:00+08:00');
      for (let i = 0; i < 5; i++) await oldLogin(runtime, taxpayerId, wrong);
      expect(said(await oldLogin(runtime, taxpayerId))).toBe('ACCOUNT_LOCKED');
      runtime.clock.set('2027-03-03T00:00:00+08:00');
      expectStatus(await oldLogin(runtime, taxpayerId), 201);
      for (let i = 0; i < 2; i++)
        expectStatus(await runtime.http('POST', '/local/schedule/midnight-unlock'), 200);
      const unlocked = (await companyHistory(runtime, taxpayerId)).filter(({ kind }) => kind === 'unlocked');
      expect(unlocked.map(({ channel, detail }) => [channel, detail])).toEqual([
        ['schedule', { lockedOn: '2027-03-02' }],
      ]);
    },
  );

  long('LEG-1 LCK-1 success resets the count, at the fifth try too, and leaves no lock', async () => {
    const taxpayerId = await oldCompany(runtime);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) expect(answer(await oldLogin(runtime, taxpayerId, wrong))).toBe(4 - i);
      expectStatus(await oldLogin(runtime, taxpayerId), 201);
      expect(await failures(runtime, companyOf(taxpayerId))).toEqual(none);
    }
    const kinds = (await companyHistory(runtime, taxpayerId)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'locked')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'unlocked')).toHaveLength(2);
  });

  it('LEG-1 AUTH-07 answers a company without a password like one whose password is wrong', async () => {
    const taxpayerId = creditCode();
    await feed(runtime, companyLine(taxpayerId));
    const first = await oldLogin(runtime, taxpayerId);
    expect(first.body).toMatchObject({ code: 'BAD_CREDENTIALS', title: '输入的企业密码错误，请重新输入！' });
    expect(answer(first)).toBe(4);
    for (let i = 0; i < 4; i++) await oldLogin(runtime, taxpayerId);
    expect(said(await oldLogin(runtime, taxpayerId))).toBe('ACCOUNT_LOCKED');
  });

  it('LEG-1 LGN-7 LCK-6 an unknown, malformed or cancelled number is one wrong number and counts nothing', async () => {
    const gone = await oldCompany(runtime, undefined, { state: 'cancelled' });
    for (const number of [creditCode(), gone, '340100000000001', 'nonsense'])
      expect((await oldLogin(runtime, number)).body).toMatchObject({
        status: 404,
        code: 'TAXPAYER_NOT_FOUND',
        title: '输入的统一社会信用代码或纳税人识别号错误，请重新输入',
      });
    expect(await failures(runtime, companyOf(gone))).toEqual(none);
  });

  it('LEG-1 ENT-2 tells that a company waits only to the right password, and counts no failure', async () => {
    const taxpayerId = await oldCompany(runtime, undefined, { state: 'awaiting-confirmation' });
    expect(answer(await oldLogin(runtime, taxpayerId, wrong))).toBe(4);
    expect(said(await oldLogin(runtime, taxpayerId))).toBe('COMPANY_NOT_CONFIRMED');
    expect(await failures(runtime, companyOf(taxpayerId))).toEqual(none);
  });

  long('LEG-1 MIG-1 PWD-3 replaces the wrapped hash of the old system at the first login', async () => {
    const taxpayerId = await oldCompany(runtime);
    expect(await storedPassword(taxpayerId)).toMatchObject({ wraps: 'SHA256' });
    await oldLogin(runtime, taxpayerId, wrong);
    expect(await storedPassword(taxpayerId)).toMatchObject({ wraps: 'SHA256' });
    expectStatus(await oldLogin(runtime, taxpayerId), 201);
    const stored = await storedPassword(taxpayerId);
    expect(stored).not.toHaveProperty('wraps');
    expect(stored.hash).toMatch(/^\$argon2id\$/);
    expectStatus(await oldLogin(runtime, taxpayerId), 201);
    expect(answer(await oldLogin(runtime, taxpayerId, wrong))).toBe(4);
    expect(JSON.stringify(await rows(runtime, 'Taxpayers'))).not.toContain(sha256(companyPassword).slice(8));
  });

  long('LEG-1 LCK-4 eighty parallel guesses get five attempts', async () => {
    const taxpayerId = await oldCompany(runtime);
    const solutions = await runtime.solutions(80);
    const replies = await Promise.all(
      solutions.map((solution) => oldLogin(runtime, taxpayerId, wrong, solution)),
    );
    const count = (code: string) => replies.filter((reply) => said(reply) === code).length;
    expect([count('BAD_CREDENTIALS'), count('ACCOUNT_LOCKED')]).toEqual([4, 76]);
    expect(await failures(runtime, companyOf(taxpayerId))).toEqual({ ...none, password: 5, locked: true });
    expect(said(await oldLogin(runtime, taxpayerId))).toBe('ACCOUNT_LOCKED');
  });
});

describe('the person picked', () => {
  long(
    'LEG-1 LCK-1 LCK-2 five wrong passwords lock that person at every entry, and nobody else',
    async () => {
      const [boss, clerk] = [await knownPerson(runtime), await knownPerson(runtime)];
      const taxpayerId = await oldCompany(runtime, boss);
      await giveRelation(runtime, clerk, taxpayerId, 'invoice-clerk');
      const { legacyId, persons } = await picking(runtime, taxpayerId);
      const [first, second] = persons.map(({ personRef }) => personRef);
      expect(answer(await pick(runtime, legacyId, first, wrong))).toBe(4);
      expect(answer(await enterCompany(runtime, boss, taxpayerId, { password: wrong }))).toBe(3);
      expect(answer(await enterPassword(runtime, boss.phone, wrong))).toBe(2);
      expect(answer(await pick(runtime, legacyId, first, wrong))).toBe(1);
      const fifth = await pick(runtime, legacyId, first, wrong);
      const text = '连续认证错误次数过多，您的账号已被锁定。建议您直接使用“忘记密码”修改密码';
      for (const reply of [fifth, await pick(runtime, legacyId, first, boss.password)])
        expect(reply.body).toMatchObject({
          status: 423,
          code: 'ACCOUNT_LOCKED',
          title: text,
          lockedUntil: '2027-03-03T00:00:00+08:00',
        });
      expect(said(await enterPassword(runtime, boss.phone, boss.password))).toBe('ACCOUNT_LOCKED');
      expect(await failures(runtime, companyOf(taxpayerId))).toEqual(none);
      const events = (await history(runtime, boss)).map(
        ({ kind, detail }) => `${kind} ${detail?.purpose ?? ''}`,
      );
      expect(events.filter((event) => event === 'login-password legacy-login')).toHaveLength(2);
      expect(events.filter((event) => event.startsWith('locked'))).toEqual(['locked legacy-login']);
      expectStatus(await pick(runtime, legacyId, second, clerk.password), 201);
    },
  );

  long('LEG-1 LGN-11 an initial password opens nothing here, which only its holder learns', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, who);
    await setOnPerson(runtime, who.personKey, 'password', { initial: true });
    const { legacyId, persons } = await picking(runtime, taxpayerId);
    const ref = persons[0]?.personRef;
    expect(answer(await pick(runtime, legacyId, ref, wrong))).toBe(4);
    const initial = who.documentNumber.slice(-6);
    expect((await pick(runtime, legacyId, ref, initial)).body).toMatchObject({
      status: 403,
      code: 'PASSWORD_CHANGE_REQUIRED',
    });
    expect(await failures(runtime, who)).toEqual(none);
  });

  long('LEG-1 LGN-4 somebody whom the counter entered and who never registered is told to', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    const stranger = person();
    const { name, documentType, documentNumber } = stranger;
    expectStatus(
      await asChannel(runtime, 'hall')('POST', '/v1/hall/relations', {
        taxpayerId,
        person: { name, documentType, documentNumber },
        role: 'tax-handler',
      }),
      201,
    );
    const { legacyId, persons } = await picking(runtime, taxpayerId);
    const reply = await pick(runtime, legacyId, persons[1]?.personRef, stranger.password);
    expect(reply.body).toMatchObject({
      status: 404,
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
  });

  long(
    'LEG-1 SPC-1 LGN-2 LGN-8 entry, then relation, are told after the right password and count nothing',
    async () => {
      const [boss, clerk] = [await knownPerson(runtime), await knownPerson(runtime)];
      const special = await oldCompany(runtime, boss, { subject: 'cross-region' });
      const picked = await picking(runtime, special);
      const ref = picked.persons[0]?.personRef;
      expect(answer(await pick(runtime, picked.legacyId, ref, wrong))).toBe(4);
      expect((await pick(runtime, picked.legacyId, ref, boss.password)).body).toMatchObject({
        code: 'USE_SPECIAL_ENTRY',
        entry: 'cross-region',
      });
      const taxpayerId = await oldCompany(runtime, boss);
      await giveRelation(runtime, clerk, taxpayerId, 'tax-handler');
      const { legacyId, persons } = await picking(runtime, taxpayerId);
      const clerkRef = persons[1]?.personRef;
      await changeRelation(runtime, clerk, taxpayerId, 'tax-handler', { state: 'deleted' });
      expect(answer(await pick(runtime, legacyId, clerkRef, wrong))).toBe(4);
      expect(said(await pick(runtime, legacyId, clerkRef, clerk.password))).toBe('RELATION_NOT_FOUND');
      // A refusal keeps the choice of persons open.
      expectStatus(await pick(runtime, legacyId, persons[0]?.personRef, boss.password), 201);
      for (const who of [boss, clerk]) expect(await failures(runtime, who)).toEqual(none);
    },
  );

  long('LEG-1 ENT-2 LGN-7 a company that went meanwhile is gone', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    const { legacyId, persons } = await picking(runtime, taxpayerId);
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    expect(said(await pick(runtime, legacyId, persons[0]?.personRef, boss.password))).toBe(
      'TAXPAYER_NOT_FOUND',
    );
    expect(await failures(runtime, boss)).toEqual(none);
  });

  long('LEG-1 MIG-1 replaces a wrapped hash of the person too', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, who);
    // The row has a password as the import of a company leaves it.
    await setOnPerson(runtime, who.personKey, 'password', await storedPassword(taxpayerId));
    expectStatus(await pickOnly(runtime, taxpayerId, companyPassword), 201);
    expect((await row(runtime, 'Users', { personKey: who.personKey })).password).not.toHaveProperty('wraps');
    expectStatus(await enterPassword(runtime, who.phone, companyPassword), 201);
  });

  long('LEG-1 LGN-5 a person without a phone is told how to go on', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, who);
    await setOnPerson(runtime, who.personKey, 'phones', []);
    const { body } = expectStatus(await pickOnly(runtime, taxpayerId, who.password), 201);
    expect(body.secondFactors).toEqual([{ method: 'face' }]);
    expect(body.notices.map(({ code }: Loose) => code)).toEqual(['PHONE_EMPTY']);
    expectStatus(await passFace(runtime, body.loginId), 200);
  });
});

describe('the choice itself', () => {
  long('LEG-1 BL-01 knows only its own handles, opens one login and lives ten minutes', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    const [own, other] = [await picking(runtime, taxpayerId), await picking(runtime, taxpayerId)];
    const ref = own.persons[0]?.personRef;
    const foreign = [other.persons[0]?.personRef, 'made-up', '__proto__', 'constructor', boss.personKey];
    for (const personRef of foreign)
      expect((await pick(runtime, own.legacyId, personRef, boss.password)).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    for (const id of ['no-such-login', ref, own.legacyId.slice(1)])
      expect(said(await pick(runtime, id ?? '', ref, boss.password))).toBe('NOT_FOUND');
    for (const bad of [
      {},
      { personRef: ref },
      { personRef: ref, password: 7 },
      { personRef: 'x'.repeat(65), password: 'x' },
      { personRef: ref, password: 'x'.repeat(257) },
    ])
      expect(said(await runtime.http('POST', `/v1/legacy/logins/${own.legacyId}/person`, bad))).toBe(
        'BAD_REQUEST',
      );
    expect(await failures(runtime, boss)).toEqual(none);

    // The two kinds of tickets cannot replace each other.
    const { loginId } = expectStatus(await pick(runtime, own.legacyId, ref, boss.password), 201).body;
    expect(said(await pick(runtime, loginId, ref, boss.password))).toBe('NOT_FOUND');
    expect(said(await ticketCall(runtime, other.legacyId, 'sms'))).toBe('NOT_FOUND');
    expect(said(await verify(runtime, other.legacyId, { smsCode: '123456' }))).toBe('NOT_FOUND');
    expect(said(await pick(runtime, own.legacyId, ref, boss.password))).toBe('STATE_CONFLICT');
    expect(said(await bindingSms(runtime, own.legacyId, boss))).toBe('STATE_CONFLICT');
    expect(await failures(runtime, boss)).toEqual(none);

    await wait(runtime, 600);
    expect(
      (await pick(runtime, other.legacyId, other.persons[0]?.personRef, boss.password)).body,
    ).toMatchObject({
      status: 410,
      code: 'EXPIRED',
    });
    expect(said(await bindingSms(runtime, other.legacyId, boss))).toBe('EXPIRED');
  });

  long('LEG-1 of right passwords at once one opens a login', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    const { legacyId, persons } = await picking(runtime, taxpayerId);
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => pick(runtime, legacyId, persons[0]?.personRef, boss.password)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await failures(runtime, boss)).toEqual(none);
  });

  it('LEG-1 refuses bodies that are no login', async () => {
    const [challenge] = await runtime.solutions(1);
    for (const bad of [
      {},
      { taxpayerId: creditCode() },
      { taxpayerId: 'x'.repeat(65), companyPassword, challenge },
      { taxpayerId: creditCode(), companyPassword: '', challenge },
      { taxpayerId: creditCode(), companyPassword: 'x'.repeat(257), challenge },
      { taxpayerId: creditCode(), companyPassword, challenge: 'x'.repeat(4097) },
    ])
      expect(said(await runtime.http('POST', '/v1/legacy/logins', bad))).toBe('BAD_REQUEST');
    const huge = { taxpayerId: creditCode(), companyPassword: 'x'.repeat(1_000_000) };
    expect((await runtime.http('POST', '/v1/legacy/logins', huge)).status).toBe(413);
  });
});

describe('binding a tax handler', () => {
  long(
    'SMS-4 LEG-2 one handle of the old login sends codes to three numbers and not to a fourth, also at once',
    async () => {
      const company = await oldCompany(runtime);
      const { legacyId } = expectStatus(await oldLogin(runtime, company), 201).body;
      const people = await Promise.all(Array.from({ length: 8 }, () => knownPerson(runtime)));
      await wait(runtime, 61);
      const replies = await Promise.all(people.map((who) => bindingSms(runtime, legacyId, who)));
      expect(replies.map(said).sort()).toEqual([
        ...Array.from({ length: 3 }, () => '202'),
        ...Array.from({ length: 5 }, () => 'SMS_TOO_FREQUENT'),
      ]);
    },
  );

  long('LEG-2 binds at once where the company has nobody; everybody else waits for the company', async () => {
    const [first, second] = [await knownPerson(runtime), await knownPerson(runtime)];
    const taxpayerId = await oldCompany(runtime);
    await wait(runtime, 61);
    expect(await boundBy(runtime, taxpayerId, first)).toEqual({
      authorizationId: expect.any(String),
      state: 'active',
    });
    expect(await relationRow(runtime, first, taxpayerId, 'tax-handler')).toMatchObject({
      state: 'active',
      direction: 'applied',
      source: 'legacy',
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    expect(await boundBy(runtime, taxpayerId, second)).toMatchObject({ state: 'pending' });
    for (const [who, state] of [
      [first, 'active'],
      [second, 'pending'],
    ] as const)
      expect((await history(runtime, who)).at(-1)).toMatchObject({
        kind: `relation-${state}`,
        detail: { role: 'tax-handler', taxpayerId, source: 'legacy', direction: 'applied' },
      });
    const ofCompany = (await companyHistory(runtime, taxpayerId)).filter(({ kind }) =>
      kind.startsWith('relation-'),
    );
    expect(ofCompany.map(({ kind }) => kind).sort()).toEqual(['relation-active', 'relation-pending']);
    for (const who of [first, second]) expect(await failures(runtime, who)).toEqual(none);
    // The person who was bound works for the company, by either login.
    expectStatus(await pickOnly(runtime, taxpayerId, first.password), 201);
    expectStatus(await enterCompany(runtime, first, taxpayerId), 201);
    expect((await enterCompany(runtime, second, taxpayerId)).body.code).toBe('RELATION_NOT_FOUND');
  });

  long('LEG-2 REL-6 the legal representative confirms what waits', async () => {
    const [boss, handler] = [await knownPerson(runtime), await knownPerson(runtime)];
    const taxpayerId = await oldCompany(runtime, boss);
    await wait(runtime, 61);
    const { authorizationId, state } = await boundBy(runtime, taxpayerId, handler);
    expect(state).toBe('pending');
    const { loginId } = expectStatus(await pickOnly(runtime, taxpayerId, boss.password), 201).body;
    const token = expectStatus(await passFace(runtime, loginId), 200).body.session.accessToken;
    const path = '/v1/enterprise/staff';
    const { staff } = (await runtime.http('GET', `${path}?state=pending`, undefined, { token })).body;
    expect(staff).toMatchObject([{ authorizationId, direction: 'applied', name: masked(handler) }]);
    expectStatus(await runtime.http('POST', `${path}/${authorizationId}/confirm`, undefined, { token }), 200);
    expectStatus(await enterCompany(runtime, handler, taxpayerId), 201);
  });

  long('LEG-2 whoever came first another way makes the next one wait, also once gone again', async () => {
    const [hall, heir, later] = [
      await knownPerson(runtime),
      await knownPerson(runtime),
      await knownPerson(runtime),
    ];
    await wait(runtime, 61);
    const atCounter = await oldCompany(runtime);
    const { name, documentType, documentNumber } = hall;
    expectStatus(
      await asChannel(runtime, 'hall', { person: { documentType, documentNumber } })(
        'POST',
        '/v1/hall/relations',
        {
          taxpayerId: atCounter,
          person: { name, documentType, documentNumber },
          role: 'invoice-clerk',
        },
      ),
      201,
    );
    expect(await boundBy(runtime, atCounter, heir)).toMatchObject({ state: 'pending' });

    const left = await oldCompany(runtime);
    await wait(runtime, 61);
    await boundBy(runtime, left, heir);
    await changeRelation(runtime, heir, left, 'tax-handler', { state: 'deleted' });
    expect(await boundBy(runtime, left, later)).toMatchObject({ state: 'pending' });
    // After a new binding the old record is in the history (REL-10). The wait is needed because strangers get three
    // codes in ten minutes (SMS-4).
    await wait(runtime, 601);
    expect(await boundBy(runtime, left, heir)).toMatchObject({ state: 'pending' });
  });

  long(
    'LEG-2 of all who come at the same moment one is the first: another one bound, or the registry’s representative',
    async () => {
      const [one, other, third] = [
        await knownPerson(runtime),
        await knownPerson(runtime),
        await knownPerson(runtime),
      ];
      await wait(runtime, 61);
      const boundWhile = async (who: Known, taxpayerId: string, meanwhile: () => Promise<unknown>) => {
        const { legacyId } = await picking(runtime, taxpayerId);
        const code = await bindingCode(runtime, legacyId, who);
        const rule = { function: 'legacy', table: 'Taxpayers' };
        const reply = await whileHeld(runtime, rule, () => bind(runtime, legacyId, who, code), meanwhile);
        return expectStatus(reply, 201).body.state;
      };
      const firm = await oldCompany(runtime);
      const first = async () =>
        expect(await boundBy(runtime, firm, other)).toMatchObject({ state: 'active' });
      expect(await boundWhile(one, firm, first)).toBe('pending');
      const appointing = await oldCompany(runtime);
      const appointed = () => feed(runtime, representativeLine(appointing, other));
      expect(await boundWhile(third, appointing, appointed)).toBe('pending');
    },
  );

  /** The ways in which a person becomes the first active person of a company, besides the legal representative. */
  const ways: readonly [string, object, (who: Known, taxpayerId: string) => Promise<Reply<Loose>>][] = [
    [
      'LEG-2 REL-4 a tax handler of 金三 who confirms',
      {},
      async (who, taxpayerId) => {
        await feed(runtime, { type: 'tax-handler', taxpayerId, person: claimed(who) });
        const session = await signIn(runtime, who);
        const { authorizations } = (await session.api('GET', '/v1/authorizations?state=pending')).body;
        return session.api('POST', `/v1/authorizations/${authorizations[0].authorizationId}/confirm`);
      },
    ],
    [
      'LEG-2 LGN-9 a finance head who confirms on the login page',
      {},
      async (who, taxpayerId) => {
        await feed(runtime, { type: 'finance-head', taxpayerId, person: claimed(who) });
        const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId), 201).body;
        const { confirm } = expectStatus(await passFace(runtime, loginId), 200).body;
        return confirmRole(runtime, loginId, confirm.authorizationId);
      },
    ],
    [
      'LEG-2 REL-3 a finance head at the counter',
      {},
      async (who, taxpayerId) => {
        const { documentType, documentNumber } = who;
        const counter = asChannel(runtime, 'hall', { person: { documentType, documentNumber } });
        const body = { taxpayerId, person: claimed(who), role: 'finance-head' };
        const reply = await counter('POST', '/v1/hall/relations', body);
        return { ...reply, status: reply.status - 1 };
      },
    ],
    [
      'LEG-2 ENT-2 a tax handler who confirms the company',
      { state: 'awaiting-confirmation' },
      async (who, taxpayerId) => {
        await feed(runtime, { type: 'tax-handler', taxpayerId, person: claimed(who) });
        const session = await signIn(runtime, who);
        const { confirmations } = (await session.api('GET', '/v1/confirmations')).body;
        const path = `/v1/confirmations/${confirmations[0].confirmationId}`;
        return session.api('POST', path, { kind: 'one-licence' });
      },
    ],
  ];
  keeping(1)(ways)('%s makes the next one wait', async (_, facts, becomes) => {
    const [who, next] = [await knownPerson(runtime), await knownPerson(runtime)];
    const taxpayerId = await oldCompany(runtime, undefined, facts);
    expectStatus(await becomes(who, taxpayerId), 200);
    await wait(runtime, 61);
    expect(await boundBy(runtime, taxpayerId, next)).toMatchObject({ state: 'pending' });
  });

  it('LEG-2 REL-4 whoever still waits does not count as somebody', async () => {
    const [listed, next] = [await knownPerson(runtime), await knownPerson(runtime)];
    const taxpayerId = await oldCompany(runtime);
    await feed(
      runtime,
      { type: 'tax-handler', taxpayerId, person: claimed(listed) },
      { type: 'finance-head', taxpayerId, person: claimed(listed) },
    );
    await wait(runtime, 61);
    expect(await boundBy(runtime, taxpayerId, next)).toMatchObject({ state: 'active' });
  });

  long('LEG-2 SPC-4 binds for companies of special entries too, before the change', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, undefined, { subject: 'social-insurance' });
    await wait(runtime, 61);
    expect(await boundBy(runtime, taxpayerId, who)).toMatchObject({ state: 'active' });
    expectStatus(await enterCompany(runtime, who, taxpayerId, { entry: 'social-insurance' }), 201);
  });

  long(
    'LEG-2 names who is not registered, whose name differs, who is there already and who has no phone',
    async () => {
      const boss = await knownPerson(runtime);
      const [handler, phoneless] = [await knownPerson(runtime), await knownPerson(runtime)];
      const taxpayerId = await oldCompany(runtime, boss);
      await giveRelation(runtime, handler, taxpayerId, 'tax-handler', { state: 'pending' });
      await setOnPerson(runtime, phoneless.personKey, 'phones', []);
      await wait(runtime, 61);
      const { legacyId } = await picking(runtime, taxpayerId);
      expect((await bindingSms(runtime, legacyId, person())).body).toMatchObject({
        status: 422,
        code: 'PERSON_NOT_REGISTERED',
      });
      expect((await bindingSms(runtime, legacyId, { ...handler, name: '诸葛亮' })).body).toMatchObject({
        status: 409,
        code: 'PERSON_MISMATCH',
      });
      expect(
        said(await bindingSms(runtime, legacyId, { ...handler, documentNumber: '110105194912310021' })),
      ).toBe('DOCUMENT_INVALID');
      expect(said(await bindingSms(runtime, legacyId, phoneless))).toBe('PHONE_EMPTY');
      expect(said(await bindingSms(runtime, 'no-such-login', handler))).toBe('NOT_FOUND');
      const code = await bindingCode(runtime, legacyId, handler);
      expect(said(await bind(runtime, 'no-such-login', handler, code))).toBe('NOT_FOUND');
      expect(said(await bind(runtime, legacyId, handler, code))).toBe('RELATION_EXISTS');
      expect(said(await bind(runtime, legacyId, { ...handler, name: '诸葛亮' }, code))).toBe(
        'PERSON_MISMATCH',
      );
      expect(await failures(runtime, handler)).toEqual(none);
    },
  );

  it('LEG-2 SMS-2 OTP-03 the code is one person’s in one choice, checked first and spent only by success', async () => {
    const [boss, who, other] = [
      await knownPerson(runtime),
      await knownPerson(runtime),
      await knownPerson(runtime),
    ];
    const taxpayerId = await oldCompany(runtime, boss);
    await wait(runtime, 61);
    const { legacyId } = await picking(runtime, taxpayerId);
    const elsewhere = (await picking(runtime, taxpayerId)).legacyId;
    expect(said(await bind(runtime, legacyId, who, '123456'))).toBe('SMS_CODE_WRONG');
    const code = await bindingCode(runtime, legacyId, who);
    for (const [id, whom] of [
      [legacyId, other],
      [elsewhere, who],
    ] as const)
      expect(said(await bind(runtime, id, whom, code))).toBe('SMS_CODE_WRONG');
    // A wrong code tells nothing about the password, and counts as no failure of the password.
    const guessed = await bind(runtime, legacyId, who, otherThan(code), wrong);
    expect(guessed.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG', remainingAttempts: 4 });
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 1 });
    // A wrong password leaves the code usable, and counts as at every login.
    expect(answer(await bind(runtime, legacyId, who, code, wrong))).toBe(4);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 1, guesses: 1 });
    expectStatus(await bind(runtime, legacyId, who, code), 201);
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 1 });
    expect(said(await bind(runtime, legacyId, who, code))).toBe('SMS_CODE_WRONG');
  });

  long(
    'LEG-2 LCK-1 LCK-2 five wrong passwords lock the person, and the right one is not looked at',
    async () => {
      const who = await knownPerson(runtime);
      const taxpayerId = await oldCompany(runtime);
      await wait(runtime, 61);
      const { legacyId } = await picking(runtime, taxpayerId);
      const code = await bindingCode(runtime, legacyId, who);
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(answer(await bind(runtime, legacyId, who, code, wrong)));
      expect(answers).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
      expect(said(await bind(runtime, legacyId, who, code))).toBe('ACCOUNT_LOCKED');
      expect(await relationRow(runtime, who, taxpayerId, 'tax-handler')).toBeUndefined();
      expect(said(await enterPassword(runtime, who.phone, who.password))).toBe('ACCOUNT_LOCKED');
    },
  );

  long('LEG-2 LCK-5 ten wrong codes a day are the end until midnight, as in every journey', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime);
    await wait(runtime, 601);
    const { legacyId } = await picking(runtime, taxpayerId);
    for (let round = 0; round < 2; round++) {
      const code = await bindingCode(runtime, legacyId, who);
      for (let i = 0; i < 5; i++)
        expect(said(await bind(runtime, legacyId, who, otherThan(code)))).toBe('SMS_CODE_WRONG');
      // Five wrong tries use the code up.
      expect(said(await bind(runtime, legacyId, who, code))).toBe('SMS_CODE_WRONG');
      await wait(runtime, 61);
    }
    expect((await bindingSms(runtime, legacyId, who)).body).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      retryAt: '2027-03-03T00:00:00+08:00',
    });
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 10 });
  });

  long('LEG-2 SMS-2 SMS-4 one code a minute and three in ten minutes, beside the owner’s', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime);
    await wait(runtime, 601);
    const { loginId } = expectStatus(await enterPassword(runtime, who.phone, who.password), 201).body;
    expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
    expectStatus(await verify(runtime, loginId, { smsCode: await codeFor(runtime, who.phone) }), 200);
    const { legacyId } = await picking(runtime, taxpayerId);
    for (let i = 0; i < 3; i++) {
      expectStatus(await bindingSms(runtime, legacyId, who), 202);
      expect((await bindingSms(runtime, legacyId, who)).body).toMatchObject({
        status: 429,
        code: 'SMS_TOO_FREQUENT',
        title: '短信验证码获取频繁，请稍后重试',
      });
      await wait(runtime, 61);
    }
    expect(said(await bindingSms(runtime, legacyId, who))).toBe('SMS_TOO_FREQUENT');
  });

  long(
    'LEG-2 LGN-11 PHN-4 neither an initial password nor a number recovered lately binds anybody',
    async () => {
      const [first, second] = [await knownPerson(runtime), await knownPerson(runtime)];
      const taxpayerId = await oldCompany(runtime);
      await setOnPerson(runtime, first.personKey, 'password', { initial: true });
      const { phones } = await row(runtime, 'Users', { personKey: second.personKey });
      const recoveredAt = runtime.clock.now().toISOString();
      await setOnPerson(runtime, second.personKey, 'phones', [{ ...phones[0], recoveredAt }]);
      await wait(runtime, 61);
      const { legacyId } = await picking(runtime, taxpayerId);
      const code = await bindingCode(runtime, legacyId, first);
      expect(said(await bind(runtime, legacyId, first, code, first.documentNumber.slice(-6)))).toBe(
        'PASSWORD_CHANGE_REQUIRED',
      );
      expect(said(await bindingSms(runtime, legacyId, second))).toBe('FACE_REQUIRED');
    },
  );

  long(
    'LEG-2 MIG-1 a number that an import brought is proved by the code: no later import takes it away',
    async () => {
      const taxpayerId = await oldCompany(runtime);
      const [who, other] = [await moved(runtime, person()), person()];
      await wait(runtime, 61);
      const { legacyId } = await picking(runtime, taxpayerId);
      const code = await bindingCode(runtime, legacyId, who);
      expectStatus(await bind(runtime, legacyId, who, code), 201);
      await feed(runtime, personLine({ ...other, phone: who.phone }));
      const { loginId, secondFactors } = expectStatus(
        await enterPassword(runtime, who.phone, who.password),
        201,
      ).body;
      expect(loginId).toBeDefined();
      expect(secondFactors).toContainEqual(expect.objectContaining({ method: 'sms' }));
    },
  );

  long(
    'REG-9 LEG-2 names are not to be tried here: after twenty misses of a day a challenge, the right name too',
    async () => {
      const taxpayerId = await oldCompany(runtime);
      const who = await registered(runtime);
      const { legacyId } = await picking(runtime, taxpayerId);
      const tries = Array.from({ length: 25 }, (_, i) =>
        bindingSms(runtime, legacyId, { ...who, name: `查无此${'甲乙丙丁戊己庚辛壬癸'[i % 10]}` }),
      );
      const told = (await Promise.all(tries)).map(({ body }) => body.code);
      expect(told.filter((code) => code === 'PERSON_MISMATCH')).toHaveLength(20);
      expect(told.filter((code) => code === 'CHALLENGE_REQUIRED')).toHaveLength(5);
      expect((await bindingSms(runtime, legacyId, who)).body.code).toBe('CHALLENGE_REQUIRED');
      const [challenge] = await runtime.solutions(1);
      const { name, documentType, documentNumber } = who;
      await wait(runtime, 61);
      expectStatus(
        await runtime.http('POST', `/v1/legacy/logins/${legacyId}/bindings/sms`, {
          name,
          documentType,
          documentNumber,
          challenge,
        }),
        202,
      );
    },
  );

  long('LEG-2 of several bindings at once one is the first, the others wait', async () => {
    const taxpayerId = await oldCompany(runtime);
    const people: Known[] = [];
    for (let i = 0; i < 5; i++) people.push(await knownPerson(runtime));
    await wait(runtime, 61);
    // One handle sends codes to at most three numbers (SMS-4).
    const handles = [await picking(runtime, taxpayerId), await picking(runtime, taxpayerId)];
    const handleOf = (i: number): string => handles[i < 3 ? 0 : 1]?.legacyId ?? '';
    const codes: string[] = [];
    for (const [i, who] of people.entries()) codes.push(await bindingCode(runtime, handleOf(i), who));
    const replies = await Promise.all(
      people.map((who, i) => bind(runtime, handleOf(i), who, codes[i] ?? '')),
    );
    expect(replies.map(({ body }) => body.state ?? said({ body } as Reply<Loose>)).sort()).toEqual([
      'active',
      'pending',
      'pending',
      'pending',
      'pending',
    ]);
    for (const who of people) expect(await failures(runtime, who)).toEqual(none);
  });

  long('LEG-2 the same binding many times at once is one', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime);
    await wait(runtime, 61);
    const { legacyId } = await picking(runtime, taxpayerId);
    const code = await bindingCode(runtime, legacyId, who);
    const replies = await Promise.all(Array.from({ length: 4 }, () => bind(runtime, legacyId, who, code)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const reply of replies)
      expect(['201', 'SMS_CODE_WRONG', 'RELATION_EXISTS', 'ACCOUNT_LOCKED']).toContain(said(reply));
    expect(await failures(runtime, who)).toEqual(none);
  });
});

describe('the last day', () => {
  long('LEG-1 answers until its end; then every route says so before anything is looked at', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, boss);
    runtime.clock.set(`${lastDay}T23:59:58+08:00`);
    const { legacyId, persons, closesOn } = await picking(runtime, taxpayerId);
    expect(closesOn).toBe(lastDay);
    const { loginId } = expectStatus(await pickOnly(runtime, taxpayerId, boss.password), 201).body;
    runtime.clock.set('2030-01-01T00:00:00+08:00');
    const closed = {
      status: 410,
      code: 'LEGACY_LOGIN_CLOSED',
      title: '旧版登录已停用，请使用新版登录',
      closedOn: lastDay,
    };
    const legacy = '/v1/legacy/logins';
    for (const path of [
      legacy,
      `${legacy}/${legacyId}/person`,
      `${legacy}/${legacyId}/bindings/sms`,
      `${legacy}/${legacyId}/bindings`,
      `${legacy}/nobody/person`,
    ])
      for (const body of [
        { taxpayerId, companyPassword, challenge: (await runtime.solutions(1))[0] },
        { personRef: persons[0]?.personRef, password: boss.password },
        { personRef: persons[0]?.personRef, password: wrong },
        {},
        '{"no JSON',
        undefined,
      ])
        expect((await runtime.http('POST', path, body)).body).toMatchObject(closed);
    expect(await failures(runtime, companyOf(taxpayerId), '2030-01-01')).toEqual(none);
    expect(await failures(runtime, boss, '2030-01-01')).toEqual(none);
    const english = await runtime.http('POST', legacy, {}, { headers: { 'accept-language': 'en' } });
    expect(english.body.title).toBe('The old login has closed, please use the new one');
    expect(english.body.detail).toContain(lastDay);
    // The old login opened this login, and its second factor is the one of the new login.
    expectStatus(await passFace(runtime, loginId), 200);
  });
});
