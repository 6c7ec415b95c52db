import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  loggedIn,
  loggedInByFace,
  openTestRuntime,
  registered,
  type TestRuntime,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { addPhone, newcomer, newestCode, ownFace, phonesOf, signIn } from './support/account.ts';
import { authorizationsOf, feed, taxpayer } from './support/feed-lines.ts';
import { legacy, moved, ownedNumbers, personLine } from './support/migration.ts';
import { events, personOf, rowsOf, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

const keyOf = (who: Sample, facts: object = {}) =>
  subjectOf(runtime, () => feed(runtime, personLine(who, 1, facts)), 'migrated');
const told = (report: object, list: 'rejected' | 'warnings') =>
  (report as Record<string, { line: number; code: string }[]>)[list]?.map(({ line, code }) => [line, code]);
const factorsOf = async (who: Sample, account = who.documentNumber, password = who.password) =>
  expectStatus(await enterPassword(runtime, account, password), 201).body.secondFactors.map(
    ({ method }: { method: string }) => method,
  );
const levelOf = async (who: Sample) => (await loggedInByFace(runtime, who)).session.person.realNameLevel;

describe('people who move over', () => {
  long(
    'MIG-1 LVL-1 log in with their old password and number; level 3 without a face check, 4 with one',
    async () => {
      const [plain, checked] = [person(), person()];
      await moved(runtime, plain);
      await moved(runtime, checked, { faceVerified: true });
      const { session } = await loggedIn(runtime, plain, plain.phone);
      expect(session.person).toMatchObject({ realNameLevel: 3 });
      expect(await levelOf(checked)).toBe(4);
    },
  );

  long('MIG-1 PWD-3 every old scheme is wrapped at import and hashed anew at the first login', async () => {
    const schemes = [
      ['MD5', ''],
      ['MD5', 'a1b2'],
      ['SHA256', ''],
      ['SHA256', '盐:salt'],
      ['SM3', ''],
      ['SM3', 'x'],
    ] as const;
    for (const [algorithm, salt] of schemes) {
      const who = person();
      const key = await keyOf(who, { passwordHash: legacy(algorithm, who.password, salt) });
      expect((await personOf(runtime, key)).password).toMatchObject({
        hash: expect.stringMatching(/^\$argon2id\$/),
        wraps: algorithm,
      });
      expectStatus(await enterPassword(runtime, who.documentNumber, 'Quite#Wrong77'), 401);
      await factorsOf(who);
      const { password, passwordRev = 0 } = await personOf(runtime, key);
      expect(password).toEqual({ hash: expect.stringMatching(/^\$argon2id\$/), pepperVersion: 1 });
      expect(passwordRev).toBe(0);
      expect(await factorsOf(who)).toEqual(['sms', 'face']);
      // There is one event: the second login has nothing to replace.
      const told = (await events(runtime)).filter(
        ({ subject, kind }) => subject === key && kind === 'password-rehashed',
      );
      expect(told.map(({ outcome }) => outcome)).toEqual(['success']);
    }
  });

  long(
    'MIG-1 log in with a password that an old system hashed in GBK bytes, which is hashed anew then',
    async () => {
      const who = person({ password: '密码Wan#2058' });
      const bytes = Buffer.concat([Buffer.from([0xc3, 0xdc, 0xc2, 0xeb]), Buffer.from('Wan#2058')]);
      const passwordHash = `{SM3}${createHash('sm3').update(bytes).digest('hex')}`;
      const key = await keyOf(who, { passwordHash, charset: 'gbk' });
      expect((await personOf(runtime, key)).password).toMatchObject({ wraps: 'SM3', wrapCharset: 'gbk' });
      expectStatus(await enterPassword(runtime, who.documentNumber, '密碼Wan#2058'), 401);
      expect(await factorsOf(who)).toEqual(['sms', 'face']);
      const { password } = await personOf(runtime, key);
      expect(password).toEqual({ hash: expect.stringMatching(/^\$argon2id\$/), pepperVersion: 1 });
      expect(await factorsOf(who)).toEqual(['sms', 'face']);
      const big5 = await feed(runtime, personLine(person(), 1, { passwordHash, charset: 'big5' }));
      expect(told(big5, 'rejected')).toEqual([[1, 'BAD_REQUEST']]);
    },
  );

  long('MIG-1 LVL-1 keep level 5 from a hall, whichever line comes first', async () => {
    const [first, second] = [person(), person()];
    const collection = (who: Sample) => ({
      type: 'collection',
      version: 1,
      person: { name: who.name, documentType: who.documentType, documentNumber: who.documentNumber },
      phone: who.phone,
      officer: '0101',
    });
    await feed(
      runtime,
      collection(first),
      personLine(first, 1, { passwordHash: legacy('MD5', first.password) }),
    );
    await feed(
      runtime,
      personLine(second, 1, { passwordHash: legacy('MD5', second.password) }),
      collection(second),
    );
    expect([await levelOf(first), await levelOf(second)]).toEqual([5, 5]);
  });

  long(
    'MIG-1 each bad line is told by its number and code, without what it held, and costs no other',
    async () => {
      const [known, good, bad] = [person(), person(), person()];
      const cut = { ...bad, documentNumber: `${bad.documentNumber.slice(0, 17)}?` };
      const numbers = Array.from({ length: 11 }, () => mobile());
      const report = await feed(
        runtime,
        personLine(known),
        personLine(bad, 1, { passwordHash: '{CRC32}cbf43926' }),
        personLine(bad, 1, { passwordHash: '{MD5}1234' }),
        personLine(bad, 1, { phones: ['12'] }),
        personLine(cut),
        personLine({ ...known, name: '不同人' }, 2),
        personLine(bad, 1, { state: 'asleep' }),
        personLine(bad, 1, { faceVerified: 'yes' }),
        personLine(bad, 1, { phones: undefined }),
        personLine(bad, 1, { phones: numbers }),
        personLine(good),
      );
      expect(report).toMatchObject({ accepted: 2, stale: 0, warnings: [] });
      expect(told(report, 'rejected')).toEqual([
        [2, 'BAD_REQUEST'],
        [3, 'BAD_REQUEST'],
        [4, 'PHONE_INVALID'],
        [5, 'DOCUMENT_INVALID'],
        [6, 'PERSON_MISMATCH'],
        [7, 'BAD_REQUEST'],
        [8, 'BAD_REQUEST'],
        [9, 'BAD_REQUEST'],
        [10, 'TOO_MANY_PHONES'],
      ]);
      for (const secret of [bad.name, bad.documentNumber, 'cbf43926', 'asleep', numbers[0] ?? ''])
        expect(JSON.stringify(report)).not.toContain(secret);
    },
  );

  long(
    'MIG-1 a repeated or older line changes nothing; a newer one brings what the old system learned',
    async () => {
      const who = person();
      const [second, third] = [mobile(), mobile()];
      const line = personLine(who, 3, {
        passwordHash: legacy('MD5', who.password),
        phones: [who.phone, second],
      });
      const key = await subjectOf(runtime, () => feed(runtime, line), 'migrated');
      const before = await personOf(runtime, key);
      expect(await feed(runtime, line, { ...line, version: 2, phones: [] })).toMatchObject({
        accepted: 0,
        stale: 2,
      });
      expect(await personOf(runtime, key)).toEqual(before);

      const renewed = 'Jianghuai#2061';
      await feed(runtime, {
        ...line,
        version: 4,
        phones: [third, who.phone],
        passwordHash: legacy('SM3', renewed),
      });
      expect(await enterPassword(runtime, second, renewed)).toMatchObject({ status: 404 });
      expectStatus(await enterPassword(runtime, who.phone, who.password), 401);
      expect(await factorsOf(who, third, renewed)).toEqual(['sms', 'face']);
      // The first number was the default number, and stays the default.
      const reply = expectStatus(await enterPassword(runtime, who.documentNumber, renewed), 201);
      expect(reply.body.secondFactors[0].maskedPhone).toBe(
        `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
      );
      await ownedNumbers(runtime);
    },
  );

  long('MIG-1 REG-4 an ended account is unknown at login and restored by registering again', async () => {
    for (const state of ['invalid', 'cancelled']) {
      const [who, other] = [person(), person()];
      const key = await keyOf(who, { state, passwordHash: legacy('MD5', who.password) });
      expect(await personOf(runtime, key)).not.toHaveProperty('password');
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'USER_NOT_REGISTERED',
      );
      expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('PHONE_NOT_FOUND');
      // Nobody owns this number, so the line is not a second claim.
      const report = await feed(runtime, personLine({ ...other, phone: who.phone }));
      expect(report).toMatchObject({ accepted: 1, warnings: [] });
      const again = await registered(runtime, { ...who, phone: mobile() });
      expect(await levelOf(again)).toBe(4);
      // The old system still sends lines about an account that is now ours.
      await feed(
        runtime,
        personLine(who, 2, { state, phones: [] }),
        personLine(who, 3, { phones: [mobile()] }),
      );
      expect(await factorsOf(again, again.phone)).toEqual(['sms', 'face']);
    }
  });

  long(
    'MIG-1 a newer line ends an account that is still as imported, with its sessions and numbers, and opens it again',
    async () => {
      const who = await moved(runtime, person());
      const signed = await signIn(runtime, who);
      await feed(runtime, personLine(who, 2, { state: 'invalid' }));
      expect((await signed.api('GET', '/v1/session')).body).toMatchObject({
        code: 'SESSION_ENDED',
        reason: 'deregistered',
      });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'USER_NOT_REGISTERED',
      );
      await feed(runtime, personLine(who, 3, { passwordHash: legacy('MD5', who.password) }));
      expect(await factorsOf(who, who.phone)).toEqual(['sms', 'face']);
      await ownedNumbers(runtime);
    },
  );

  long('MIG-1 several documents, foreign ones too, and a person known by a relation only', async () => {
    const company = creditCode();
    const who = person();
    const { name, documentType, documentNumber } = who;
    await feed(runtime, taxpayer(company), {
      type: 'tax-handler',
      version: 1,
      taxpayerId: company,
      person: { name, documentType, documentNumber },
    });
    await moved(runtime, who);
    const { token } = await signIn(runtime, who);
    const { body } = await authorizationsOf(runtime, token, 'pending');
    expect(body.authorizations).toMatchObject([{ taxpayerId: company, role: 'tax-handler' }]);
    const foreign = { ...person(), name: 'Anna Müller', documentType: '208', documentNumber: 'E12345678' };
    await moved(runtime, foreign);
    expect(await factorsOf(foreign)).toEqual(['sms', 'face']);
  });
});

describe('what people have done here', () => {
  long('MIG-1 an account that was registered here keeps password, username and phones', async () => {
    const who = await registered(runtime, person(), { username: `Chaohu${Date.now() % 1e8}` });
    const report = await feed(
      runtime,
      personLine(who, 9, {
        passwordHash: legacy('MD5', 'Lieyang#404'),
        phones: [mobile()],
        faceVerified: false,
      }),
      personLine(who, 10, { state: 'cancelled', phones: [] }),
    );
    expect(report).toMatchObject({ accepted: 2 });
    // ORD-1: the line is accepted, but without its state.
    expect(told(report, 'warnings')).toEqual([[2, 'STATE_NOT_TAKEN']]);
    expect(await factorsOf(who, who.phone)).toEqual(['sms', 'face']);
    expect(await levelOf(who)).toBe(4);
    expectStatus(await enterPassword(runtime, who.documentNumber, 'Lieyang#404'), 401);
    await ownedNumbers(runtime);
  });

  long(
    'MIG-1 an imported account keeps the password, username or phones that were changed here',
    async () => {
      const who = await moved(runtime, person());
      const signed = await signIn(runtime, who);
      const newPassword = 'Xin#An2077';
      expectStatus(
        await signed.api('PUT', '/v1/account/password', { oldPassword: who.password, newPassword }),
        204,
      );
      await feed(
        runtime,
        personLine(who, 2, { passwordHash: legacy('MD5', 'Huainan#33a'), phones: [mobile()] }),
      );
      expect(await factorsOf(who, who.phone, newPassword)).toEqual(['sms', 'face']);

      const other = await moved(runtime, person());
      const session = await signIn(runtime, other);
      const added = mobile();
      expectStatus(await addPhone(runtime, session, added), 201);
      await feed(runtime, personLine(other, 2, { phones: [other.phone] }));
      expect(await phonesOf(session)).toHaveLength(2);
      await ownedNumbers(runtime);

      const named = await moved(runtime, person());
      const username = `Chaohu${Date.now() % 1e8}`;
      expectStatus(
        await (await signIn(runtime, named)).api('PUT', '/v1/account/username', { username }),
        200,
      );
      await feed(runtime, personLine(named, 2, { state: 'invalid' }));
      expect(await factorsOf(named, username)).toEqual(['sms', 'face']);
    },
  );

  long('MIG-1 CTR-2 who was deregistered here is not opened again by a line', async () => {
    const who = await moved(runtime, person());
    const signed = await signIn(runtime, who);
    const faceTicket = await ownFace(runtime, signed);
    expectStatus(
      await signed.api('POST', '/v1/account/deregistration', { password: who.password, faceTicket }),
      204,
    );
    await feed(runtime, personLine(who, 2));
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'USER_NOT_REGISTERED',
    );
    await ownedNumbers(runtime);
  });

  long(
    'MIG-1 PWD-3 a password that was logged in with is not replaced by the old system’s weak one',
    async () => {
      const who = person();
      const key = await keyOf(who, { passwordHash: legacy('MD5', who.password) });
      await factorsOf(who);
      const { password } = await personOf(runtime, key);
      await feed(runtime, personLine(who, 2, { passwordHash: legacy('MD5', who.password) }));
      expect((await personOf(runtime, key)).password).toEqual(password);
      expect(await factorsOf(who)).toEqual(['sms', 'face']);
    },
  );
});

describe('numbers that two people claim', () => {
  long(
    'MIG-1 LGN-5 are taken from both, and refused in every later line; the report tells how many',
    async () => {
      const [first, second, third] = [person(), person(), person()];
      const { phone } = first;
      await moved(runtime, first);
      const report = await feed(runtime, personLine({ ...second, phone }), personLine({ ...third, phone }));
      expect(report).toMatchObject({ accepted: 2, emptied: 1 });
      expect(told(report, 'warnings')).toEqual([
        [1, 'PHONE_EMPTIED'],
        [2, 'PHONE_REFUSED'],
      ]);
      expect(JSON.stringify(report)).not.toContain(phone);
      const reply = expectStatus(await enterPassword(runtime, first.documentNumber, first.password), 201);
      expect(reply.body).toMatchObject({
        secondFactors: [{ method: 'face' }],
        notices: [{ code: 'PHONE_EMPTY' }],
      });
      expect((await enterPassword(runtime, phone, first.password)).body.code).toBe('PHONE_NOT_FOUND');
      // A newer line gives the number to neither of the two.
      const later = await feed(runtime, personLine(first, 2), personLine({ ...second, phone }, 2));
      expect(told(later, 'warnings')).toEqual([
        [1, 'PHONE_REFUSED'],
        [2, 'PHONE_REFUSED'],
      ]);
      expect(later).not.toHaveProperty('emptied');
      await ownedNumbers(runtime);
    },
  );

  long('MIG-1 leave the other numbers of a person alone, and one of them becomes the default', async () => {
    const who = person();
    const [second, third] = [mobile(), mobile()];
    await moved(runtime, who, { phones: [who.phone, second, third] });
    await feed(runtime, personLine({ ...person(), phone: who.phone }, 1, { phones: [third, who.phone] }));
    const reply = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
    expect(reply.body.secondFactors[0].maskedPhone).toBe(`${second.slice(0, 3)}****${second.slice(7)}`);
    const lost = (await events(runtime)).filter(
      ({ kind, detail }) => kind === 'phone-lost' && detail?.reason === 'duplicate',
    );
    expect(lost.some(({ detail }) => detail?.phone === `${third.slice(0, 3)}****${third.slice(7)}`)).toBe(
      true,
    );
    await ownedNumbers(runtime);
  });

  it('MIG-1 twice in one line are one number', async () => {
    const who = person();
    const report = await feed(runtime, personLine(who, 1, { phones: [who.phone, `+86 ${who.phone}`] }));
    expect(report).toMatchObject({ accepted: 1, warnings: [] });
    await ownedNumbers(runtime);
  });

  long(
    'MIG-1 stay with whom an SMS has proved them for: by registering, adding, logging in, or a reset',
    async () => {
      const registrant = await registered(runtime, person());
      const adder = await newcomer(runtime);
      const added = mobile();
      expectStatus(await addPhone(runtime, adder, added), 201);
      const byLogin = await moved(runtime, person());
      await loggedIn(runtime, byLogin);
      const byReset = await moved(runtime, person());
      const { resetId } = expectStatus(
        await runtime.http('POST', '/v1/password-resets', {
          account: byReset.documentNumber,
          name: byReset.name,
          documentNumber: byReset.documentNumber,
        }),
        201,
      ).body;
      expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
      expectStatus(
        await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, {
          smsCode: newestCode(runtime, byReset.phone),
          newPassword: 'Qimen#2088x',
        }),
        204,
      );
      const byFactor = await moved(runtime, person());
      const signed = await signIn(runtime, byFactor);
      expectStatus(await signed.api('POST', '/v1/session/factor/sms'), 202);
      expectStatus(
        await signed.api('POST', '/v1/session/factor', { smsCode: newestCode(runtime, byFactor.phone) }),
        204,
      );
      const proven = [registrant.phone, added, byLogin.phone, byReset.phone, byFactor.phone];
      const report = await feed(runtime, ...proven.map((phone) => personLine({ ...person(), phone })));
      expect(told(report, 'warnings')).toEqual(proven.map((_, index) => [index + 1, 'PHONE_OF_ANOTHER']));
      expect(report).toMatchObject({ accepted: proven.length });
      for (const [phone, password] of [
        [registrant.phone, registrant.password],
        [byLogin.phone, byLogin.password],
        [byReset.phone, 'Qimen#2088x'],
        [byFactor.phone, byFactor.password],
      ] as const)
        expectStatus(await enterPassword(runtime, phone, password), 201);
      await ownedNumbers(runtime);
    },
  );

  long('MIG-1 PHN-2 can be had by whoever proves them by SMS, and are refused again after that', async () => {
    const [one, two] = [person(), person()];
    await feed(runtime, personLine(one), personLine({ ...two, phone: one.phone }));
    const owner = await newcomer(runtime);
    expectStatus(await addPhone(runtime, owner, one.phone), 201);
    const [phone] = (await phonesOf(owner)).filter((own) => !own.isDefault);
    expectStatus(await owner.api('DELETE', `/v1/account/phones/${phone.phoneId}`), 204);
    const report = await feed(runtime, personLine({ ...person(), phone: one.phone }));
    expect(told(report, 'warnings')).toEqual([[1, 'PHONE_REFUSED']]);
    await ownedNumbers(runtime);
  });
});

describe('imports side by side', () => {
  long('MIG-1 PHN-5 files with the same numbers at the same time leave each number with nobody', async () => {
    const shared = Array.from({ length: 12 }, () => mobile());
    const before = await ownedNumbers(runtime);
    const files = [0, 1, 2].map(() => shared.map((phone) => personLine({ ...person(), phone })));
    const reports = await Promise.all(files.map((file) => feed(runtime, ...file)));
    for (const report of reports) expect(report).toMatchObject({ accepted: 12, rejected: [] });
    expect(reports.reduce((sum, { emptied }) => sum + (emptied ?? 0), 0)).toBe(12);
    expect(await ownedNumbers(runtime)).toBe(before);
    const contested = (await rowsOf(runtime, 'Phones')).filter((row) => row.contested && !row.personKey);
    expect(contested.length).toBeGreaterThanOrEqual(12);
  });

  long('MIG-1 the same file twice at once is one import', async () => {
    const lines = Array.from({ length: 25 }, () =>
      personLine(person(), 1, { passwordHash: legacy('MD5', 'x') }),
    );
    const before = await ownedNumbers(runtime);
    const reports = await Promise.all([
      feed(runtime, ...lines),
      feed(runtime, ...lines),
      feed(runtime, ...lines),
    ]);
    expect(reports.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(25);
    expect(reports.reduce((sum, { stale }) => sum + stale, 0)).toBe(50);
    expect(reports.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(await ownedNumbers(runtime)).toBe(before + 25);
  });

  long(
    'MIG-1 PHN-5 beside people who register that moment, the one that comes second sees the other',
    async () => {
      const people = Array.from({ length: 4 }, () => person());
      const lines = people.flatMap((who) => [
        personLine(who, 1, { passwordHash: legacy('MD5', 'Old#Word123') }),
        personLine({ ...person(), phone: who.phone }),
      ]);
      const outcomes = await Promise.allSettled([
        feed(runtime, ...lines),
        ...people.map((who) => registered(runtime, who)),
      ]);
      expect(outcomes[0]).toMatchObject({ status: 'fulfilled', value: { accepted: 8, rejected: [] } });
      for (const [index, who] of people.entries()) {
        const isRegistered = outcomes[index + 1]?.status === 'fulfilled';
        const password = isRegistered ? who.password : 'Old#Word123';
        const reply = expectStatus(await enterPassword(runtime, who.documentNumber, password), 201);
        // A person who logged in by SMS has the number; otherwise nobody has it.
        expect(reply.body.secondFactors).toHaveLength(isRegistered ? 2 : 1);
      }
      await ownedNumbers(runtime);
    },
  );

  long(
    'MIG-1 PHN-3 beside a takeover of the number, the number has one owner and it is the one who proved it',
    async () => {
      const holders = await Promise.all(Array.from({ length: 3 }, () => moved(runtime, person())));
      const takers = await Promise.all(holders.map(() => newcomer(runtime)));
      const takeovers = takers.map(async (taker, index) => {
        const phone = holders[index]?.phone ?? '';
        expectStatus(await taker.api('POST', '/v1/account/phones/sms', { phone }), 202);
        const faceTicket = await ownFace(runtime, taker);
        return taker.api('POST', '/v1/account/phones', {
          phone,
          smsCode: newestCode(runtime, phone),
          takeover: true,
          faceTicket,
        });
      });
      const claims = holders.map(({ phone }) => personLine({ ...person(), phone }));
      const [report, ...taken] = await Promise.all([feed(runtime, ...claims), ...takeovers]);
      expect(report).toMatchObject({ accepted: 3, rejected: [] });
      for (const reply of taken) expectStatus(reply as Awaited<(typeof takeovers)[0]>, 201);
      for (const taker of takers) expect(await phonesOf(taker)).toHaveLength(2);
      await ownedNumbers(runtime);
    },
  );
});

describe('companies that move over', () => {
  const rowOf = async (id: string) =>
    (await rowsOf(runtime, 'Taxpayers')).find(({ companyKey }) => companyKey === `c_${id}`);

  it('MIG-1 LEG-1 their old password is wrapped; a later line without one leaves it, an unknown scheme is refused', async () => {
    const id = creditCode();
    const companyPasswordHash = legacy('SM3', 'Qiye#2019', 's1');
    expect(
      await feed(
        runtime,
        taxpayer(id, 1, { companyPasswordHash }),
        taxpayer(id, 2, { companyPasswordHash: 'plain' }),
        taxpayer(id, 3, { name: '合肥新名有限公司' }),
      ),
    ).toMatchObject({ accepted: 2, rejected: [{ line: 2, code: 'BAD_REQUEST' }] });
    const row = await rowOf(id);
    expect(row).toMatchObject({
      name: '合肥新名有限公司',
      companyPassword: { hash: expect.stringMatching(/^\$argon2id\$/), wraps: 'SM3', wrapSalt: 's1' },
    });
    expect(JSON.stringify(row)).not.toContain(companyPasswordHash.slice(8));
  });
});
