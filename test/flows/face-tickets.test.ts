import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPartner, pollScan, workingAs } from '../support/channel-partner.ts';
import { mobile, person } from '../support/people.ts';
import {
  codeFor,
  expectStatus,
  fillProfile,
  loginTicket,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, row, type WatchedRuntime } from '../support/watched.ts';
import { phoneCode, refreshed, type SignedIn, signIn } from './support/account.ts';
import { passFactor, signInByQr } from './support/sessions.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const newPassword = 'Xinanjiang#47';
/** Shows the face for a scan that was just started, and returns the scan's ticket. */
async function shown(path: string, who?: SignedIn, body?: object): Promise<string> {
  const reply = await (who ? who.api('POST', path, body) : runtime.http('POST', path, body));
  const scan = expectStatus(reply, 201).body.scan ?? reply.body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return scan.ticket;
}
const accountFace = (who: SignedIn, use?: string) => shown('/v1/account/face', who, use ? { for: use } : {});
const newReset = async (who: SignedIn): Promise<string> => {
  const { name, documentNumber } = who;
  const body = { account: documentNumber, name, documentNumber };
  return `/v1/password-resets/${expectStatus(await runtime.http('POST', '/v1/password-resets', body), 201).body.resetId}`;
};
const newRecovery = async (who: SignedIn, newPhone: string): Promise<string> => {
  const { name, documentType, documentNumber, password } = who;
  const body = { name, documentType, documentNumber, password, newPhone };
  return `/v1/phone-recoveries/${expectStatus(await runtime.http('POST', '/v1/phone-recoveries', body), 201).body.recoveryId}`;
};
const newLogin = async (who: SignedIn) => `/v1/logins/${await loginTicket(runtime, who)}`;

/** Every kind of ticket of a face check or scan, and the places that accept it. */
interface Ground {
  readonly who: SignedIn;
  readonly login: string;
  readonly reset: string;
  readonly recovery: string;
}
type Place = 'factor' | 'password' | 'takeover' | 'deregistration' | 'login' | 'reset' | 'recovery';
const kinds: readonly (readonly [
  name: string,
  right: readonly Place[],
  make: (ground: Ground) => Promise<string>,
])[] = [
  ['of the session’s factor', ['factor'], ({ who }) => shown('/v1/session/factor/face', who)],
  ['of the account centre for a password', ['password'], ({ who }) => accountFace(who, 'password')],
  ['of the account centre for a phone', ['takeover'], ({ who }) => accountFace(who, 'phone')],
  ['of the account centre for the end', ['deregistration'], ({ who }) => accountFace(who, 'deregistration')],
  [
    'of the account centre, not said',
    ['password', 'takeover', 'deregistration'],
    ({ who }) => accountFace(who),
  ],
  ['of the account centre for the level', [], ({ who }) => accountFace(who, 'level')],
  ['of this login', ['login'], ({ login }) => shown(`${login}/face`)],
  ['of another login', [], async ({ who }) => shown(`${await newLogin(who)}/face`)],
  ['of this reset', ['reset'], ({ reset }) => shown(`${reset}/face`)],
  ['of another reset', [], async ({ who }) => shown(`${await newReset(who)}/face`)],
  ['of this recovery', ['recovery'], ({ recovery }) => shown(`${recovery}/face`)],
  ['of another recovery', [], async ({ who }) => shown(`${await newRecovery(who, mobile())}/face`)],
  [
    'of a registration',
    [],
    async () => {
      const newcomer = person();
      const id = await startRegistration(runtime, newcomer);
      expectStatus(await fillProfile(runtime, id, newcomer), 200);
      return shown(`/v1/registrations/${id}/face`);
    },
  ],
  [
    'of a step-up',
    [],
    ({ who }) => shown('/v1/step-ups', who, { matter: 'refund.apply', audience: 'filing' }),
  ],
  [
    'of a terminal’s verification',
    [],
    async ({ who }) => {
      const asked = localPartner(runtime, 'terminal').startVerification(who, 'refund.apply', 'filing');
      const scan = expectStatus(await asked, 200).body;
      expectStatus(await localPartner(runtime, 'wechat-mini', workingAs(who)).showFace(scan.qrContent), 200);
      return scan.ticket;
    },
  ],
  [
    'of a QR login',
    [],
    async ({ who }) => {
      const scan = expectStatus(await runtime.http('POST', '/v1/qr-logins'), 201).body;
      expectStatus(await localPartner(runtime, 'ahtax-app', workingAs(who)).confirmCode(scan.qrContent), 204);
      return scan.ticket;
    },
  ],
  [
    'of the session before',
    [],
    // A ticket of a session that a later login has replaced.
    async () => before,
  ],
  ['that was never given', [], async () => 'x'.repeat(43)],
];
let before = '';

describe('SES-5 FACE-2 a face check is spent by the one call that it was started for', () => {
  let ground: Ground;
  let tickets: Map<string, string>;
  let places: Readonly<Record<Place, (faceTicket: string) => ReturnType<SignedIn['api']>>>;
  beforeAll(async () => {
    const [known, holder, other] = [
      await knownPerson(runtime),
      await knownPerson(runtime),
      await knownPerson(runtime),
    ];
    before = await accountFace(await signIn(runtime, known));
    const who = await signIn(runtime, known);
    await wait(runtime, 61);
    const recovery = await newRecovery(who, other.phone);
    expectStatus(await runtime.http('POST', `${recovery}/sms`), 202);
    const recoveryCode = await codeFor(runtime, other.phone);
    const smsCode = await phoneCode(runtime, who, holder.phone);
    ground = { who, login: await newLogin(who), reset: await newReset(who), recovery };
    tickets = new Map();
    for (const [name, , make] of kinds) tickets.set(name, await make(ground));
    places = {
      factor: (faceTicket) => who.api('POST', '/v1/session/factor', { faceTicket }),
      password: (faceTicket) => who.api('PUT', '/v1/account/password', { faceTicket, newPassword }),
      takeover: (faceTicket) =>
        who.api('POST', '/v1/account/phones', { phone: holder.phone, smsCode, takeover: true, faceTicket }),
      deregistration: (faceTicket) =>
        who.api('POST', '/v1/account/deregistration', { password: newPassword, faceTicket }),
      login: (faceTicket) => runtime.http('POST', `${ground.login}/verify`, { faceTicket }),
      reset: (faceTicket) => runtime.http('POST', `${ground.reset}/complete`, { faceTicket, newPassword }),
      recovery: (faceTicket) =>
        runtime.http('POST', `${recovery}/complete`, { smsCode: recoveryCode, takeover: true, faceTicket }),
    };
  });

  const wrong = kinds.flatMap(([name, right]) =>
    (['factor', 'password', 'takeover', 'deregistration', 'login', 'reset', 'recovery'] as const)
      .filter((place) => !right.includes(place))
      .map((place) => ({ name, place })),
  );
  keeping(30)(wrong)('SES-5 a check $name is none for $place', async ({ name, place }) => {
    const { status, body } = await places[place](tickets.get(name) ?? '');
    expect([status, body?.code]).toEqual([403, 'FACE_REQUIRED']);
  });

  long('SES-5 the right ones pass, and pass once', async () => {
    // The actions that end the session come last, so the phone recovery and the password change come first.
    for (const [place, name] of [
      ['recovery', 'of this recovery'],
      ['factor', 'of the session’s factor'],
      ['takeover', 'of the account centre for a phone'],
      ['password', 'of the account centre for a password'],
    ] as const) {
      const ticket = tickets.get(name) ?? '';
      expect([place, (await places[place](ticket)).status]).toEqual([
        place,
        place === 'takeover' ? 201 : 204,
      ]);
      const again = await places[place](ticket);
      expect(again.status).toBeGreaterThanOrEqual(400);
    }
    const { who } = ground;
    const later = await refreshed(runtime, who);
    for (const use of ['password', undefined] as const) {
      const faceTicket = await accountFace(later, use);
      const body = { faceTicket, newPassword: use ? 'Qiupu#10357' : 'Chaohu#50418' };
      expectStatus(await later.api('PUT', '/v1/account/password', body), 204);
    }
    const faceTicket = await accountFace(later, 'deregistration');
    const end = { password: 'Chaohu#50418', faceTicket };
    expectStatus(await later.api('POST', '/v1/account/deregistration', end), 204);
  });
});

describe('SES-5 a face check belongs to its session', () => {
  const changeTo = (who: SignedIn, faceTicket: string) =>
    who.api('PUT', '/v1/account/password', { faceTicket, newPassword });

  long('SES-5 one that a replaced session has passed serves neither that session nor the next', async () => {
    const who = await knownPerson(runtime);
    const first = await signIn(runtime, who);
    const ticket = await accountFace(first);
    const second = await signIn(runtime, who);
    expect((await changeTo(first, ticket)).body.code).toBe('SESSION_ENDED');
    expect((await changeTo(second, ticket)).body.code).toBe('FACE_REQUIRED');
  });

  it.each([
    ['PUT /v1/account/password', 'account', (who: SignedIn, ticket: string) => changeTo(who, ticket)],
    [
      'POST /v1/session/factor',
      'session',
      (who: SignedIn, faceTicket: string) => who.api('POST', '/v1/session/factor', { faceTicket }),
    ],
  ] as const)(
    'SES-5 %s: a session replaced between reading and writing spends nothing',
    async (route, name, use) => {
      const who = await knownPerson(runtime);
      const signed = await signIn(runtime, who);
      const ticket = await shown(name === 'account' ? '/v1/account/face' : '/v1/session/factor/face', signed);
      const { passwordRev } = await row(runtime, 'Users', { personKey: who.personKey });
      const rule = runtime.faults.add({
        function: name,
        routeKey: route,
        action: 'TransactWriteItems',
        kind: 'hold',
      });
      const held = use(signed, ticket);
      await runtime.faults.held(rule);
      expectStatus(await signed.api('DELETE', '/v1/session'), 204);
      runtime.faults.release(rule);
      const reply = await held;
      runtime.faults.clear();
      expect([reply.status, reply.body.code]).toEqual([401, 'SESSION_ENDED']);
      expect((await row(runtime, 'Users', { personKey: who.personKey })).passwordRev).toBe(passwordRev);
    },
  );
});

describe('SES-5 CHN the face of a session that came by QR', () => {
  const scanBy = async (
    who: SignedIn,
    channel: 'wechat-mini' | 'alipay-mini',
    path: string,
    body?: object,
  ) => {
    const scan = expectStatus(await who.api('POST', path, body), 201).body;
    const { status } = await localPartner(runtime, channel, workingAs(who)).showFace(scan.qrContent);
    return { status, scan };
  };
  const both = ['/v1/session/factor/face', '/v1/account/face'];

  long('SES-5 CHN may be checked in the mini program that confirmed it, in no other', async () => {
    for (const channel of ['wechat-mini', 'alipay-mini'] as const) {
      const who = await signInByQr(runtime, await knownPerson(runtime), channel);
      const other = channel === 'wechat-mini' ? 'alipay-mini' : 'wechat-mini';
      for (const path of both) {
        expect((await scanBy(who, other, path)).status).toBe(403);
        expect((await scanBy(who, channel, path)).status).toBe(200);
      }
      await passFactor(runtime, who, channel);
    }
  });

  long('SES-5 CHN of a session by password or by an app stays with the two apps', async () => {
    const known = await knownPerson(runtime);
    for (const opened of [() => signIn(runtime, known), () => signInByQr(runtime, known, 'iit-app')]) {
      const who = await opened();
      for (const path of both)
        for (const mini of ['wechat-mini', 'alipay-mini'] as const)
          expect((await scanBy(who, mini, path)).status).toBe(403);
    }
  });

  long(
    'SES-5 LVL-2 a mini program’s check is a proof, but raises no level and is none for that',
    async () => {
      const known: Known = await knownPerson(runtime);
      await runtime.dynamodb('UpdateItem', {
        TableName: runtime.tables.find((name) => name.endsWith('-Users')),
        Key: { personKey: { S: known.personKey } },
        UpdateExpression: 'SET realNameLevel = :three',
        ExpressionAttributeValues: { ':three': { N: '3' } },
      });
      const who = await signInByQr(runtime, known, 'wechat-mini');
      expect((await scanBy(who, 'wechat-mini', '/v1/account/face', { for: 'level' })).status).toBe(403);
      const { scan } = await scanBy(who, 'wechat-mini', '/v1/account/face', { for: 'password' });
      expect((await pollScan(runtime.http, scan)).body.state).toBe('passed');
      expect((await row(runtime, 'Users', { personKey: known.personKey })).realNameLevel).toBe(3);
      expectStatus(await changeTo(who, scan.ticket), 204);
      await accountFace(who, 'level');
      expect((await row(runtime, 'Users', { personKey: known.personKey })).realNameLevel).toBe(4);
    },
  );
  const changeTo = (who: SignedIn, faceTicket: string) =>
    who.api('PUT', '/v1/account/password', { faceTicket, newPassword });
});
