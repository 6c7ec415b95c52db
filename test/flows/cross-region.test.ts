/** @module-tag grants */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { whileHeld } from '../support/held.ts';
import { mobile, person } from '../support/people.ts';
import { codeFor, expectStatus, grantsLeft, loggedInByFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  loginCode,
  none,
  openWatchedRuntime,
  rows,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';
import { leaks } from './support/leaks.ts';
import { expectProblem } from './support/problems.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import {
  bothFactors,
  changeRelation,
  chooseRole,
  enterCompany,
  giveRelation,
  keyOf,
} from './support/relations.ts';
import {
  beforeReports,
  crossRegion,
  handlerOf,
  nobody,
  reportLine,
  reportNumber,
  reportsFor,
  searchReports,
  underReport,
} from './support/reports.ts';

let runtime: WatchedRuntime;
let boss: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  boss = await knownPerson(runtime);
});
afterAll(async () => {
  await runtime?.finish();
  const unused = grantsLeft(runtime)
    .filter(({ resource }) => resource.includes('CrossRegionReports'))
    .filter(({ functionName }) => functionName === 'login' || functionName === 'registry-feed');
  expect(unused).toEqual([]);
});

const noRelation = '未查询到您与该企业的关联关系';
const outsider = (who: Known = boss) => companyOf(runtime, who, { subject: 'cross-region' });
const numbersOf = (reports: { reportNo: string }[]) => reports.map(({ reportNo }) => reportNo);
const show = (token: string) => runtime.http('GET', '/v1/session', undefined, { token });

describe('the report', () => {
  long(
    'SPC-2 LGN-1 AUD-1 is searched after both factors and opens the session of the company under it',
    async () => {
      const taxpayerId = await outsider();
      const [one, other] = [reportNumber('1234'), reportNumber('5678')];
      await feed(runtime, reportLine(taxpayerId, one), reportLine(taxpayerId, other));
      const { loginId, reply } = await bothFactors(runtime, boss, taxpayerId, crossRegion);
      expect(reply.body).toEqual({ choices: [] });
      const reports = await reportsFor(runtime, loginId, '1234');
      expect(reports).toEqual([
        { reportNo: one, choiceId: expect.any(String), place: '合肥市包河区', validUntil: '2027-12-31' },
      ]);
      const opened = expectStatus(await chooseRole(runtime, loginId, reports[0].choiceId), 200);
      const identity = {
        kind: 'special',
        subject: 'cross-region',
        taxpayerId,
        taxpayerName: '合肥徽香茶业有限公司',
        role: 'legal-representative',
        reportNo: one,
      };
      expect(opened.body.session.identity).toEqual(identity);
      const shown = await show(opened.body.session.accessToken);
      expect(shown.body.session.identity).toEqual(identity);
      const logins = (await history(runtime, boss)).filter(({ kind }) => kind === 'login');
      expect(logins.map(({ detail }) => detail)).toContainEqual(
        expect.objectContaining({
          identity: 'special',
          taxpayerId,
          role: 'legal-representative',
          reportNo: one,
        }),
      );
    },
  );

  long('SPC-2 DOC-2 narrows by longer endings, and takes numbers as people type them', async () => {
    const taxpayerId = await outsider();
    const numbers = ['KQ-2027-A0010001', 'KQ-2027-B0010001', 'KQ-2027-B0020001'].map((no) =>
      no.replace('2027', String(Date.now())),
    );
    await feed(runtime, ...numbers.map((no) => reportLine(taxpayerId, no.toLowerCase())));
    const loginId = await beforeReports(runtime, boss, taxpayerId);
    const found = async (ending: string) => numbersOf(await reportsFor(runtime, loginId, ending)).sort();
    expect(await found('0001')).toEqual(numbers);
    expect(await found('10001')).toEqual(numbers.slice(0, 2));
    expect(await found(' b001 ０００１ ')).toEqual([numbers[1]]);
    expect(await found(numbers[2] ?? '')).toEqual([numbers[2]]);
    expect(await found('9990001')).toEqual([]);
    expect(await found('0002')).toEqual([]);
  });

  long('SPC-2 offers what is valid today only, the longest valid first, and fifty at most', async () => {
    const taxpayerId = await outsider();
    const until = (day: number) => ({ validUntil: `2027-04-${String(day).padStart(2, '0')}` });
    const [over, today] = [reportNumber(), reportNumber()];
    const many = Array.from({ length: 55 }, () => reportNumber());
    await feed(
      runtime,
      reportLine(taxpayerId, over, nobody, { validUntil: '2027-03-01' }),
      reportLine(taxpayerId, today, nobody, { validUntil: '2027-03-02' }),
    );
    const loginId = await beforeReports(runtime, boss, taxpayerId);
    expect(numbersOf(await reportsFor(runtime, loginId, '0001'))).toEqual([today]);
    expect(await reportsFor(runtime, loginId, over)).toEqual([]);
    await feed(runtime, ...many.map((no, at) => reportLine(taxpayerId, no, nobody, until(1 + (at % 30)))));
    const shown = await reportsFor(runtime, loginId, '0001');
    expect(shown).toHaveLength(50);
    const days = shown.map(({ validUntil }) => validUntil);
    expect(days).toEqual([...days].sort().reverse());
    expect(days[0]).toBe('2027-04-30');
    // A report that fifty other reports hide is found by a longer ending.
    expect(numbersOf(shown)).not.toContain(today);
    expect(numbersOf(await reportsFor(runtime, loginId, today))).toEqual([today]);
    expect(numbersOf(await reportsFor(runtime, loginId, today.slice(-10)))).toEqual([today]);
  });

  long('SPC-2 SPC-3 keeps the reports of different companies apart', async () => {
    const [taxpayerId, elsewhere] = [await outsider(), await outsider()];
    const [own, foreign] = [reportNumber('4321'), reportNumber('4321')];
    await feed(runtime, reportLine(taxpayerId, own), reportLine(elsewhere, foreign));
    const loginId = await beforeReports(runtime, boss, taxpayerId);
    expect(numbersOf(await reportsFor(runtime, loginId, '4321'))).toEqual([own]);
    expect(await reportsFor(runtime, loginId, foreign)).toEqual([]);
  });
});

describe('who sees reports', () => {
  it.each(['finance-head', 'tax-handler'] as const)('SPC-3 %s: all of them', async (role) => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo));
    await giveRelation(runtime, who, taxpayerId, role);
    const { session } = await underReport(runtime, who, taxpayerId, reportNo);
    expect(session.identity).toMatchObject({ role, reportNo });
  });

  long('SPC-3 LGN-8 LCK-6 nobody else: told after the right password, counted as no failure', async () => {
    const taxpayerId = await outsider();
    await feed(runtime, reportLine(taxpayerId, reportNumber()));
    const [stranger, clerk, waiting] = [
      await knownPerson(runtime),
      await knownPerson(runtime),
      await knownPerson(runtime),
    ];
    await giveRelation(runtime, clerk, taxpayerId, 'invoice-clerk');
    const pendingAuthorizationId = await giveRelation(runtime, waiting, taxpayerId, 'tax-handler', {
      state: 'pending',
    });
    for (const who of [stranger, clerk, waiting])
      for (const account of [who.documentNumber, who.phone]) {
        const reply = await enterCompany(runtime, who, taxpayerId, { ...crossRegion, account });
        expect(reply.body).toMatchObject({ status: 403, code: 'RELATION_NOT_FOUND', title: noRelation });
        expect(await failures(runtime, who)).toEqual(none);
      }
    for (const who of [stranger, clerk, waiting]) {
      const attempts = (await history(runtime, who)).filter(({ kind }) => kind === 'login-password');
      expect(attempts.map(({ outcome, detail }) => [outcome, detail.entry, detail.reason])).toEqual(
        Array(2).fill(['failure', 'cross-region', 'RELATION_NOT_FOUND']),
      );
    }
    const wrong = await enterCompany(runtime, stranger, taxpayerId, {
      ...crossRegion,
      password: 'Wrong#9182',
    });
    expect(wrong.body.code).toBe('BAD_CREDENTIALS');
    const reply = await enterCompany(runtime, stranger, taxpayerId, {
      ...crossRegion,
      account: stranger.phone,
    });
    expect(reply.body.detail).toMatch(/人员权限管理.*办税服务厅.*经办人.*姓名和手机号码.*证件号码登录/);
    expect((await enterCompany(runtime, waiting, taxpayerId, crossRegion)).body).toMatchObject({
      pendingAuthorizationId,
    });
  });

  long(
    'SPC-3 LGN-2 a 经办人: by document, phone and username, as tax-handler of the own reports only',
    async () => {
      const who = await knownPerson(runtime, person(), { username: 'ReportHandler' });
      const taxpayerId = await outsider();
      const [own, others] = [reportNumber('7777'), reportNumber('7777')];
      await feed(runtime, reportLine(taxpayerId, own, handlerOf(who)), reportLine(taxpayerId, others));
      for (const account of [who.documentNumber, who.phone, 'ReportHandler']) {
        const loginId = await beforeReports(runtime, who, taxpayerId, account);
        const found = await reportsFor(runtime, loginId, '7777');
        expect(numbersOf(found)).toEqual([own]);
        expect(await reportsFor(runtime, loginId, others)).toEqual([]);
        const { session } = expectStatus(await chooseRole(runtime, loginId, found[0].choiceId), 200).body;
        expect(session.identity).toEqual({
          kind: 'special',
          subject: 'cross-region',
          taxpayerId,
          taxpayerName: '合肥徽香茶业有限公司',
          role: 'tax-handler',
          reportNo: own,
        });
        expect((await show(session.accessToken)).body.session.identity).toEqual(session.identity);
      }
    },
  );

  long('SPC-3 PHN-1 a 经办人 by name and any one of the own phones, both exactly', async () => {
    const who = await knownPerson(runtime);
    const namesake = await knownPerson(runtime, person({ name: who.name }));
    const second = mobile();
    const { session } = await loggedInByFace(runtime, who);
    const token = session.accessToken as string;
    expectStatus(await runtime.http('POST', '/v1/account/phones/sms', { phone: second }, { token }), 202);
    const smsCode = await codeFor(runtime, second);
    expectStatus(
      await runtime.http('POST', '/v1/account/phones', { phone: second, smsCode }, { token }),
      201,
    );
    const taxpayerId = await outsider();
    const attempt = async (name: string, phone: string, by = who) => {
      const reportNo = reportNumber();
      await feed(runtime, reportLine(taxpayerId, reportNo, { name, phone }));
      const { status } = await enterCompany(runtime, by, taxpayerId, crossRegion);
      await feed(runtime, reportLine(taxpayerId, reportNo));
      return status;
    };
    expect(await attempt(who.name, second)).toBe(201);
    expect(await attempt(` ${who.name}　`, `+86 ${who.phone}`)).toBe(201);
    expect(await attempt(`${who.name}甲`, who.phone)).toBe(403);
    expect(await attempt(who.name, mobile())).toBe(403);
    expect(await attempt(who.name, who.phone, namesake)).toBe(403);
    // All lines are withdrawn, so nothing of the report is left.
    expect((await enterCompany(runtime, who, taxpayerId, crossRegion)).body.code).toBe('RELATION_NOT_FOUND');
  });

  long('SPC-3 a 经办人 of one company is nobody in another, and none after the last day', async () => {
    const who = await knownPerson(runtime);
    const [taxpayerId, elsewhere] = [await outsider(), await outsider()];
    await feed(
      runtime,
      reportLine(taxpayerId, reportNumber(), handlerOf(who), { validUntil: '2027-03-01' }),
      reportLine(elsewhere, reportNumber(), handlerOf(who), { validUntil: '2027-03-02' }),
    );
    for (const account of [who.documentNumber, who.phone]) {
      const options = { ...crossRegion, account };
      expect((await enterCompany(runtime, who, taxpayerId, options)).body.code).toBe('RELATION_NOT_FOUND');
      expectStatus(await enterCompany(runtime, who, elsewhere, options), 201);
    }
  });

  long(
    'SPC-3 LGN-10 a role counts more than the report; of several the one used last, else the first',
    async () => {
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss, { subject: ['enterprise', 'cross-region'] });
      const [own, others] = [reportNumber('2468'), reportNumber('2468')];
      await feed(runtime, reportLine(taxpayerId, own, handlerOf(who)), reportLine(taxpayerId, others));
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      const loginId = await beforeReports(runtime, who, taxpayerId);
      expect(numbersOf(await reportsFor(runtime, loginId, '2468')).sort()).toEqual([own, others].sort());
      await giveRelation(runtime, who, taxpayerId, 'finance-head');
      await giveRelation(runtime, who, taxpayerId, 'invoice-clerk');
      expect((await underReport(runtime, who, taxpayerId, others)).session.identity.role).toBe(
        'finance-head',
      );
      const choose = async (role: string) => {
        const { loginId: id, reply } = await bothFactors(runtime, who, taxpayerId);
        const choice = reply.body.choices.find((one: Loose) => one.identity.role === role);
        expectStatus(await chooseRole(runtime, id, choice.choiceId), 200);
      };
      await choose('tax-handler');
      expect((await underReport(runtime, who, taxpayerId, own)).session.identity.role).toBe('tax-handler');
      // The role that was used last sees no reports, so the first role that sees reports is used.
      await choose('invoice-clerk');
      expect((await underReport(runtime, who, taxpayerId, own)).session.identity.role).toBe('finance-head');
    },
  );
});

describe('bad input', () => {
  let taxpayerId: string;
  let reportNo: string;
  let loginId: string;
  beforeAll(async () => {
    taxpayerId = await outsider();
    reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo));
    loginId = await beforeReports(runtime, boss, taxpayerId);
  });

  it('SPC-2 refuses endings that are too short, and what no number ends with', async () => {
    for (const ending of ['1', '001', ' 0 0 1 ', '〔〕', '号']) {
      const reply = await searchReports(runtime, loginId, ending);
      expectProblem(reply, ending);
      expect(reply.body.code, ending).toBe('ENDING_TOO_SHORT');
    }
    const bare = await runtime.http('GET', `/v1/logins/${loginId}/cross-region-reports`);
    expect(numbersOf(expectStatus(bare, 200).body.reports)).toEqual([reportNo]);
    for (const ending of [
      '1'.repeat(65),
      '****',
      '%%%%',
      '????',
      '0001*',
      '😀😀😀😀',
      '0001\u0000',
      "' OR '1",
    ]) {
      const reply = await searchReports(runtime, loginId, ending);
      expectProblem(reply, ending);
      expect(reply.body.code, ending).toBe('BAD_REQUEST');
    }
    for (const ending of ['一二三四', '####', '#named', 'report#', '^_^_'])
      expect([200, 400], ending).toContain((await searchReports(runtime, loginId, ending)).status);
  });

  long('SPC-2 never fails, whatever the ending', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (ending) => {
        const reply = await searchReports(runtime, loginId, ending.toWellFormed());
        if (reply.status === 200) expect(reply.body.reports.length).toBeLessThanOrEqual(1);
        else expectProblem(reply, ending);
      }),
      { numRuns: 60 },
    );
  });

  long('SPC-2 shows nothing before both factors, and nothing at other entries', async () => {
    const { loginId: early } = expectStatus(
      await enterCompany(runtime, boss, taxpayerId, crossRegion),
      201,
    ).body;
    expect((await searchReports(runtime, early, '0001')).body).toMatchObject({
      status: 409,
      code: 'STEP_MISSING',
    });
    expect((await chooseRole(runtime, early, 'anything')).body.code).toBe('STEP_MISSING');
    expect((await searchReports(runtime, 'A'.repeat(43), '0001')).body.code).toBe('NOT_FOUND');
    const ordinary = await companyOf(runtime, boss);
    await giveRelation(runtime, boss, ordinary, 'tax-handler');
    const elsewhere = await bothFactors(runtime, boss, ordinary);
    expect((await searchReports(runtime, elsewhere.loginId, '0001')).body.code).toBe('NOT_FOUND');
  });

  long('SPC-2 takes the handles of this login only, from any of its searches, once', async () => {
    const other = await beforeReports(runtime, boss, taxpayerId);
    const [foreign] = await reportsFor(runtime, other, '0001');
    const [own] = await reportsFor(runtime, loginId, '0001');
    await reportsFor(runtime, loginId, '9999');
    for (const choiceId of [foreign.choiceId, reportNo, 'x', 'A'.repeat(512), `${own.choiceId}A`])
      expect((await chooseRole(runtime, loginId, choiceId)).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    for (const choiceId of ['', 'A'.repeat(513), 4, null, [own.choiceId]])
      expect((await chooseRole(runtime, loginId, choiceId as string)).body.code).toBe('BAD_REQUEST');
    expectStatus(await chooseRole(runtime, loginId, own.choiceId), 200);
    for (const reply of [
      await chooseRole(runtime, loginId, own.choiceId),
      await searchReports(runtime, loginId, '0001'),
    ])
      expect(reply.body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
  });

  long('SPC-2 lasts the ten minutes of the login', async () => {
    const late = await beforeReports(runtime, boss, taxpayerId);
    const [own] = await reportsFor(runtime, late, '0001');
    await wait(runtime, 600);
    for (const reply of [
      await searchReports(runtime, late, '0001'),
      await chooseRole(runtime, late, own.choiceId),
    ])
      expect(reply.body).toMatchObject({ status: 410, code: 'EXPIRED' });
  });
});

describe('while choosing', () => {
  const lost = { status: 403, code: 'RELATION_NOT_FOUND', title: noRelation };

  long('SPC-2 SPC-3 judges the report when it is chosen; another may be chosen after that', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    const elsewhere = await outsider();
    const kept = reportNumber();
    await feed(runtime, reportLine(taxpayerId, kept, handlerOf(who)));
    for (const [by, change] of [
      [who, (no: string) => reportLine(taxpayerId, no, nobody)],
      [who, (no: string) => reportLine(elsewhere, no, handlerOf(who))],
      [who, (no: string) => reportLine(taxpayerId, no, handlerOf(who), { validUntil: '2027-03-01' })],
      [boss, (no: string) => reportLine(elsewhere, no)],
      [boss, (no: string) => reportLine(taxpayerId, no, nobody, { validUntil: '2027-03-01' })],
    ] as const) {
      const reportNo = reportNumber();
      await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
      const loginId = await beforeReports(runtime, by, taxpayerId);
      const found = await reportsFor(runtime, loginId, '0001');
      const choiceOf = (no: string) => found.find((report) => report.reportNo === no)?.choiceId;
      await feed(runtime, change(reportNo));
      const reply = await chooseRole(runtime, loginId, choiceOf(reportNo));
      expect(reply.body).toMatchObject(lost);
      expect(reply.body.detail).toContain('报告');
      expect(numbersOf(await reportsFor(runtime, loginId, '0001'))).not.toContain(reportNo);
      expectStatus(await chooseRole(runtime, loginId, choiceOf(kept)), 200);
    }
  });

  long('SPC-3 REL-7 judges the role when it is chosen, and before', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo));
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    const loginId = await beforeReports(runtime, who, taxpayerId);
    const [choice] = await reportsFor(runtime, loginId, '0001');
    const later = expectStatus(await enterCompany(runtime, who, taxpayerId, crossRegion), 201).body.loginId;
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
    expect((await searchReports(runtime, loginId, '0001')).body).toMatchObject(lost);
    expect((await chooseRole(runtime, loginId, choice.choiceId)).body).toMatchObject(lost);
    await wait(runtime, 61);
    const smsCode = await loginCode(runtime, later, who.phone);
    expect((await verify(runtime, later, { smsCode })).body).toMatchObject(lost);
    // The code is still valid after the person became 经办人.
    await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
    expect(expectStatus(await verify(runtime, later, { smsCode }), 200).body).toEqual({ choices: [] });
    expect((await chooseRole(runtime, loginId, choice.choiceId)).body.session.identity.role).toBe(
      'tax-handler',
    );
  });

  it('SPC-3 LGN-8 tells a 经办人 who lost the last report between the factors', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
    const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId, crossRegion), 201).body;
    await feed(runtime, reportLine(taxpayerId, reportNo));
    await wait(runtime, 61);
    const smsCode = await loginCode(runtime, loginId, who.phone);
    expect((await verify(runtime, loginId, { smsCode })).body).toMatchObject(lost);
    expect(await failures(runtime, who)).toEqual(none);
  });

  long('SPC-2 SES-3 opens one session for any number of choices at once', async () => {
    const taxpayerId = await outsider();
    await feed(runtime, ...['1', '2', '3'].map((no) => reportLine(taxpayerId, reportNumber(`88${no}8`))));
    const loginId = await beforeReports(runtime, boss, taxpayerId);
    const choices = await Promise.all(
      ['8818', '8828', '8838'].map(
        async (ending) => (await reportsFor(runtime, loginId, ending))[0].choiceId,
      ),
    );
    const answers = await Promise.all([...choices, ...choices].map((id) => chooseRole(runtime, loginId, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    const { session } = answers.find(({ status }) => status === 200)?.body ?? {};
    expectStatus(await show(session.accessToken), 200);
  });

  it.each([
    ['changes hands', 'handler', (id: string, no: string) => reportLine(id, no)],
    ['moves to another company', 'either', async (_: string, no: string) => reportLine(await outsider(), no)],
    [
      'runs out',
      'either',
      (id: string, no: string) => reportLine(id, no, nobody, { validUntil: '2027-03-01' }),
    ],
  ] as const)('SPC-3 opens no session under a report that %s meanwhile', async (_, whose, change) => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    for (const by of whose === 'either' ? [who, boss] : [who]) {
      const reportNo = reportNumber();
      await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
      const loginId = await beforeReports(runtime, by, taxpayerId);
      const [choice] = await reportsFor(runtime, loginId, '0001');
      const before = (await rows(runtime, 'Sessions')).length;
      const reply = await whileHeld(
        runtime,
        { function: 'login', routeKey: 'POST /v1/logins/{id}/choose' },
        () => chooseRole(runtime, loginId, choice.choiceId),
        async () => feed(runtime, await change(taxpayerId, reportNo)),
      );
      expect(reply.body).toMatchObject(lost);
      expect(await rows(runtime, 'Sessions')).toHaveLength(before);
    }
  });
});

describe('a live session under a report', () => {
  const isLost = async ({ token, cookie }: { token: string; cookie: string }) => {
    expect((await runtime.http('GET', '/v1/enterprise', undefined, { token })).body).toMatchObject({
      status: 403,
      code: 'RELATION_NOT_FOUND',
    });
    expect((await show(token)).body.session.identity).toEqual({ kind: 'natural' });
    const refreshed = await runtime.http('POST', '/v1/session/refresh', {}, { cookie });
    const { session } = expectStatus(refreshed, 200).body;
    expect(session.identity).toEqual({ kind: 'natural' });
    expect(session.notices.map(({ code }: Loose) => code)).toContain('IDENTITY_LOST');
    expect((await show(token)).body.code).toBe('SESSION_ENDED');
  };
  const works = async ({ token }: { token: string }) =>
    expectStatus(await runtime.http('GET', '/v1/enterprise', undefined, { token }), 200);

  keeping(1)(['finance-head', 'report'] as const)(
    'SPC-3 SWI-5 of a %s is lost at once with its grounds, and the person is left',
    async (by) => {
      const who = await knownPerson(runtime);
      type Change = (taxpayerId: string, reportNo: string) => Promise<unknown>;
      const changes: Change[] = [
        (id, no) => feed(runtime, reportLine(id, no, handlerOf(who), { validUntil: '2027-03-01' })),
        async (_, no) => feed(runtime, reportLine(await outsider(), no, handlerOf(who))),
        (id) => feed(runtime, companyLine(id, { subject: 'cross-region', state: 'cancelled' })),
        by === 'report'
          ? (id, no) => feed(runtime, reportLine(id, no))
          : (id) => changeRelation(runtime, who, id, 'finance-head', { state: 'superseded' }),
      ];
      for (const change of changes) {
        const taxpayerId = await outsider();
        const reportNo = reportNumber();
        await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
        if (by === 'finance-head') await giveRelation(runtime, who, taxpayerId, by);
        const session = await underReport(runtime, who, taxpayerId, reportNo);
        await works(session);
        await change(taxpayerId, reportNo);
        await isLost(session);
      }
    },
  );

  long(
    'SPC-3 REL-8 goes on when the report changes otherwise, and ends with its last day, exactly',
    async () => {
      const who = await knownPerson(runtime);
      const taxpayerId = await outsider();
      const reportNo = reportNumber();
      const last = { validUntil: '2027-03-02' };
      await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who), last));
      const before = runtime.clock.now();
      const at = (time: string) => runtime.http('POST', '/local/clock', { now: time });
      await at('2027-03-02T23:50:00+08:00');
      const sessions = [
        await underReport(runtime, who, taxpayerId, reportNo),
        await underReport(runtime, boss, taxpayerId, reportNo),
      ];
      await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who), { ...last, place: '芜湖市' }));
      for (const session of sessions) await works(session);
      await at('2027-03-02T23:59:59+08:00');
      for (const { cookie } of sessions) {
        const { session } = (await runtime.http('POST', '/v1/session/refresh', {}, { cookie })).body;
        expect(session.identity.reportNo).toBe(reportNo);
        await works({ token: session.accessToken });
        await at('2027-03-03T00:00:00+08:00');
        expect((await show(session.accessToken)).body.session.identity).toEqual({ kind: 'natural' });
        await at('2027-03-02T23:59:59+08:00');
      }
      await at(before.toISOString());
    },
  );

  long('SWI-5 switches to nothing but the person', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    await companyOf(runtime, who);
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
    const { token, session } = await underReport(runtime, who, taxpayerId, reportNo);
    const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
    expect(choices.map((choice: Loose) => [choice.identity.kind, choice.current])).toEqual([
      ['natural', undefined],
      ['special', true],
    ]);
    expect(choices[1].identity).toEqual(session.identity);
    const become = (choiceId: string) =>
      runtime.http('POST', '/v1/session/identity', { choiceId }, { token });
    expect((await become(choices[1].choiceId)).body.code).toBe('SWITCH_NOT_ALLOWED');
    expect(expectStatus(await become(choices[0].choiceId), 200).body.session.identity).toEqual({
      kind: 'natural',
    });
  });
});

describe('the feed', () => {
  const told = async (...lines: object[]) =>
    expectStatus(
      await runtime.http('POST', '/local/registry', lines.map((line) => JSON.stringify(line)).join('\n')),
      200,
    ).body;

  long('ENT-3 SPC-2 takes a report before its company is known', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = creditCode();
    const reportNo = reportNumber();
    await feed(
      runtime,
      reportLine(taxpayerId, reportNo, handlerOf(who)),
      representativeLine(taxpayerId, boss),
      companyLine(taxpayerId, { subject: 'cross-region' }),
    );
    expect((await underReport(runtime, who, taxpayerId, reportNo)).session.identity.role).toBe('tax-handler');
    expect((await underReport(runtime, boss, taxpayerId, reportNo)).session.identity.role).toBe(
      'legal-representative',
    );
  });

  long('ENT-3 SPC-2 versions are the report’s, whatever company they name', async () => {
    const [taxpayerId, elsewhere] = [await outsider(), await outsider()];
    const reportNo = reportNumber();
    const at = (version: number, company: string, facts: object = {}) => ({
      ...reportLine(company, reportNo, nobody, facts),
      version,
    });
    expect(await told(at(5, taxpayerId), at(5, elsewhere), at(4, elsewhere))).toMatchObject({
      accepted: 1,
      stale: 2,
    });
    const [here, there] = [
      await beforeReports(runtime, boss, taxpayerId),
      await beforeReports(runtime, boss, elsewhere),
    ];
    expect(numbersOf(await reportsFor(runtime, here, reportNo))).toEqual([reportNo]);
    expect(await told(at(6, elsewhere))).toMatchObject({ accepted: 1 });
    expect(await reportsFor(runtime, here, '0001')).toEqual([]);
    expect(numbersOf(await reportsFor(runtime, there, '0001'))).toEqual([reportNo]);
    expect(await told(at(6, taxpayerId), at(7, elsewhere, { place: '芜湖市' }))).toMatchObject({
      accepted: 1,
      stale: 1,
    });
    expect((await reportsFor(runtime, there, '0001'))[0].place).toBe('芜湖市');
  });

  long(
    'SPC-2 SPC-3 stands in a list without an ending where the company has ten or fewer; more want one',
    async () => {
      const [taxpayerId, who] = [await outsider(), await knownPerson(runtime)];
      const own = reportNumber();
      const others = Array.from({ length: 9 }, () => reportNumber());
      await feed(
        runtime,
        reportLine(taxpayerId, own, handlerOf(who)),
        ...others.map((no) => reportLine(taxpayerId, no)),
      );
      const [mine, handlers] = [
        await beforeReports(runtime, boss, taxpayerId),
        await beforeReports(runtime, who, taxpayerId),
      ];
      for (const empty of ['', ' '])
        expect(numbersOf(await reportsFor(runtime, mine, empty)).sort()).toEqual([own, ...others].sort());
      expect(numbersOf(await reportsFor(runtime, handlers, ''))).toEqual([own]);
      await feed(runtime, reportLine(taxpayerId, reportNumber()));
      for (const loginId of [mine, handlers])
        expect((await searchReports(runtime, loginId, '')).body.code).toBe('ENDING_TOO_SHORT');
    },
  );

  long(
    'SPC-2 DOC-2 is found by its last digits, without 号 and punctuation, in whatever brackets',
    async () => {
      const taxpayerId = await outsider();
      const serial = String(Date.now()).slice(-6);
      const [one, other] = [`皖税跨报〔2026〕${serial}0012号`, `皖税跨报〔2026〕${serial}0013号`];
      await feed(runtime, reportLine(taxpayerId, one), reportLine(taxpayerId, other));
      const loginId = await beforeReports(runtime, boss, taxpayerId);
      for (const ending of [
        '0012',
        '0012号',
        '００１２',
        ' 00 12 ',
        `[2026]${serial}0012`,
        `（2026）${serial}0012号`,
        `〔2026〕${serial}0012`,
        `皖税跨报【2026】${serial}0012号`,
        one,
      ])
        expect(numbersOf(await reportsFor(runtime, loginId, ending)), ending).toEqual([one]);
      for (const short of ['12号', '〕12号', '012', '---'])
        expect((await searchReports(runtime, loginId, short)).body.code, short).toBe('ENDING_TOO_SHORT');
      // A later line with another kind of brackets means the same report.
      const again = {
        ...reportLine(taxpayerId, one.replace('〔', '[').replace('〕', ']')),
        version: 9_000_000_000,
      };
      expect(await told({ ...again, place: '芜湖市' })).toMatchObject({ accepted: 1 });
      expect(await reportsFor(runtime, loginId, '0012')).toMatchObject([{ reportNo: one, place: '芜湖市' }]);
    },
  );

  it('ENT-3 SPC-2 refuses bad lines one by one, each by its code, and repeats nothing of them', async () => {
    const taxpayerId = await outsider();
    const good = { ...reportLine(taxpayerId, reportNumber()), version: 1 };
    const bad: [object, string][] = [
      [{ reportNo: '123' }, 'BAD_REQUEST'],
      [{ reportNo: '1'.repeat(65) }, 'BAD_REQUEST'],
      [{ reportNo: 'KQ#12345' }, 'BAD_REQUEST'],
      [{ reportNo: 'KQ*12345' }, 'BAD_REQUEST'],
      [{ reportNo: undefined }, 'BAD_REQUEST'],
      [{ reportNo: 12345 }, 'BAD_REQUEST'],
      [{ validUntil: '2027-02-30' }, 'BAD_REQUEST'],
      [{ validUntil: '2027/12/31' }, 'BAD_REQUEST'],
      [{ validUntil: '2027-12-31T00:00:00Z' }, 'BAD_REQUEST'],
      [{ validUntil: '' }, 'BAD_REQUEST'],
      [{ validUntil: undefined }, 'BAD_REQUEST'],
      [{ place: ' ' }, 'BAD_REQUEST'],
      [{ place: 'x'.repeat(101) }, 'BAD_REQUEST'],
      [{ place: '——' }, 'BAD_REQUEST'],
      [{ place: '合肥\u0000市' }, 'BAD_REQUEST'],
      [{ taxpayerId: '91340100MA_0000000' }, 'BAD_REQUEST'],
      [{ handler: { name: '王经办7', phone: '13800001111' } }, 'BAD_REQUEST'],
      [{ handler: { name: '王经办', phone: '12800001111' } }, 'PHONE_INVALID'],
      [{ handler: { name: '王经办' } }, 'BAD_REQUEST'],
      [{ handler: undefined }, 'BAD_REQUEST'],
      [{ version: -1 }, 'BAD_REQUEST'],
      [{ version: 1.5 }, 'BAD_REQUEST'],
    ];
    const report = await told(...bad.map(([change]) => ({ ...good, ...change })), good);
    expect(report).toMatchObject({ accepted: 1, stale: 0 });
    expect(report.rejected.map(({ line, code }: Loose) => [line, code])).toEqual(
      bad.map(([, code], index) => [index + 1, code]),
    );
    expect(JSON.stringify(report)).not.toMatch(/王经办|13800001111|12800001111|KQ/);
  });

  it('DOC-4 SPC-3 keeps name and phone of a 经办人 nowhere', async () => {
    const who = person({ name: '欧阳经办' });
    const taxpayerId = await outsider();
    await feed(runtime, reportLine(taxpayerId, reportNumber(), handlerOf(who)));
    const text = JSON.stringify(await rows(runtime, 'CrossRegionReports'));
    expect(text).toContain(keyOf(taxpayerId));
    expect(
      leaks(
        [
          { where: 'CrossRegionReports', text },
          { where: 'logs', text: JSON.stringify(runtime.logs()) },
        ],
        [
          { what: 'name', value: who.name },
          { what: 'phone', value: who.phone },
        ],
      ),
    ).toEqual([]);
  });

  /** The rows of the table, without the version marks. */
  const stored = async (companies: readonly string[]) => {
    const all = await rows(runtime, 'CrossRegionReports');
    const own = all.filter(({ companyKey }) => companies.includes(companyKey));
    return {
      reports: own
        .filter(({ reportNo }) => !reportNo.startsWith('#'))
        .map(({ companyKey, reportNo, validUntil, endingKey }) => [
          companyKey,
          reportNo,
          validUntil,
          endingKey,
        ])
        .sort(),
      handlers: own
        .filter(({ reportNo }) => reportNo.startsWith('#'))
        .flatMap(({ companyKey, openUntil }) => Object.values(openUntil).map((day) => [companyKey, day]))
        .sort(),
    };
  };

  long(
    'ENT-3 SPC-3 REL-10 comes to the same whatever the order of lines, in table and in who is 经办人',
    async () => {
      const people = [person(), person({ name: '重名' }), person({ name: '重名' })];
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              report: fc.nat(2),
              company: fc.nat(1),
              who: fc.nat(2),
              day: fc.constantFrom('2027-02-01', '2027-03-02', '2027-06-30', '2028-01-31'),
            }),
            { minLength: 1, maxLength: 10 },
          ),
          fc.infiniteStream(fc.nat(1_000_000)),
          async (steps, order) => {
            const companies = [creditCode(), creditCode()];
            const reports = [reportNumber(), reportNumber(), reportNumber()];
            const lines = steps.map(({ report, company, who, day }, version) => ({
              ...reportLine(
                companies[company] ?? '',
                reports[report] ?? '',
                handlerOf(people[who] ?? person()),
                {
                  validUntil: day,
                },
              ),
              version,
            }));
            const shuffled = lines
              .map((line) => ({ line, at: order.next().value ?? 0 }))
              .sort((a, b) => a.at - b.at)
              .map(({ line }) => line);
            // Two functions take half of the lines at the same time; still the last version wins.
            const half = Math.floor(shuffled.length / 2);
            await Promise.all([told(...shuffled.slice(0, half), ...shuffled), told(...shuffled.slice(half))]);
            const last = new Map(lines.map((line) => [line.reportNo, line]));
            const latest = new Map<string, Loose[]>();
            for (const { taxpayerId, handler, validUntil } of last.values()) {
              const place = JSON.stringify([taxpayerId, handler]);
              const until = [latest.get(place)?.[1] ?? '', validUntil].sort().at(-1);
              latest.set(place, [keyOf(taxpayerId), until]);
            }
            expect(await stored(companies.map(keyOf))).toEqual({
              reports: [...last.values()]
                .map((line) => [
                  keyOf(line.taxpayerId),
                  line.reportNo,
                  (line as Loose).validUntil,
                  `${keyOf(line.taxpayerId)}#0001`,
                ])
                .sort(),
              handlers: [...latest.values()].sort(),
            });
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});

describe('cost', () => {
  const usageOf = async (route: string, run: () => Promise<unknown>) => {
    runtime.resetUsage();
    await run();
    const usage = Object.values(runtime.usage())
      .flatMap(({ routes }) => Object.entries(routes))
      .find(([name]) => name === route)?.[1];
    if (!usage) throw new Error(`nobody called ${route}`);
    return { calls: usage.calls, chain: usage.longestChain, read: usage.readUnits };
  };
  const searching = 'GET /v1/logins/{id}/cross-region-reports';

  long('SPC-2 grows with what is found, not with the reports there are', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await outsider();
    const hits = (ending: string, count: number) =>
      Array.from({ length: count }, () => reportLine(taxpayerId, reportNumber(ending), handlerOf(who)));
    await feed(runtime, ...hits('1111', 1), ...hits('5555', 40));
    const measured = async () => {
      const loginId = await beforeReports(runtime, boss, taxpayerId);
      const handler = await beforeReports(runtime, who, taxpayerId);
      const cost = (id: string, ending: string) =>
        usageOf(searching, async () => {
          expect(await reportsFor(runtime, id, ending)).toHaveLength(ending === '1111' ? 1 : 40);
        });
      return {
        one: await cost(loginId, '1111'),
        forty: await cost(loginId, '5555'),
        own: await cost(handler, '1111'),
        ownForty: await cost(handler, '5555'),
      };
    };
    const few = await measured();
    const others = Array.from({ length: 600 }, (_, at) =>
      reportLine(taxpayerId, reportNumber(String(6000 + at)), at % 2 ? handlerOf(who) : nobody),
    );
    await feed(runtime, ...others);
    const many = await measured();
    expect(many).toEqual(few);
    expect(few.one.calls).toBeLessThanOrEqual(5);
    expect(few.one.chain).toBeLessThanOrEqual(3);
    expect(few.ownForty.chain).toBeLessThanOrEqual(3);
    expect(few.forty.read).toBeGreaterThan(few.one.read);
  });

  long(
    'SPC-3 LGN-8 keeps the chains within three; only who is refused after a phone or username costs one more',
    async () => {
      const named = await knownPerson(runtime, person(), { username: 'NamedInReport' });
      const stranger = await knownPerson(runtime, person(), { username: 'NamedNowhere' });
      const taxpayerId = await outsider();
      await feed(runtime, reportLine(taxpayerId, reportNumber(), handlerOf(named)));
      const password = (who: Known, account: string, status: number) =>
        usageOf('POST /v1/logins', async () =>
          expectStatus(await enterCompany(runtime, who, taxpayerId, { ...crossRegion, account }), status),
        );
      for (const account of [named.documentNumber, named.phone, 'NamedInReport'])
        expect((await password(named, account, 201)).chain, account).toBeLessThanOrEqual(3);
      expect((await password(boss, boss.phone, 201)).chain).toBeLessThanOrEqual(3);
      expect((await password(stranger, stranger.documentNumber, 403)).chain).toBeLessThanOrEqual(3);
      for (const account of [stranger.phone, 'NamedNowhere'])
        expect((await password(stranger, account, 403)).chain, account).toBe(4);
      for (const who of [named, boss]) {
        let loginId = '';
        const factor = await usageOf('POST /v1/logins/{id}/verify', async () => {
          loginId = await beforeReports(runtime, who, taxpayerId);
        });
        expect(factor.chain).toBeLessThanOrEqual(3);
        const [report] = await reportsFor(runtime, loginId, '0001');
        let token = '';
        const chosen = await usageOf('POST /v1/logins/{id}/choose', async () => {
          const { body } = expectStatus(await chooseRole(runtime, loginId, report.choiceId), 200);
          token = body.session.accessToken;
        });
        expect(chosen.chain).toBeLessThanOrEqual(3);
        expect((await usageOf('GET /v1/session', () => show(token))).chain).toBeLessThanOrEqual(2);
      }
    },
  );
});

long('SPC-3 fails closed when reports cannot be read', async () => {
  const who = await knownPerson(runtime);
  const taxpayerId = await outsider();
  const reportNo = reportNumber();
  await feed(runtime, reportLine(taxpayerId, reportNo, handlerOf(who)));
  const { token } = await underReport(runtime, who, taxpayerId, reportNo);
  const loginId = await beforeReports(runtime, who, taxpayerId);
  await runtime.provoking(async () => {
    runtime.faults.add({ table: 'CrossRegionReports', kind: 'error500', times: 100 });
    expect((await show(token)).status).toBe(503);
    expect((await searchReports(runtime, loginId, '0001')).status).toBe(503);
    expect((await enterCompany(runtime, who, taxpayerId, crossRegion)).status).toBe(503);
    expect(await failures(runtime, who)).toEqual(none);
  });
});
