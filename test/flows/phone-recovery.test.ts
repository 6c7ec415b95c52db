import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mobile, person, residentNumber, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loggedIn,
  loggedInByFace,
  openTestRuntime,
  registered,
  scanFace,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import { eventsOf, personOf, setOnPerson, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

const start = (who: Sample, newPhone: string, changes: object = {}) =>
  runtime.http('POST', '/v1/phone-recoveries', {
    name: who.name,
    documentType: who.documentType,
    documentNumber: who.documentNumber,
    password: who.password,
    newPhone,
    ...changes,
  });
const begin = async (who: Sample, newPhone: string): Promise<string> =>
  expectStatus(await start(who, newPhone), 201).body.recoveryId;
const send = (id: string) => runtime.http('POST', `/v1/phone-recoveries/${id}/sms`);
const complete = (id: string, body: object) =>
  runtime.http('POST', `/v1/phone-recoveries/${id}/complete`, body);
const codeTo = async (id: string, phone: string) => {
  expectStatus(await send(id), 202);
  return codeFor(runtime, phone);
};
const faceOf = async (id: string): Promise<string> => {
  const scan = expectStatus(await runtime.http('POST', `/v1/phone-recoveries/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return scan.ticket;
};
const recover = async (who: Sample, newPhone: string, extra: object = {}) => {
  const id = await begin(who, newPhone);
  return complete(id, { smsCode: await codeTo(id, newPhone), ...extra });
};
const keyOf = (who: Sample) =>
  subjectOf(runtime, () => enterPassword(runtime, who.documentNumber, 'Falsch#9182'), 'login-password');
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body?.code];
const wrongTo = (code: string) => (code === '123456' ? '654321' : '123456');

describe('PHN-4 找回手机号码', () => {
  long('PHN-4 makes the new number the default one, keeps the old and tells it at once', async () => {
    const who = await registered(runtime);
    const newPhone = mobile();
    const id = await begin(who, newPhone);
    const sent = expectStatus(await send(id), 202).body;
    expect(sent.maskedPhone).toBe(`${newPhone.slice(0, 3)}****${newPhone.slice(7)}`);
    const [code] = runtime.sms(newPhone);
    expect(code).toMatchObject({ purpose: 'phone-recovery' });
    expect(code?.text).toContain('找回手机号码');
    const happened = await eventsOf(runtime, async () =>
      expect((await complete(id, { smsCode: code?.code ?? '' })).status).toBe(204),
    );
    expect(happened.map(({ kind, outcome }) => [kind, outcome])).toEqual([['phone-recovered', 'success']]);
    expect(JSON.stringify(happened)).not.toContain(newPhone);

    const [notice] = runtime.sms(who.phone);
    expect(notice).toMatchObject({ purpose: 'notice' });
    expect(notice?.text).toContain(`${newPhone.slice(0, 3)}****${newPhone.slice(7)}`);
    expect(runtime.sms(newPhone).filter((sms) => sms.purpose === 'notice')).toEqual([]);

    // Both numbers work for the login. If the document was typed, the code goes to the new default number (LGN-6).
    const login = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201).body;
    expect(login.secondFactors[0].maskedPhone).toBe(sent.maskedPhone);
    expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(201);
    await wait(runtime, 61);
    await loggedIn(runtime, { ...who, phone: newPhone }, newPhone);
    // The ticket is used up.
    expect(codeOf(await complete(id, { smsCode: '123456' }))).toEqual([409, 'STATE_CONFLICT']);
    expect(codeOf(await send(id))).toEqual([409, 'STATE_CONFLICT']);
  });

  long('PHN-4 marks the number as recovered, also one that was theirs before', async () => {
    const who = await registered(runtime);
    const key = await keyOf(who);
    await wait(runtime, 61);
    expect((await recover(who, who.phone)).status).toBe(204);
    const { phones, defaultPhoneId } = await personOf(runtime, key);
    expect(phones).toMatchObject([{ phoneId: defaultPhoneId, recoveredAt: expect.stringMatching(/Z$/) }]);
  });

  long(
    'PHN-4 LCK-5 a wrong name, an unknown document and a wrong password answer and count alike',
    async () => {
      const who = await registered(runtime);
      const stranger = { ...who, documentNumber: residentNumber() };
      const answers = [
        await start(who, mobile(), { password: 'Falsch#9182' }),
        await start(who, mobile(), { name: '不同人' }),
        await start(stranger, mobile()),
        await start(stranger, mobile(), { name: '不同人', password: 'Falsch#9182' }),
      ];
      expect(answers.map(codeOf)).toEqual(Array(4).fill([401, 'BAD_CREDENTIALS']));
      expect(answers.map(({ body }) => body.remainingAttempts)).toEqual([4, 3, 4, 3]);
      const [known, , unknown] = answers.map(({ body: { traceId, remainingAttempts, ...rest } }) => rest);
      expect(unknown).toEqual(known);
      // Failures count in the same count as at login.
      expect((await enterPassword(runtime, who.documentNumber, 'Falsch#9182')).body.remainingAttempts).toBe(
        2,
      );
      expect((await start(who, mobile())).status).toBe(201);
      expect((await enterPassword(runtime, who.documentNumber, 'Falsch#9182')).body.remainingAttempts).toBe(
        4,
      );
    },
  );

  long(
    'PHN-4 LCK-4 locks at the fifth failure, also under parallel guesses, and is refused while locked',
    async () => {
      const who = await registered(runtime);
      const replies = await Promise.all(
        Array.from({ length: 12 }, () => start(who, mobile(), { password: 'Falsch#9182' })),
      );
      const codes = replies.map(({ body }) => body.code);
      expect(codes.filter((code) => code === 'BAD_CREDENTIALS')).toHaveLength(4);
      expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(8);
      expect(codeOf(await start(who, mobile()))).toEqual([423, 'ACCOUNT_LOCKED']);
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'ACCOUNT_LOCKED',
      );
    },
  );

  it('LGN-11 an initial password is no proof here, and no failure', async () => {
    const who = await registered(runtime);
    const key = await keyOf(who);
    const { password } = await personOf(runtime, key);
    await setOnPerson(runtime, key, 'password', { ...(password as object), initial: true });
    expect(codeOf(await start(who, mobile()))).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
    expect((await start(who, mobile(), { password: 'Falsch#9182' })).body.remainingAttempts).toBe(3);
  });

  long(
    'PHN-3 PHN-4 tells that a number is taken only after its right code; takeover wants a face',
    async () => {
      const [who, holder] = [
        await registered(runtime),
        await registered(runtime, person({ password: 'Huangshan!7305' })),
      ];
      const holderKey = await keyOf(holder);
      await wait(runtime, 61);
      const id = await begin(who, holder.phone);
      const smsCode = await codeTo(id, holder.phone);
      expect(codeOf(await complete(id, { smsCode: wrongTo(smsCode) }))).toEqual([401, 'SMS_CODE_WRONG']);
      expect(codeOf(await complete(id, { smsCode }))).toEqual([409, 'PHONE_TAKEN']);
      expect(codeOf(await complete(id, { smsCode, takeover: true }))).toEqual([403, 'FACE_REQUIRED']);
      // A face check that was started for something else proves nothing here.
      expect(codeOf(await complete(id, { smsCode, takeover: true, faceTicket: id }))).toEqual([
        403,
        'FACE_REQUIRED',
      ]);
      const faceTicket = await faceOf(id);
      const happened = await eventsOf(runtime, async () =>
        expect((await complete(id, { smsCode, takeover: true, faceTicket })).status).toBe(204),
      );
      expect(happened.map(({ kind, subject }) => [kind, subject === holderKey])).toEqual(
        expect.arrayContaining([
          ['phone-lost', true],
          ['phone-recovered', false],
        ]),
      );
      // LGN-5 now applies to the former holder.
      const login = expectStatus(
        await enterPassword(runtime, holder.documentNumber, holder.password),
        201,
      ).body;
      expect(login.secondFactors).toEqual([{ method: 'face' }]);
      expect(login.notices).toMatchObject([{ code: 'PHONE_EMPTY' }]);
      expect((await enterPassword(runtime, holder.phone, who.password)).status).toBe(201);
      expect((await enterPassword(runtime, holder.phone, holder.password)).body.code).toBe('BAD_CREDENTIALS');
    },
  );

  long('PHN-4 LCK-1 failed faces count as failures of the method face', async () => {
    const who = await registered(runtime);
    const id = await begin(who, mobile());
    await runtime.http('POST', '/local/face', { outcome: 'fail' });
    const left: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      const scan = expectStatus(await runtime.http('POST', `/v1/phone-recoveries/${id}/face`), 201).body;
      const { body } = await scanFace(runtime, scan.qrContent);
      left.push(body.remainingAttempts ?? body.code);
    }
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    expect(left).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
  });

  long('PHN-4 a locked account finishes no recovery that was begun before', async () => {
    const who = await registered(runtime);
    const newPhone = mobile();
    const id = await begin(who, newPhone);
    const smsCode = await codeTo(id, newPhone);
    for (let i = 0; i < 5; i++) await enterPassword(runtime, who.documentNumber, 'Falsch#9182');
    expect(codeOf(await complete(id, { smsCode }))).toEqual([423, 'ACCOUNT_LOCKED']);
  });

  it('PHN-1 refuses the eleventh number', async () => {
    const who = await registered(runtime);
    const key = await keyOf(who);
    const { phones } = (await personOf(runtime, key)) as { phones: object[] };
    const full = Array.from({ length: 10 }, (_, i) =>
      i === 0 ? phones[0] : { ...phones[0], phoneId: `p${i}`, phoneKey: `k${i}` },
    );
    await setOnPerson(runtime, key, 'phones', full);
    expect(codeOf(await recover(who, mobile()))).toEqual([409, 'TOO_MANY_PHONES']);
  });

  long('PWD-3 a password changed meanwhile ends the recovery', async () => {
    const who = await registered(runtime);
    const newPhone = mobile();
    const id = await begin(who, newPhone);
    const reset = expectStatus(
      await runtime.http('POST', '/v1/password-resets', {
        account: who.documentNumber,
        name: who.name,
        documentNumber: who.documentNumber,
      }),
      201,
    ).body;
    const scan = expectStatus(
      await runtime.http('POST', `/v1/password-resets/${reset.resetId}/face`),
      201,
    ).body;
    await scanFace(runtime, scan.qrContent);
    expectStatus(
      await runtime.http('POST', `/v1/password-resets/${reset.resetId}/complete`, {
        faceTicket: scan.ticket,
        newPassword: 'Huangshan!7305',
      }),
      204,
    );
    expect(codeOf(await complete(id, { smsCode: await codeTo(id, newPhone) }))).toEqual([
      409,
      'STATE_CONFLICT',
    ]);
  });

  long('SMS-2 the code is for this ticket and this number; five wrong tries use it up', async () => {
    const who = await registered(runtime);
    const [first, second] = [mobile(), mobile()];
    const [a, b] = [await begin(who, first), await begin(who, second)];
    const codeA = await codeTo(a, first);
    await codeTo(b, second);
    const codeB = await codeFor(runtime, second);
    if (codeA !== codeB)
      expect(codeOf(await complete(b, { smsCode: codeA }))).toEqual([401, 'SMS_CODE_WRONG']);
    expect(codeOf(await send(a))).toEqual([429, 'SMS_TOO_FREQUENT']);
    for (let i = 0; i < 5; i++) await complete(a, { smsCode: wrongTo(codeA) });
    expect(codeOf(await complete(a, { smsCode: codeA }))).toEqual([401, 'SMS_CODE_WRONG']);
    expect((await complete(b, { smsCode: codeB })).status).toBe(204);
  });

  long('LCK-5 ten wrong codes a day leave midnight, for a face does not prove a number', async () => {
    const who = await registered(runtime);
    const phones = [mobile(), mobile(), mobile()];
    for (const phone of phones.slice(0, 2)) {
      const id = await begin(who, phone);
      const code = await codeTo(id, phone);
      for (let i = 0; i < 5; i++) await complete(id, { smsCode: wrongTo(code) });
    }
    const id = await begin(who, phones[2] ?? '');
    const refused = await send(id);
    expect(codeOf(refused)).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(refused.body.retryAt).toMatch(/T00:00:00\+08:00$/);
  });

  long('PHN-5 of several that take one new number at once exactly one gets it', async () => {
    const people = await Promise.all(
      ['Huangshan!7305', 'Jiuhua@Shan62', 'Tianzhu$Feng8'].map((password) =>
        registered(runtime, person({ password })),
      ),
    );
    const newPhone = mobile();
    const journeys: { id: string; smsCode: string }[] = [];
    for (const who of people) {
      const id = await begin(who, newPhone);
      await wait(runtime, 61);
      journeys.push({ id, smsCode: await codeTo(id, newPhone) });
    }
    const replies = await Promise.all(journeys.map(({ id, smsCode }) => complete(id, { smsCode })));
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 409, 409]);
    expect(replies.filter(({ body }) => body?.code === 'PHONE_TAKEN')).toHaveLength(2);
    const held = await Promise.all(people.map((who) => enterPassword(runtime, newPhone, who.password)));
    expect(held.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
    const login = await Promise.all(
      people.map((who) => enterPassword(runtime, who.documentNumber, who.password)),
    );
    const tail = newPhone.slice(7);
    expect(login.filter(({ body }) => body.secondFactors[0].maskedPhone.endsWith(tail)).length).toBe(1);
  });

  long('PHN-5 SMS-2 one journey finishes once, however often it is asked at the same time', async () => {
    const who = await registered(runtime);
    const newPhone = mobile();
    const id = await begin(who, newPhone);
    const smsCode = await codeTo(id, newPhone);
    const replies = await Promise.all(Array.from({ length: 4 }, () => complete(id, { smsCode })));
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const reply of replies) expect(reply.status).toBeLessThan(500);
    const key = await keyOf(who);
    expect((await personOf(runtime, key)).phones).toHaveLength(2);
  });

  long('PHN-4 PHN-5 takes a number over while its owner logs in, and nothing breaks', async () => {
    const [who, holder] = [await registered(runtime), await registered(runtime)];
    await wait(runtime, 61);
    const id = await begin(who, holder.phone);
    const smsCode = await codeTo(id, holder.phone);
    const faceTicket = await faceOf(id);
    const [done, login] = await Promise.all([
      complete(id, { smsCode, takeover: true, faceTicket }),
      loggedInByFace(runtime, holder),
    ]);
    expect(done.status).toBe(204);
    expect(login.session.accessToken).toBeTruthy();
  });

  long('refuses malformed input with its code, never a 500', async () => {
    const who = await registered(runtime);
    expect(codeOf(await start(who, '12345'))).toEqual([400, 'PHONE_INVALID']);
    expect(codeOf(await start(who, mobile(), { documentNumber: '340104199001010000' }))).toEqual([
      400,
      'DOCUMENT_INVALID',
    ]);
    for (const changes of [
      { documentType: '999' },
      { name: '' },
      { name: '123' },
      { password: '' },
      { password: 'x'.repeat(300) },
      { newPhone: 5 },
      { newPhone: undefined },
    ])
      expect(codeOf(await start(who, mobile(), changes))).toEqual([400, 'BAD_REQUEST']);
    expect(codeOf(await complete('nothing', { smsCode: '123456' }))).toEqual([404, 'NOT_FOUND']);
    const id = await begin(who, mobile());
    for (const body of [{}, { smsCode: '12345' }, { smsCode: '123456', takeover: 'yes' }])
      expect(codeOf(await complete(id, body))).toEqual([400, 'BAD_REQUEST']);
    // No code was sent yet.
    expect(codeOf(await complete(id, { smsCode: '123456' }))).toEqual([401, 'SMS_CODE_WRONG']);
    // The ticket of another journey is not found here.
    expect(codeOf(await runtime.http('POST', `/v1/password-resets/${id}/sms`))).toEqual([404, 'NOT_FOUND']);
    await wait(runtime, 1801);
    expect(codeOf(await send(id))).toEqual([410, 'EXPIRED']);
  });
});

describe('PHN-4 settings', () => {
  long('PHN-4 a stage may ask for a face proof as well', async () => {
    const strict = await openTestRuntime({ policies: { recoveryNeedsFace: true } });
    try {
      const who = await registered(strict);
      const newPhone = mobile();
      const { name, documentType, documentNumber, password } = who;
      const { recoveryId } = expectStatus(
        await strict.http('POST', '/v1/phone-recoveries', {
          name,
          documentType,
          documentNumber,
          password,
          newPhone,
        }),
        201,
      ).body;
      const path = `/v1/phone-recoveries/${recoveryId}`;
      expectStatus(await strict.http('POST', `${path}/sms`), 202);
      const smsCode = await codeFor(strict, newPhone);
      expect(codeOf(await strict.http('POST', `${path}/complete`, { smsCode }))).toEqual([
        403,
        'FACE_REQUIRED',
      ]);
      const scan = expectStatus(await strict.http('POST', `${path}/face`), 201).body;
      expectStatus(await scanFace(strict, scan.qrContent), 200);
      expect(
        (await strict.http('POST', `${path}/complete`, { smsCode, faceTicket: scan.ticket })).status,
      ).toBe(204);
    } finally {
      await strict.stop();
    }
  });

  long('LGN-12 SMS-2 asks for a challenge after the address’s budget, and takes a solved one', async () => {
    const guarded = await openTestRuntime({ challengeAfter: 2 });
    try {
      const asked = (challenge?: string) =>
        guarded.http('POST', '/v1/phone-recoveries', {
          name: '张三丰',
          documentType: '201',
          documentNumber: residentNumber(),
          password: 'Falsch#9182',
          newPhone: mobile(),
          challenge,
        });
      const replies = [await asked(), await asked(), await asked()];
      expect(replies.map(({ body }) => body.code)).toEqual([
        'BAD_CREDENTIALS',
        'BAD_CREDENTIALS',
        'CHALLENGE_REQUIRED',
      ]);
      const solution = await solve(replies[2]?.body.challenge);
      expect((await asked(solution)).body.code).toBe('BAD_CREDENTIALS');
      expect((await asked(solution)).body.code).toBe('CHALLENGE_REQUIRED');
      // A stranger can choose the number, so the send has a budget too, and needs a solution of its own.
      const send = (body?: object) => guarded.http('POST', '/v1/phone-recoveries/nothing/sms', body);
      const asksAgain = await send();
      expect(asksAgain.body.code).toBe('CHALLENGE_REQUIRED');
      expect((await send({ challenge: await solve(asksAgain.body.challenge) })).body.code).toBe('NOT_FOUND');
    } finally {
      await guarded.stop();
    }
  });
});
