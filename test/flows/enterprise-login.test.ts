import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { codeFor, enterPassword, expectStatus, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  none,
  openWatchedRuntime,
  row,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import {
  bothFactors,
  changeRelation,
  chooseRole,
  companyGrantsLeft,
  companyHistory,
  confirmRole,
  enterCompany,
  giveRelation,
  inCompany,
  passFace,
  relationRow,
  relationsLike,
} from './support/relations.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(async () => {
  await runtime?.finish();
  expect(companyGrantsLeft(runtime, 'login')).toEqual([]);
});

const wrong = 'Wrong#9182';
const english = { headers: { 'accept-language': 'en' } };
const noRelation = '未查询到您与该企业的关联关系';
const rolesOf = (choices: { identity: { role: string } }[]) => choices.map(({ identity }) => identity.role);

describe('order of checks', () => {
  let stranger: Known;
  let boss: Known;
  let active: string;
  let waiting: string;
  let gone: string;
  let crossRegion: string;
  beforeAll(async () => {
    boss = await knownPerson(runtime);
    stranger = await knownPerson(runtime, person(), { username: 'Stranger01' });
    active = await companyOf(runtime, boss);
    waiting = await companyOf(runtime, boss, { state: 'awaiting-confirmation' });
    gone = await companyOf(runtime, boss, { state: 'cancelled' });
    crossRegion = await companyOf(runtime, boss, { subject: 'cross-region' });
  });

  long(
    'LGN-2 LGN-7 tells an unknown or cancelled company before anything of the account, and counts nothing',
    async () => {
      for (const taxpayerId of [creditCode(), gone, '340100000000001', 'nonsense'])
        for (const [account, password] of [
          [boss.documentNumber, boss.password],
          [stranger.documentNumber, wrong],
          ['NoSuchUser1', wrong],
          ['13900000000', wrong],
        ] as const)
          expect(
            (await enterPassword(runtime, account, password, 'enterprise', { taxpayerId })).body,
          ).toMatchObject({
            status: 404,
            code: 'TAXPAYER_NOT_FOUND',
            title: '输入的统一社会信用代码或纳税人识别号错误，请重新输入',
          });
      expect(await failures(runtime, boss)).toEqual(none);
      expect(await failures(runtime, stranger)).toEqual(none);
    },
  );

  long('LGN-2 takes the number as people type it', async () => {
    for (const taxpayerId of [active.toLowerCase(), ` ${active} `])
      expectStatus(await enterCompany(runtime, boss, taxpayerId), 201);
  });

  it('LGN-4 sends an unknown account to the natural entry', async () => {
    const unknown = await enterPassword(runtime, 'NoSuchUser1', wrong, 'enterprise', { taxpayerId: active });
    expect(unknown.body).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
    const phone = await enterPassword(runtime, '13900000000', wrong, 'enterprise', { taxpayerId: active });
    expect(phone.body).toMatchObject({
      code: 'PHONE_NOT_FOUND',
      title: '手机号码不存在，您可以尝试使用证件号码登录',
    });
  });

  long('LGN-2 LGN-8 reveals nothing of relation, state or subject to a wrong password', async () => {
    for (const taxpayerId of [active, waiting, crossRegion])
      for (const who of [boss, stranger]) {
        const reply = await enterCompany(runtime, who, taxpayerId, { password: wrong });
        expect(reply.body).toMatchObject({
          code: 'BAD_CREDENTIALS',
          title: '输入的个人账号或密码错误，请重新输入！',
          remainingAttempts: 4,
        });
        expect(Object.keys(reply.body).sort()).toEqual(
          ['code', 'detail', 'remainingAttempts', 'status', 'title', 'traceId', 'type'].sort(),
        );
        expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
      }
  });

  it('LGN-2 SPC-1 ENT-2 LGN-8 tells entry, then state, then relation, once the password is right', async () => {
    expect((await enterCompany(runtime, stranger, crossRegion)).body).toMatchObject({
      status: 403,
      code: 'USE_SPECIAL_ENTRY',
      entry: 'cross-region',
    });
    for (const who of [stranger, boss])
      expect((await enterCompany(runtime, who, waiting)).body).toMatchObject({
        status: 403,
        code: 'COMPANY_NOT_CONFIRMED',
        title: '该企业尚未完成税务信息确认',
      });
    expect((await enterCompany(runtime, stranger, active)).body).toMatchObject({
      status: 403,
      code: 'RELATION_NOT_FOUND',
      title: noRelation,
    });
  });

  it('SPC-1 sends an ordinary company back from the special entries', async () => {
    for (const entry of ['cross-region', 'cross-region-property', 'social-insurance', 'agency'])
      expect((await enterCompany(runtime, boss, active, { entry })).body).toMatchObject({
        code: 'USE_SPECIAL_ENTRY',
        entry: 'enterprise',
        title: '该企业请从“企业业务”入口登录',
      });
  });

  long(
    'LCK-6 LGN-8 counts no failure without a relation, and the right password resets the count',
    async () => {
      for (let i = 0; i < 3; i++) await enterCompany(runtime, stranger, active, { password: wrong });
      expect(await failures(runtime, stranger)).toEqual({ ...none, password: 3 });
      expect((await enterCompany(runtime, stranger, active)).body.code).toBe('RELATION_NOT_FOUND');
      expect(await failures(runtime, stranger)).toEqual(none);
      for (let i = 0; i < 7; i++)
        expect((await enterCompany(runtime, stranger, active)).body.code).toBe('RELATION_NOT_FOUND');
      expect(await failures(runtime, stranger)).toEqual(none);
      const told = (await history(runtime, stranger)).filter(
        ({ detail }) => detail?.reason === 'RELATION_NOT_FOUND',
      );
      expect(told.length).toBeGreaterThanOrEqual(8);
      for (const { kind, outcome, detail } of told)
        expect({ kind, outcome, entry: detail.entry }).toEqual({
          kind: 'login-password',
          outcome: 'failure',
          entry: 'enterprise',
        });
    },
  );

  it('LCK-1 LCK-2 shares the counts between the entries, because the password is one', async () => {
    const who = await knownPerson(runtime);
    for (let i = 0; i < 2; i++) await enterPassword(runtime, who.documentNumber, wrong);
    for (let i = 0; i < 2; i++) await enterCompany(runtime, who, active, { password: wrong });
    const fifth = await enterCompany(runtime, who, crossRegion, { password: wrong, entry: 'cross-region' });
    expect(fifth.body.code).toBe('ACCOUNT_LOCKED');
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe('ACCOUNT_LOCKED');
    // The answer for a locked account tells no more about the relation than the answer to a wrong password.
    for (const taxpayerId of [active, waiting, crossRegion])
      expect((await enterCompany(runtime, who, taxpayerId)).body.code).toBe('ACCOUNT_LOCKED');
    expect((await enterCompany(runtime, who, creditCode())).body.code).toBe('TAXPAYER_NOT_FOUND');
  });
});

describe('no relation', () => {
  it('LGN-8 says what to do, in both languages', async () => {
    const boss = await knownPerson(runtime);
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const reply = await enterCompany(runtime, who, taxpayerId);
    expect(reply.body).not.toHaveProperty('pendingAuthorizationId');
    expect(reply.body.detail).toMatch(/法定代表人或财务负责人.*人员权限管理/);
    expect(reply.body.detail).not.toContain('手机号码');
    const asked = { entry: 'enterprise', taxpayerId, account: who.phone, password: who.password };
    const inEnglish = await runtime.http('POST', '/v1/logins', asked, english);
    expect(inEnglish.body).toMatchObject({ title: 'No relation between you and this company was found' });
    expect(inEnglish.body.detail).toMatch(/legal representative or finance head.*document number/);
  });

  it('LGN-8 hints at the document number where a phone was typed', async () => {
    const boss = await knownPerson(runtime);
    const who = await knownPerson(runtime);
    const reply = await enterCompany(runtime, who, await companyOf(runtime, boss), { account: who.phone });
    expect(reply.body.title).toBe(noRelation);
    expect(reply.body.detail).toMatch(/人员权限管理.*手机号码.*证件号码/);
  });

  it.each([
    ['invited', /自然人业务.*待确认授权/],
    ['applied', /尚待企业确认/],
  ] as const)('LGN-8 names the pending authorization (%s)', async (direction, advice) => {
    const boss = await knownPerson(runtime);
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const id = await giveRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'pending', direction });
    const reply = await enterCompany(runtime, who, taxpayerId);
    expect(reply.body).toMatchObject({ code: 'RELATION_NOT_FOUND', pendingAuthorizationId: id });
    expect(reply.body.detail).toMatch(advice);
    // Only the person's own login shows the pending authorization.
    expect((await enterCompany(runtime, await knownPerson(runtime), taxpayerId)).body).not.toHaveProperty(
      'pendingAuthorizationId',
    );
  });

  keeping(1)(['deleted', 'rejected', 'withdrawn', 'superseded'] as const)(
    'LGN-8 takes a relation that is %s for none',
    async (state) => {
      const boss = await knownPerson(runtime);
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss);
      await giveRelation(runtime, who, taxpayerId, 'tax-handler', { state });
      const reply = await enterCompany(runtime, who, taxpayerId);
      expect(reply.body.code).toBe('RELATION_NOT_FOUND');
      expect(reply.body).not.toHaveProperty('pendingAuthorizationId');
    },
  );
});

describe('one role', () => {
  it('LGN-3 REL-2 opens the session of the company after both factors', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const { session, token } = await inCompany(runtime, boss, taxpayerId);
    expect(session.identity).toEqual({
      kind: 'enterprise',
      taxpayerId,
      taxpayerName: '合肥徽香茶业有限公司',
      role: 'legal-representative',
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    const shown = expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
    expect(shown.body.session.identity).toEqual(session.identity);
    // The answer contains no internal keys.
    expect(JSON.stringify(shown.body)).not.toMatch(/companyKey|authorizationId|personKey/);
    expect((await history(runtime, boss)).find(({ kind }) => kind === 'login')).toMatchObject({
      detail: { identity: 'enterprise', role: 'legal-representative', taxpayerId, method: 'face' },
    });
    const enterprise = expectStatus(
      await runtime.http('GET', '/v1/enterprise', undefined, { token }),
      200,
    ).body;
    expect(enterprise).toEqual({
      taxpayerId,
      taxpayerName: '合肥徽香茶业有限公司',
      subjects: ['enterprise'],
      state: 'active',
      role: 'legal-representative',
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
      legalRepresentative: `${boss.name[0]}**`,
    });
  });

  it('LGN-3 LGN-6 takes the SMS code too', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    await wait(runtime, 61);
    const { loginId } = expectStatus(await enterCompany(runtime, boss, taxpayerId), 201).body;
    expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
    const reply = await verify(runtime, loginId, { smsCode: await codeFor(runtime, boss.phone) });
    expect(expectStatus(reply, 200).body.session.identity.role).toBe('legal-representative');
    expect(await failures(runtime, boss)).toEqual(none);
  });

  long('REL-8 shows an invoice clerk and a narrowed tax handler what they may do', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const clerk = await knownPerson(runtime);
    const handler = await knownPerson(runtime);
    await giveRelation(runtime, clerk, taxpayerId, 'invoice-clerk');
    await giveRelation(runtime, handler, taxpayerId, 'tax-handler', { permissions: ['filing', 'enquiry'] });
    expect((await inCompany(runtime, clerk, taxpayerId)).session.identity.permissions).toEqual(['invoice']);
    expect((await inCompany(runtime, handler, taxpayerId)).session.identity.permissions).toEqual([
      'filing',
      'enquiry',
    ]);
  });

  long('AGY-2 lets an agency see to its own affairs at enterprise; sole proprietors too', async () => {
    const boss = await knownPerson(runtime);
    for (const subject of ['agency', 'sole-proprietor', ['cross-region', 'enterprise']])
      await inCompany(runtime, boss, await companyOf(runtime, boss, { subject }));
  });

  long('DOC-4 masks a taxpayer number that is a person’s ID number everywhere', async () => {
    const boss = await knownPerson(runtime);
    const number = boss.documentNumber;
    await feed(
      runtime,
      companyLine(number, { subject: 'sole-proprietor', name: '徽州小吃店' }),
      representativeLine(number, boss),
    );
    const { session, token } = await inCompany(runtime, boss, number);
    const masked = `${number.slice(0, 3)}***********${number.slice(14)}`;
    expect(session.identity.taxpayerId).toBe(masked);
    const enterprise = await runtime.http('GET', '/v1/enterprise', undefined, { token });
    expect(enterprise.body.taxpayerId).toBe(masked);
    const identities = await runtime.http('GET', '/v1/session/identities', undefined, { token });
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    for (const text of [session, enterprise.body, identities.body, await history(runtime, boss)].map((it) =>
      JSON.stringify(it),
    ))
      expect(text).not.toContain(number);
    expect(claims).not.toContain(number);
  });

  long('REL-8 lets in until the end of the last day, and not a second longer', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const handler = await knownPerson(runtime);
    const today = new Date(runtime.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
    await giveRelation(runtime, handler, taxpayerId, 'tax-handler', { validUntil: today });
    const before = runtime.clock.now();
    try {
      runtime.clock.set(`${today}T23:59:50+08:00`);
      const { loginId } = expectStatus(await enterCompany(runtime, handler, taxpayerId), 201).body;
      const scan = expectStatus(await ticketCall(runtime, loginId, 'face'), 201).body;
      await inCompany(runtime, handler, taxpayerId);
      runtime.clock.set(Date.parse(`${today}T24:00:00+08:00`));
      expect((await enterCompany(runtime, handler, taxpayerId)).body.code).toBe('RELATION_NOT_FOUND');
      // The login began on the relation's last day and ends on the next day.
      expect(scan.ticket).toBeTruthy();
      expect((await passFace(runtime, loginId)).body.code).toBe('RELATION_NOT_FOUND');
    } finally {
      runtime.clock.set(before);
    }
  });
});

describe('several roles', () => {
  let who: Known;
  let taxpayerId: string;
  beforeAll(async () => {
    who = await knownPerson(runtime);
    taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    for (const role of ['invoice-clerk', 'tax-handler', 'finance-head'] as const)
      await giveRelation(runtime, who, taxpayerId, role);
  });

  long('LGN-10 offers them in their order after both factors and opens the one chosen', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    expect(reply.cookie).toBeUndefined();
    expect(Object.keys(reply.body)).toEqual(['choices']);
    const { choices } = reply.body;
    expect(rolesOf(choices)).toEqual(['finance-head', 'tax-handler', 'invoice-clerk']);
    expect(choices.every((choice: object) => !('preselected' in choice))).toBe(true);
    expect(new Set(choices.map((choice: { choiceId: string }) => choice.choiceId)).size).toBe(3);
    for (const { choiceId } of choices) expect(choiceId).toMatch(/^[\w-]{22,64}$/);

    // The second factor was passed, so the login now accepts only a choice.
    expect((await verify(runtime, loginId, { smsCode: '123456' })).body.code).toBe('STATE_CONFLICT');
    expect((await verify(runtime, loginId, { faceTicket: 'x' })).body.code).toBe('STATE_CONFLICT');
    expect((await ticketCall(runtime, loginId, 'sms')).body.code).toBe('STATE_CONFLICT');
    expect((await ticketCall(runtime, loginId, 'face')).body.code).toBe('STATE_CONFLICT');

    const chosen = expectStatus(await chooseRole(runtime, loginId, choices[1].choiceId), 200);
    expect(chosen.body.session.identity).toEqual(choices[1].identity);
    expect(chosen.cookie).toMatch(/^__Host-refresh=/);
    for (const { choiceId } of choices)
      expect((await chooseRole(runtime, loginId, choiceId)).body.code).toBe('STATE_CONFLICT');
  });

  long('LGN-10 preselects the role used last in this company', async () => {
    for (const role of ['invoice-clerk', 'finance-head']) {
      const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
      const choice = reply.body.choices.find(
        ({ identity }: { identity: { role: string } }) => identity.role === role,
      );
      expectStatus(await chooseRole(runtime, loginId, choice.choiceId), 200);
      const next = (await bothFactors(runtime, who, taxpayerId)).reply.body.choices;
      expect(rolesOf(next.filter((one: { preselected?: true }) => one.preselected))).toEqual([role]);
      expect(rolesOf(next)).toEqual(['finance-head', 'tax-handler', 'invoice-clerk']);
    }
  });

  long('SES-5 counts the factor from when it was passed, not from the choice', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    const passedAt = runtime.clock.now().getTime() / 1000;
    await wait(runtime, 500);
    const { session } = expectStatus(
      await chooseRole(runtime, loginId, reply.body.choices[0].choiceId),
      200,
    ).body;
    expect((await row(runtime, 'Sessions', { sessionId: session.sessionId })).factorAt).toBe(
      Math.floor(passedAt),
    );
  });

  long('LGN-10 knows only the handles of this login, and only after both factors', async () => {
    const first = await bothFactors(runtime, who, taxpayerId);
    const second = await bothFactors(runtime, who, taxpayerId);
    const [choice] = second.reply.body.choices;
    for (const choiceId of [choice.choiceId, 'made-up', taxpayerId, 'finance-head'])
      expect((await chooseRole(runtime, first.loginId, choiceId)).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    for (const bad of [{}, { choiceId: '' }, { choiceId: 'a'.repeat(513) }, { choiceId: 7 }])
      expect((await runtime.http('POST', `/v1/logins/${first.loginId}/choose`, bad)).body.code).toBe(
        'BAD_REQUEST',
      );
    const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId), 201).body;
    expect((await chooseRole(runtime, loginId, choice.choiceId)).body.code).toBe('STEP_MISSING');
    expect((await confirmRole(runtime, loginId, 'anything')).body.code).toBe('STEP_MISSING');
    expect((await chooseRole(runtime, 'no-such-login', choice.choiceId)).body.code).toBe('NOT_FOUND');
  });

  it('LGN-9 LGN-10 tells the choices again to a page that was loaded anew, by the same handles, and only while they hold', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    const again = () => runtime.http('GET', `/v1/logins/${loginId}/choices`);
    expect(expectStatus(await again(), 200).body).toEqual(reply.body);
    expectStatus(await chooseRole(runtime, loginId, reply.body.choices[0].choiceId), 200);
    expect((await again()).body.code).toBe('STATE_CONFLICT');
    expect((await runtime.http('GET', '/v1/logins/no-such-login/choices')).body.code).toBe('NOT_FOUND');
    const late = await bothFactors(runtime, who, taxpayerId);
    await wait(runtime, 600);
    expect((await runtime.http('GET', `/v1/logins/${late.loginId}/choices`)).body.code).toBe('EXPIRED');
  });

  it('LGN-10 keeps the choice open for the ten minutes of the login', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    await wait(runtime, 600);
    expect((await chooseRole(runtime, loginId, reply.body.choices[0].choiceId)).body).toMatchObject({
      status: 410,
      code: 'EXPIRED',
    });
  });

  long('LGN-10 SES-3 opens one session for any number of choices at once', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    const answers = await Promise.all(
      [0, 1, 2, 0, 1, 2].map((index) => chooseRole(runtime, loginId, reply.body.choices[index].choiceId)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code))).toEqual(
      new Set(['STATE_CONFLICT']),
    );
  });

  it('PWD-3 refuses the choice of a login whose password is no longer the person’s', async () => {
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    await runtime.dynamodb('UpdateItem', {
      TableName: runtime.tables.find((name) => name.endsWith('-Users')),
      Key: { personKey: { S: who.personKey } },
      UpdateExpression: 'ADD passwordRev :one, #rev :one',
      ExpressionAttributeNames: { '#rev': 'rev' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    expect((await chooseRole(runtime, loginId, reply.body.choices[0].choiceId)).body.code).toBe(
      'STATE_CONFLICT',
    );
  });
});

describe('replaced on the way', () => {
  long('REL-2 refuses a legal representative who was replaced between password and factor', async () => {
    const boss = await knownPerson(runtime);
    const heir = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const { loginId } = expectStatus(await enterCompany(runtime, boss, taxpayerId), 201).body;
    await feed(runtime, representativeLine(taxpayerId, heir));
    expect((await passFace(runtime, loginId)).body).toMatchObject({
      status: 403,
      code: 'RELATION_NOT_FOUND',
    });
    expect(await failures(runtime, boss)).toEqual(none);
    await inCompany(runtime, heir, taxpayerId);
  });

  long(
    'REL-2 refuses one who was replaced between factor and choice; the other role is still there',
    async () => {
      const boss = await knownPerson(runtime);
      const heir = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss);
      await giveRelation(runtime, boss, taxpayerId, 'tax-handler');
      const { loginId, reply } = await bothFactors(runtime, boss, taxpayerId);
      await feed(runtime, representativeLine(taxpayerId, heir));
      const [representative, handler] = reply.body.choices;
      expect((await chooseRole(runtime, loginId, representative.choiceId)).body).toMatchObject({
        status: 403,
        code: 'RELATION_NOT_FOUND',
      });
      const opened = expectStatus(await chooseRole(runtime, loginId, handler.choiceId), 200);
      expect(opened.body.session.identity.role).toBe('tax-handler');
    },
  );

  long(
    'REL-10 does not take a newer authorization of the same role for the one that was offered',
    async () => {
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      await giveRelation(runtime, who, taxpayerId, 'invoice-clerk');
      const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      expect((await chooseRole(runtime, loginId, reply.body.choices[0].choiceId)).body.code).toBe(
        'RELATION_NOT_FOUND',
      );
    },
  );

  long('ENT-2 LGN-7 refuses a company that was cancelled between password and factor', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const { loginId } = expectStatus(await enterCompany(runtime, boss, taxpayerId), 201).body;
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    expect((await passFace(runtime, loginId)).body.code).toBe('TAXPAYER_NOT_FOUND');
  });

  long('SMS-2 LCK-6 leaves code and counts alone where the relation has gone', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    await wait(runtime, 61);
    const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId), 201).body;
    expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
    const smsCode = await codeFor(runtime, who.phone);
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
    for (let i = 0; i < 6; i++)
      expect((await verify(runtime, loginId, { smsCode })).body.code).toBe('RELATION_NOT_FOUND');
    expect(await failures(runtime, who)).toEqual(none);
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'active' });
    expectStatus(await verify(runtime, loginId, { smsCode }), 200);
  });
});

describe('finance head', () => {
  it('LGN-9 REL-3 takes the appointment on the login page: confirmed and logged in, in one write', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const authorizationId = await giveRelation(runtime, who, taxpayerId, 'finance-head', {
      state: 'pending',
    });
    const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
    expect(reply.body).toEqual({
      choices: [],
      // REL-11: the answer names the company of the appointment.
      confirm: { authorizationId, role: 'finance-head', taxpayerName: expect.stringMatching(/公司$/) },
    });
    expect((await relationRow(runtime, who, taxpayerId, 'finance-head')).state).toBe('pending');
    expect((await verify(runtime, loginId, { faceTicket: 'x' })).body.code).toBe('STATE_CONFLICT');

    const opened = expectStatus(await confirmRole(runtime, loginId, authorizationId), 200);
    expect(opened.body.session.identity).toMatchObject({
      kind: 'enterprise',
      taxpayerId,
      role: 'finance-head',
    });
    expect(opened.cookie).toMatch(/^__Host-refresh=/);
    expect((await relationRow(runtime, who, taxpayerId, 'finance-head')).state).toBe('active');
    expect((await history(runtime, who)).map(({ kind }) => kind)).toContain('relation-active');
    expect((await companyHistory(runtime, taxpayerId)).map(({ kind }) => kind)).toContain('relation-active');
    const { accessToken: token } = opened.body.session;
    expectStatus(await runtime.http('GET', '/v1/enterprise', undefined, { token }), 200);
    expect((await confirmRole(runtime, loginId, authorizationId)).body.code).toBe('STATE_CONFLICT');
  });

  long('REL-3 LGN-9 takes one whom the registry named, and the successor after that', async () => {
    const who = await knownPerson(runtime);
    const heir = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const named = ({ name, documentType, documentNumber }: Known) => ({
      type: 'finance-head',
      taxpayerId,
      person: { name, documentType, documentNumber },
    });
    await feed(runtime, named(who));
    const first = await bothFactors(runtime, who, taxpayerId);
    const { authorizationId } = first.reply.body.confirm;
    expectStatus(await confirmRole(runtime, first.loginId, authorizationId), 200);
    // The appointment is confirmed, so the next login opens a session without a choice.
    const { session } = (await bothFactors(runtime, who, taxpayerId)).reply.body;
    expect(session.identity.role).toBe('finance-head');
    await feed(runtime, named(heir));
    expect((await enterCompany(runtime, who, taxpayerId)).body.code).toBe('RELATION_NOT_FOUND');
    const working = await runtime.http('GET', '/v1/enterprise', undefined, { token: session.accessToken });
    expect(working.body).toMatchObject({ status: 403, code: 'RELATION_NOT_FOUND' });
    expect((await bothFactors(runtime, heir, taxpayerId)).reply.body).toMatchObject({
      choices: [],
      confirm: { role: 'finance-head' },
    });
  });

  long('LGN-9 LGN-10 offers it beside the roles that are active', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    const authorizationId = await giveRelation(runtime, who, taxpayerId, 'finance-head', {
      state: 'pending',
    });
    const without = await bothFactors(runtime, who, taxpayerId);
    expect(rolesOf(without.reply.body.choices)).toEqual(['tax-handler']);
    expect(without.reply.body.confirm).toMatchObject({ authorizationId, role: 'finance-head' });
    // The person does not have to confirm now.
    expectStatus(await chooseRole(runtime, without.loginId, without.reply.body.choices[0].choiceId), 200);

    const { loginId } = await bothFactors(runtime, who, taxpayerId);
    const confirmed = expectStatus(await confirmRole(runtime, loginId, authorizationId), 200);
    expect(confirmed.cookie).toBeUndefined();
    expect(Object.keys(confirmed.body)).toEqual(['choices']);
    expect(rolesOf(confirmed.body.choices)).toEqual(['finance-head', 'tax-handler']);
    expect((await confirmRole(runtime, loginId, authorizationId)).body.code).toBe('STATE_CONFLICT');
    const opened = expectStatus(await chooseRole(runtime, loginId, confirmed.body.choices[0].choiceId), 200);
    expect(opened.body.session.identity.role).toBe('finance-head');
  });

  long('LGN-9 confirms only what this login offers', async () => {
    const who = await knownPerson(runtime);
    const other = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const own = await giveRelation(runtime, who, taxpayerId, 'finance-head', { state: 'pending' });
    const handler = await giveRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'pending' });
    const elsewhere = await companyOf(runtime, await knownPerson(runtime));
    const theirs = await giveRelation(runtime, other, elsewhere, 'finance-head', { state: 'pending' });
    const { loginId } = await bothFactors(runtime, who, taxpayerId);
    for (const id of [theirs, handler, 'made-up'])
      expect((await confirmRole(runtime, loginId, id)).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    await changeRelation(runtime, who, taxpayerId, 'finance-head', { state: 'superseded' });
    expect((await confirmRole(runtime, loginId, own)).body.code).toBe('STATE_CONFLICT');
    expect((await relationRow(runtime, other, elsewhere, 'finance-head')).state).toBe('pending');
  });

  long('LGN-9 REL-10 activates once, however many confirm at once', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const id = await giveRelation(runtime, who, taxpayerId, 'finance-head', { state: 'pending' });
    const { loginId } = await bothFactors(runtime, who, taxpayerId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirmRole(runtime, loginId, id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await history(runtime, who)).filter(({ kind }) => kind === 'relation-active')).toHaveLength(1);
    expect((await relationRow(runtime, who, taxpayerId, 'finance-head')).rev).toBe(2);
  });
});

describe('special entries', () => {
  it.each(['cross-region-property', 'social-insurance'])(
    'SPC-4 SPC-5 opens a special session at %s after the choice of role',
    async (subject) => {
      const boss = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss, { subject });
      expect((await enterCompany(runtime, boss, taxpayerId)).body).toMatchObject({
        code: 'USE_SPECIAL_ENTRY',
        entry: subject,
        title: '请从“特定主体”入口登录',
      });
      const { reply } = await bothFactors(runtime, boss, taxpayerId, { entry: subject });
      expect(reply.body.session.identity).toEqual({
        kind: 'special',
        subject,
        taxpayerId,
        taxpayerName: '合肥徽香茶业有限公司',
        role: 'legal-representative',
      });
      await giveRelation(runtime, boss, taxpayerId, 'tax-handler');
      const again = await bothFactors(runtime, boss, taxpayerId, { entry: subject });
      expect(rolesOf(again.reply.body.choices)).toEqual(['legal-representative', 'tax-handler']);
      const opened = await chooseRole(runtime, again.loginId, again.reply.body.choices[1].choiceId);
      expect(opened.body.session.identity).toMatchObject({ kind: 'special', role: 'tax-handler' });
    },
  );

  long('SPC-5 lets a company of several subjects in at each of its entries', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss, { subject: ['enterprise', 'cross-region-property'] });
    expect((await bothFactors(runtime, boss, taxpayerId)).reply.body.session.identity.kind).toBe(
      'enterprise',
    );
    const special = await bothFactors(runtime, boss, taxpayerId, { entry: 'cross-region-property' });
    expect(special.reply.body.session.identity.kind).toBe('special');
  });
});

describe('cost', () => {
  const chainsOf = () =>
    Object.fromEntries(
      Object.values(runtime.usage()).flatMap(({ routes }) =>
        Object.entries(routes).map(([route, usage]) => [route, usage] as const),
      ),
    );

  long(
    'LGN-8 LGN-10 keeps the chains of an enterprise login as short as those of a natural one',
    async () => {
      const who = await knownPerson(runtime, person(), { username: 'EnterpriseCost' });
      const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      await giveRelation(runtime, who, taxpayerId, 'finance-head', { state: 'pending' });
      const nowhere = await companyOf(runtime, await knownPerson(runtime));
      runtime.resetUsage();
      for (const account of [who.documentNumber, who.phone, 'EnterpriseCost']) {
        expectStatus(await enterCompany(runtime, who, taxpayerId, { account }), 201);
        expect((await enterCompany(runtime, who, nowhere, { account })).body.code).toBe('RELATION_NOT_FOUND');
      }
      const { loginId, reply } = await bothFactors(runtime, who, taxpayerId);
      expectStatus(await runtime.http('GET', `/v1/logins/${loginId}/choices`), 200);
      const confirmed = expectStatus(
        await confirmRole(runtime, loginId, reply.body.confirm.authorizationId),
        200,
      );
      expectStatus(await chooseRole(runtime, loginId, confirmed.body.choices[0].choiceId), 200);
      const chains = chainsOf();
      expect(chains['POST /v1/logins']?.longestChain).toBe(3);
      expect(chains['POST /v1/logins/{id}/verify']?.longestChain).toBeLessThanOrEqual(3);
      expect(chains['GET /v1/logins/{id}/choices']?.longestChain).toBeLessThanOrEqual(2);
      expect(chains['POST /v1/logins/{id}/confirm-role']?.longestChain).toBeLessThanOrEqual(3);
      expect(chains['POST /v1/logins/{id}/choose']?.longestChain).toBeLessThanOrEqual(3);
    },
  );

  long('LGN-8 reads as much for a person with 200 companies as for one with a single one', async () => {
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const few = await knownPerson(runtime);
    const many = await knownPerson(runtime);
    await giveRelation(runtime, few, taxpayerId, 'tax-handler');
    await giveRelation(runtime, many, taxpayerId, 'tax-handler');
    const template = await relationRow(runtime, many, taxpayerId, 'tax-handler');
    await putAll(runtime, 'Relationships', relationsLike(template, 200));
    const used = async (who: Known) => {
      runtime.resetUsage();
      expectStatus(await enterCompany(runtime, who, taxpayerId), 201);
      const usage = chainsOf()['POST /v1/logins'];
      return { calls: usage?.calls, chain: usage?.longestChain, read: usage?.readUnits };
    };
    expect(await used(many)).toEqual(await used(few));
  });
});
