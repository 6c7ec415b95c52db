import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { mobile } from '../support/people.ts';
import { expectStatus, loggedIn, scanFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { knownPerson, openWatchedRuntime, row, type WatchedRuntime } from '../support/watched.ts';
import { newestCode, phoneCode, phonesOf, type SignedIn, signIn } from './support/account.ts';
import { passFactor, signInByQr } from './support/sessions.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const codeOf = ({ status, body }: { status: number; body: Loose }): string => body?.code ?? String(status);
const newPassword = 'Xinanjiang#47';
let names = 0;
const username = () => `huangshan${++names}x`;
const nobody = 'x'.repeat(32);
/** Every change that needs a fresh factor (SES-5), and its answer if there is one. */
const changes: readonly (readonly [string, string, (who: SignedIn) => ReturnType<SignedIn['api']>])[] = [
  ['the code to a new phone', '202', (who) => who.api('POST', '/v1/account/phones/sms', { phone: mobile() })],
  [
    'a new phone',
    'SMS_CODE_WRONG',
    (who) => who.api('POST', '/v1/account/phones', { phone: mobile(), smsCode: '123456' }),
  ],
  ['the default phone', 'NOT_FOUND', (who) => who.api('PUT', `/v1/account/phones/${nobody}/default`)],
  ['removing a phone', 'NOT_FOUND', (who) => who.api('DELETE', `/v1/account/phones/${nobody}`)],
  ['the username', '200', (who) => who.api('PUT', '/v1/account/username', { username: username() })],
  [
    'the password by the old one',
    '204',
    (who) => who.api('PUT', '/v1/account/password', { oldPassword: who.password, newPassword }),
  ],
  ['the end of another session', 'NOT_FOUND', (who) => who.api('DELETE', `/v1/sessions/${nobody}`)],
  ['the code of 用户注销', '202', (who) => who.api('POST', '/v1/account/deregistration/sms')],
  [
    '用户注销',
    'SMS_CODE_WRONG',
    (who) => who.api('POST', '/v1/account/deregistration', { password: newPassword, smsCode: '123456' }),
  ],
];

describe('SES-5 a login by QR', () => {
  keeping(1)(['ahtax-app', 'wechat-mini'] as const)(
    'SES-5 QR-1 in %s is no fresh factor for any of these; after one they go on',
    async (channel) => {
      const known = await knownPerson(runtime);
      await wait(runtime, 61);
      const who = await signInByQr(runtime, known, channel);
      for (const [name, , change] of changes)
        expect([name, codeOf(await change(who))]).toEqual([name, 'FRESH_FACTOR_REQUIRED']);
      const { phones, username: set } = await row(runtime, 'Users', { personKey: known.personKey });
      expect([phones.length, set]).toEqual([1, undefined]);
      await passFactor(runtime, who, channel);
      for (const [name, answer, change] of changes) {
        if (answer === '202') await wait(runtime, 61);
        expect([name, codeOf(await change(who))]).toEqual([name, answer]);
      }
    },
  );

  it('SES-5 SES-1 退出 of one’s own session never needs a factor', async () => {
    const first = await signInByQr(runtime, await knownPerson(runtime));
    expectStatus(await first.api('DELETE', '/v1/session'), 204);
    const second = await signInByQr(runtime, first);
    expectStatus(await second.api('DELETE', `/v1/sessions/${second.sessionId}`), 204);
    expectStatus(await second.api('GET', '/v1/session'), 401);
  });

  long(
    'FAQ 二(二)3 SES-5 whoever has neither phone nor password gets both, by a mini program alone',
    async () => {
      const known = await knownPerson(runtime);
      const taker = await signIn(runtime, await knownPerson(runtime));
      await wait(runtime, 61);
      // 置空: another person has proved that the number is theirs (PHN-3).
      const code = await phoneCode(runtime, taker, known.phone);
      const scan = expectStatus(await taker.api('POST', '/v1/account/face', { for: 'phone' }), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      const taken = { phone: known.phone, smsCode: code, takeover: true, faceTicket: scan.ticket };
      expectStatus(await taker.api('POST', '/v1/account/phones', taken), 201);

      const who = await signInByQr(runtime, known, 'wechat-mini');
      expect(await phonesOf(who)).toEqual([]);
      expect(codeOf(await who.api('POST', '/v1/account/phones/sms', { phone: mobile() }))).toBe(
        'FRESH_FACTOR_REQUIRED',
      );
      expect(codeOf(await who.api('POST', '/v1/session/factor/sms'))).toBe('PHONE_EMPTY');
      await passFactor(runtime, who, 'wechat-mini');
      const phone = mobile();
      const smsCode = await phoneCode(runtime, who, phone);
      expectStatus(await who.api('POST', '/v1/account/phones', { phone, smsCode }), 201);
      expect(await phonesOf(who)).toMatchObject([{ isDefault: true }]);

      const face = expectStatus(await who.api('POST', '/v1/account/face', { for: 'password' }), 201).body;
      expectStatus(
        await localPartner(runtime, 'wechat-mini', workingAs(known)).showFace(face.qrContent),
        200,
      );
      const changed = { faceTicket: face.ticket, newPassword };
      expectStatus(await who.api('PUT', '/v1/account/password', changed), 204);

      await wait(runtime, 61);
      const { session } = await loggedIn(runtime, { ...known, phone, password: newPassword });
      expect(session.identity.kind).toBe('natural');
    },
  );
});

describe('SES-5 a session that ends between reading and writing', () => {
  async function held(
    rule: { function: string; routeKey: string },
    who: SignedIn,
    call: () => ReturnType<SignedIn['api']>,
  ): Promise<string> {
    const id = runtime.faults.add({ ...rule, action: 'TransactWriteItems', kind: 'hold' });
    const running = call();
    await runtime.faults.held(id);
    expectStatus(await who.api('DELETE', '/v1/session'), 204);
    runtime.faults.release(id);
    const answer = codeOf(await running);
    runtime.faults.clear();
    return answer;
  }

  long('SES-5 PHN-2 USR-1 changes no username and no phone', async () => {
    const known = await knownPerson(runtime);
    await wait(runtime, 61);
    const setUp = await signIn(runtime, known);
    const second = mobile();
    const smsCode = await phoneCode(runtime, setUp, second);
    const { phoneId } = expectStatus(
      await setUp.api('POST', '/v1/account/phones', { phone: second, smsCode }),
      201,
    ).body;
    const before = await row(runtime, 'Users', { personKey: known.personKey });
    const cases: [string, string, (who: SignedIn) => ReturnType<SignedIn['api']>][] = [
      [
        'account',
        'PUT /v1/account/username',
        (who) => who.api('PUT', '/v1/account/username', { username: username() }),
      ],
      [
        'phones',
        'PUT /v1/account/phones/{phoneId}/default',
        (who) => who.api('PUT', `/v1/account/phones/${phoneId}/default`),
      ],
      [
        'phones',
        'DELETE /v1/account/phones/{phoneId}',
        (who) => who.api('DELETE', `/v1/account/phones/${phoneId}`),
      ],
    ];
    for (const [name, routeKey, change] of cases) {
      const who = await signIn(runtime, known);
      expect([routeKey, await held({ function: name, routeKey }, who, () => change(who))]).toEqual([
        routeKey,
        'SESSION_ENDED',
      ]);
    }
    const who = await signIn(runtime, known);
    await wait(runtime, 61);
    const phone = mobile();
    const code = await phoneCode(runtime, who, phone);
    const add = () => who.api('POST', '/v1/account/phones', { phone, smsCode: code });
    expect(await held({ function: 'phones', routeKey: 'POST /v1/account/phones' }, who, add)).toBe(
      'SESSION_ENDED',
    );
    const after = await row(runtime, 'Users', { personKey: known.personKey });
    for (const fact of ['username', 'phones', 'defaultPhoneId'] as const)
      expect([fact, after[fact]]).toEqual([fact, before[fact]]);
  });

  long('SMS-2 a code that a newer one replaces meanwhile adds no phone', async () => {
    const known = await knownPerson(runtime);
    const who = await signIn(runtime, known);
    const phone = mobile();
    const older = await phoneCode(runtime, who, phone);
    await wait(runtime, 61);
    let newer = '';
    const add = (smsCode: string) => who.api('POST', '/v1/account/phones', { phone, smsCode });
    const rule = { function: 'phones', routeKey: 'POST /v1/account/phones' };
    const reply = await whileHeld(
      runtime,
      rule,
      () => add(older),
      async () => {
        newer = await phoneCode(runtime, who, phone);
      },
    );
    expect(codeOf(reply)).toBe('SMS_CODE_WRONG');
    expect(await phonesOf(who)).toHaveLength(1);
    expectStatus(await add(newer), 201);
  });

  long('SES-5 CTR-2 ends no account', async () => {
    const known = await knownPerson(runtime);
    await wait(runtime, 61);
    const who = await signIn(runtime, known);
    expectStatus(await who.api('POST', '/v1/account/deregistration/sms'), 202);
    const smsCode = newestCode(runtime, known.phone);
    const end = () => who.api('POST', '/v1/account/deregistration', { password: known.password, smsCode });
    const rule = { function: 'deregistration', routeKey: 'POST /v1/account/deregistration' };
    expect(await held(rule, who, end)).toBe('SESSION_ENDED');
    expect((await row(runtime, 'Users', { personKey: known.personKey })).account.status).toBe('active');
  });
});

describe('SES-5 SES-4 where several web sessions are allowed', () => {
  let several: WatchedRuntime;
  beforeAll(async () => {
    several = await openWatchedRuntime({ policies: { oneWebSession: false } });
  });
  afterAll(() => several?.finish());

  long('SES-5 ending another one wants a fresh factor, and a session that is over ends none', async () => {
    const known = await knownPerson(several);
    const other = await signIn(several, known);
    const who = await signInByQr(several, known);
    const end = () => who.api('DELETE', `/v1/sessions/${other.sessionId}`);
    expect(codeOf(await end())).toBe('FRESH_FACTOR_REQUIRED');
    expectStatus(await other.api('GET', '/v1/session'), 200);
    await passFactor(several, who);
    const rule = { function: 'session', routeKey: 'DELETE /v1/sessions/{id}' };
    const id = several.faults.add({ ...rule, action: 'TransactWriteItems', kind: 'hold' });
    const running = end();
    await several.faults.held(id);
    expectStatus(await who.api('DELETE', '/v1/session'), 204);
    several.faults.release(id);
    expect(codeOf(await running)).toBe('SESSION_ENDED');
    several.faults.clear();
    expectStatus(await other.api('GET', '/v1/session'), 200);
    const again = await signInByQr(several, known);
    await passFactor(several, again);
    expectStatus(await again.api('DELETE', `/v1/sessions/${other.sessionId}`), 204);
    expectStatus(await other.api('GET', '/v1/session'), 401);
  });
});
