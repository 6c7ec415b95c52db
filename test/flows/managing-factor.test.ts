import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { expectStatus, loginTicket, scanFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  loginCode,
  openWatchedRuntime,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';
import { newestCode, refreshed, type SignedIn, signIn } from './support/account.ts';
import { agencyFirm, agreementsOf, entered, entering, type Firm, firm } from './support/agencies.ts';
import { goodBody, goodQuery, pathWith, routes } from './support/bodies.ts';
import { recoverPhone } from './support/recovery.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { confirmRole, enterCompany, giveRelation } from './support/relations.ts';
import { passFactor, signInByQr, signInBySms } from './support/sessions.ts';
import { claimed } from './support/staff.ts';
import { setIn } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const codeOf = ({ status, body }: { status: number; body: Loose }): string => body?.code ?? String(status);
const managing = routes.filter(({ route }) => route.managing);
const called = (who: SignedIn, { route }: (typeof routes)[number]) =>
  who.api(
    route.method,
    pathWith(route, 'A'.repeat(43)) + goodQuery(route),
    route.body ? goodBody(route) : undefined,
  );
/** Whether a managing route needs the identity of a natural person. */
const natural = ({ route }: (typeof routes)[number]) =>
  route.path.startsWith('/v1/authorizations') || route.path.startsWith('/v1/confirmations');

/** A legal representative of an agency that is also an ordinary company: this person may call every managing route. */
async function boss(): Promise<{ who: Known; identity: { taxpayerId: string; role: string } }> {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, who, { subject: ['agency', 'enterprise'] });
  return { who, identity: { taxpayerId, role: 'legal-representative' } };
}
/** The same session acting for the company; a switch keeps the factor that was passed. */
async function forCompany(signed: SignedIn, taxpayerId: string): Promise<SignedIn> {
  const { choices } = expectStatus(await signed.api('GET', '/v1/session/identities'), 200).body;
  const { choiceId } = choices.find(({ identity }: Loose) => identity.taxpayerId === taxpayerId);
  const reply = expectStatus(await signed.api('POST', '/v1/session/identity', { choiceId }), 200);
  const token: string = reply.body.session.accessToken;
  return {
    ...signed,
    token,
    api: (method, path, body) => runtime.http(method, path, body, { token }),
  };
}

describe('SES-5 what manages people, agreements and companies', () => {
  it('SES-5 PHN-4 is every change of staff, agencies, agreements and companies, and confirming an authorization', () => {
    const area = /^\/v1\/(enterprise\/staff|enterprise\/agreements|agency\/|confirmations)/;
    const wanted = routes
      .filter(
        ({ name, route }) =>
          route.access === 'session' &&
          route.method !== 'GET' &&
          (area.test(route.path) || name === 'POST /v1/authorizations/{authorizationId}/confirm'),
      )
      .map(({ name }) => name);
    expect(managing.map(({ name }) => name).sort()).toEqual(wanted.sort());
    expect(wanted.length).toBeGreaterThanOrEqual(16);
  });
});

describe('SES-5 a session that came by QR', () => {
  let asCompany: SignedIn;
  let asPerson: SignedIn;
  beforeAll(async () => {
    const { who, identity } = await boss();
    asCompany = await signInByQr(runtime, who, 'ahtax-app', identity);
    asPerson = await signInByQr(runtime, await knownPerson(runtime));
  });
  const own = (one: (typeof routes)[number]) => (natural(one) ? asPerson : asCompany);
  const passed = new Set<string>();
  async function passOnce(who: SignedIn): Promise<void> {
    if (passed.has(who.sessionId)) return;
    passed.add(who.sessionId);
    await passFactor(runtime, who);
  }

  it.each(managing)('SES-5 $name wants a factor first, whatever it is asked for', async (one) => {
    expect(codeOf(await called(own(one), one))).toBe('FRESH_FACTOR_REQUIRED');
  });

  long('SES-5 reading, applying, rejecting, withdrawing, leaving and hiding want none', async () => {
    const id = creditCode();
    await feed(runtime, companyLine(id));
    const applied = await asPerson.api('POST', '/v1/authorizations', { taxpayerId: id, role: 'tax-handler' });
    const { authorizationId } = expectStatus(applied, 201).body;
    expectStatus(await asPerson.api('POST', `/v1/authorizations/${authorizationId}/withdraw`), 200);
    expectStatus(await asPerson.api('POST', `/v1/authorizations/${authorizationId}/hide`), 200);
    const known = await knownPerson(runtime);
    const invited = await giveRelation(runtime, known, id, 'invoice-clerk', { state: 'pending' });
    const active = await giveRelation(runtime, known, id, 'tax-handler');
    const signed = await signInByQr(runtime, known);
    expect(codeOf(await signed.api('POST', `/v1/authorizations/${invited}/confirm`))).toBe(
      'FRESH_FACTOR_REQUIRED',
    );
    expectStatus(await signed.api('POST', `/v1/authorizations/${invited}/reject`), 200);
    expectStatus(await signed.api('DELETE', `/v1/authorizations/${active}`), 204);
    for (const path of ['/v1/enterprise', '/v1/enterprise/staff', '/v1/enterprise/agreements'])
      expectStatus(await asCompany.api('GET', path), 200);
  });

  it.each(managing)('SES-5 after one factor $name goes on, hours later too', async (one) => {
    const who = own(one);
    await passOnce(who);
    expect(['FRESH_FACTOR_REQUIRED', 'FACE_REQUIRED']).not.toContain(codeOf(await called(who, one)));
  });

  long('SES-5 the one factor is for the whole session; what is fresh is not', async () => {
    await passOnce(asPerson);
    await wait(runtime, 290);
    let later = await refreshed(runtime, asPerson);
    await wait(runtime, 290);
    later = await refreshed(runtime, later);
    await wait(runtime, 60);
    const confirm = await later.api('POST', `/v1/authorizations/${'A'.repeat(43)}/confirm`);
    expect(codeOf(confirm)).toBe('NOT_FOUND');
    expect(codeOf(await later.api('PUT', '/v1/account/username', { username: 'huangshan88' }))).toBe(
      'FRESH_FACTOR_REQUIRED',
    );
  });

  it('SES-5 a code is a factor too', async () => {
    const known = await knownPerson(runtime);
    await wait(runtime, 61);
    const who = await signInByQr(runtime, known, 'wechat-mini');
    const confirm = () => who.api('POST', `/v1/authorizations/${'A'.repeat(43)}/confirm`);
    expect(codeOf(await confirm())).toBe('FRESH_FACTOR_REQUIRED');
    expectStatus(await who.api('POST', '/v1/session/factor/sms'), 202);
    const smsCode = newestCode(runtime, known.phone);
    expectStatus(await who.api('POST', '/v1/session/factor', { smsCode }), 204);
    expect(codeOf(await confirm())).toBe('NOT_FOUND');
  });

  long('SES-5 a session by password and factor needs no further one to manage', async () => {
    const { who, identity } = await boss();
    const signed = await forCompany(await signIn(runtime, who), identity.taxpayerId);
    await wait(runtime, 601);
    const later = await refreshed(runtime, signed);
    const invited = { ...claimed(await knownPerson(runtime)), role: 'tax-handler' };
    expectStatus(await later.api('POST', '/v1/enterprise/staff', invited), 201);
  });
});

long('REL-9 a session that was opened neither on the web nor at a hall manages nothing', async () => {
  const { who, identity } = await boss();
  const signed = await forCompany(await signIn(runtime, who), identity.taxpayerId);
  const staff = async () =>
    codeOf(await signed.api('POST', '/v1/enterprise/staff', { ...claimed(person()), role: 'tax-handler' }));
  expect(await staff()).toBe('PERSON_NOT_REGISTERED');
  await setIn(runtime, 'Sessions', { sessionId: signed.sessionId }, { channel: 'ahtax-app' });
  for (const one of managing.filter((other) => !natural(other)))
    expect([one.name, codeOf(await called(signed, one))]).toEqual([one.name, 'CHANNEL_NOT_ALLOWED']);
});

describe('PHN-4 for a day after a phone was recovered', () => {
  const dayAfter = async (recoveredAt: Date, offset: number) => {
    runtime.clock.set(
      new Date(recoveredAt.getTime() + defaultPolicies.recoveredPhoneSeconds * 1000 + offset),
    );
  };

  long('PHN-4 a session by SMS to that number may not manage before a face, whichever way', async () => {
    const { who, identity } = await boss();
    await wait(runtime, 61);
    const recovered = await recoverPhone(runtime, who);
    await wait(runtime, 61);
    const signed = await signInBySms(runtime, recovered);
    const company = await forCompany(signed, identity.taxpayerId);
    for (const one of managing.filter((other) => !natural(other)))
      expect([one.name, codeOf(await called(company, one))]).toEqual([one.name, 'FACE_REQUIRED']);
    // A code to another number of the person is a fresh factor, but not a face.
    expectStatus(await company.api('POST', '/v1/session/factor/sms'), 202);
    const smsCode = newestCode(runtime, who.phone);
    expectStatus(await company.api('POST', '/v1/session/factor', { smsCode }), 204);
    const invite = async () =>
      codeOf(
        await company.api('POST', '/v1/enterprise/staff', { ...claimed(person()), role: 'tax-handler' }),
      );
    expect(await invite()).toBe('FACE_REQUIRED');
    await passFactor(runtime, company);
    expect(await invite()).toBe('PERSON_NOT_REGISTERED');
  });

  long(
    'PHN-4 generally: in sessions from before the recovery, by QR and by face from before it too',
    async () => {
      const who = await knownPerson(runtime);
      const before = await signIn(runtime, who);
      const confirm = (signed: SignedIn) =>
        signed.api('POST', `/v1/authorizations/${'A'.repeat(43)}/confirm`);
      const company = (signed: SignedIn) =>
        signed.api('POST', `/v1/confirmations/${'A'.repeat(43)}`, { kind: 'one-licence' });
      expect(codeOf(await confirm(before))).toBe('NOT_FOUND');
      await wait(runtime, 61);
      await recoverPhone(runtime, who);
      for (const call of [confirm, company]) expect(codeOf(await call(before))).toBe('FACE_REQUIRED');
      const qr = await signInByQr(runtime, who, 'wechat-mini');
      for (const call of [confirm, company]) expect(codeOf(await call(qr))).toBe('FACE_REQUIRED');
      await wait(runtime, 1);
      await passFactor(runtime, qr, 'wechat-mini');
      for (const call of [confirm, company]) expect(codeOf(await call(qr))).toBe('NOT_FOUND');
      const byFace = await signIn(runtime, who);
      for (const call of [confirm, company]) expect(codeOf(await call(byFace))).toBe('NOT_FOUND');
    },
  );

  long(
    'PHN-4 ends after 24 hours to the millisecond, for managing, 忘记密码, step-ups and the fresh factor',
    async () => {
      const known = await knownPerson(runtime);
      await signIn(runtime, known);
      await wait(runtime, 61);
      const recoveredAt = runtime.clock.now();
      const who = await recoverPhone(runtime, known);
      const methods = async () => {
        const body = { account: who.documentNumber, name: who.name, documentNumber: who.documentNumber };
        const reply = await runtime.http('POST', '/v1/password-resets', body);
        return expectStatus(reply, 201).body.methods.map(({ method }: Loose) => method);
      };
      const confirming = (by: SignedIn) => by.api('POST', `/v1/authorizations/${'A'.repeat(43)}/confirm`);
      let last: SignedIn | undefined;
      const look = async () => {
        const signed = await signInBySms(runtime, who);
        last = signed;
        const confirm = await confirming(signed);
        const fresh = await signed.api('PUT', '/v1/account/username', { username: 'x' });
        return [codeOf(confirm), codeOf(fresh), ...(await methods())];
      };
      await dayAfter(recoveredAt, -61_000);
      expect(await look()).toEqual(['FACE_REQUIRED', 'FRESH_FACTOR_REQUIRED', 'face']);
      await dayAfter(recoveredAt, -1);
      expect(await look()).toEqual(['FACE_REQUIRED', 'FRESH_FACTOR_REQUIRED', 'face']);
      await wait(runtime, 61);
      // The session that was not fresh manages too: what SES-5 wants first is for sessions that came by QR.
      expect(last && codeOf(await confirming(last))).toBe('NOT_FOUND');
      expect(await look()).toEqual(['NOT_FOUND', 'USERNAME_INVALID', 'sms', 'face']);

      const other = await knownPerson(runtime);
      const sms = await signIn(runtime, other);
      await wait(runtime, 61);
      const at = runtime.clock.now();
      await recoverPhone(runtime, other);
      expect(codeOf(await confirming(sms))).toBe('FACE_REQUIRED');
      await dayAfter(at, -1);
      const qr = await signInByQr(runtime, other);
      expect(codeOf(await confirming(qr))).toBe('FACE_REQUIRED');
      await dayAfter(at, 0);
      expect(codeOf(await confirming(qr))).toBe('FRESH_FACTOR_REQUIRED');
    },
  );

  long(
    'PHN-4 PWD-1 忘记密码 by a code that was on its way when the number was recovered changes nothing',
    async () => {
      const who = await knownPerson(runtime);
      await wait(runtime, 61);
      const body = { account: who.documentNumber, name: who.name, documentNumber: who.documentNumber };
      const { resetId } = expectStatus(await runtime.http('POST', '/v1/password-resets', body), 201).body;
      expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
      const smsCode = newestCode(runtime, who.phone);
      await wait(runtime, 61);
      await recoverPhone(runtime, who, who.phone);
      const done = await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, {
        smsCode,
        newPassword: 'Xinanjiang#47',
      });
      expect(codeOf(done)).toBe('FACE_REQUIRED');
      const late = expectStatus(await runtime.http('POST', '/v1/password-resets', body), 201).body;
      expect(late.methods).toEqual([{ method: 'face' }]);
      expect(codeOf(await runtime.http('POST', `/v1/password-resets/${late.resetId}/sms`))).toBe(
        'FACE_REQUIRED',
      );
      const scan = expectStatus(
        await runtime.http('POST', `/v1/password-resets/${late.resetId}/face`),
        201,
      ).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      const byFace = { faceTicket: scan.ticket, newPassword: 'Xinanjiang#47' };
      expectStatus(await runtime.http('POST', `/v1/password-resets/${late.resetId}/complete`, byFace), 204);
    },
  );

  long('PHN-4 LGN-9 no appointment is taken on the login page by that number’s code', async () => {
    const known = await knownPerson(runtime);
    const id = creditCode();
    await feed(runtime, companyLine(id), {
      ...representativeLine(id, known),
      type: 'finance-head',
    });
    await wait(runtime, 61);
    const who = await recoverPhone(runtime, known);
    await wait(runtime, 61);
    const atLogin = async (verify: (path: string) => Promise<object>) => {
      const { loginId } = expectStatus(await enterCompany(runtime, who, id), 201).body;
      const path = `/v1/logins/${loginId}`;
      const { confirm } = expectStatus(
        await runtime.http('POST', `${path}/verify`, await verify(path)),
        200,
      ).body;
      const { authorizationId } = confirm;
      return runtime.http('POST', `${path}/confirm-role`, { authorizationId });
    };
    const bySms = await atLogin(async (path) => {
      expectStatus(await runtime.http('POST', `${path}/sms`), 202);
      return { smsCode: newestCode(runtime, who.phone) };
    });
    expect(bySms.body).toMatchObject({
      code: 'FACE_REQUIRED',
      title: '请改用扫脸验证登录，再确认任职',
    });
    const byFace = await atLogin(async (path) => {
      const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      return { faceTicket: scan.ticket };
    });
    expectStatus(byFace, 200);
  });
});

describe('SES-5 PHN-4 between reading and writing', () => {
  /** Holds the transaction of a call, lets something else happen, and returns the answer of the call. */
  async function meanwhile(
    rule: { function: string; routeKey: string },
    call: () => ReturnType<SignedIn['api']>,
    happens: () => Promise<unknown>,
  ): Promise<string> {
    const id = runtime.faults.add({ ...rule, action: 'TransactWriteItems', kind: 'hold' });
    const held = call();
    await runtime.faults.held(id);
    await happens();
    runtime.faults.release(id);
    const said = codeOf(await held);
    runtime.faults.clear();
    return said;
  }
  const logOut = (who: SignedIn) => async () => expectStatus(await who.api('DELETE', '/v1/session'), 204);

  async function ground() {
    const { who, identity } = await boss();
    const signed = await forCompany(await signIn(runtime, who), identity.taxpayerId);
    const invitee = await knownPerson(runtime);
    await wait(runtime, 61);
    const invite = () =>
      signed.api('POST', '/v1/enterprise/staff', { ...claimed(invitee), role: 'tax-handler' });
    return { who, signed, invite };
  }
  const inviting = { function: 'staff', routeKey: 'POST /v1/enterprise/staff' };

  long('SES-5 staff: a session that ended meanwhile invites nobody', async () => {
    const { signed, invite } = await ground();
    expect(await meanwhile(inviting, invite, logOut(signed))).toBe('SESSION_ENDED');
  });

  long('PHN-4 staff: a phone recovered meanwhile wants a face', async () => {
    const { who, signed, invite } = await ground();
    expect(await meanwhile(inviting, invite, () => recoverPhone(runtime, who))).toBe('FACE_REQUIRED');
    await wait(runtime, 1);
    await passFactor(runtime, signed);
    expectStatus(await invite(), 201);
  });

  long('PHN-4 LGN-9 a phone recovered while an appointment is accepted at login wants a face', async () => {
    const known = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    // Beside another role no session is opened yet, which would notice the recovery by itself.
    await giveRelation(runtime, known, taxpayerId, 'tax-handler');
    await feed(runtime, { type: 'finance-head', taxpayerId, person: claimed(known) });
    await wait(runtime, 61);
    const { loginId } = expectStatus(await enterCompany(runtime, known, taxpayerId), 201).body;
    const smsCode = await loginCode(runtime, loginId, known.phone);
    const { confirm } = expectStatus(await verify(runtime, loginId, { smsCode }), 200).body;
    const said = await meanwhile(
      { function: 'login', routeKey: 'POST /v1/logins/{id}/confirm-role' },
      () => confirmRole(runtime, loginId, confirm.authorizationId),
      () => recoverPhone(runtime, known),
    );
    expect(said).toBe('FACE_REQUIRED');
  });

  keeping(1)([
    ['confirm', 'POST /v1/enterprise/agreements/{id}/confirm'],
    ['reject', 'POST /v1/enterprise/agreements/{id}/reject'],
    ['terminate', 'POST /v1/enterprise/agreements/{id}/terminate'],
  ])(
    'SES-5 PHN-4 an agreement: %s in a session that ended, or after a recovery, changes nothing',
    async (what, routeKey) => {
      const agency = await agencyFirm(runtime);
      const agent = await knownPerson(runtime);
      await feed(runtime, { type: 'agency-staff', agencyId: agency.id, agents: [claimed(agent)] });
      for (const [happens, said] of [
        [async (one: Firm) => recoverPhone(runtime, one.boss), 'FACE_REQUIRED'],
        [async (one: Firm) => one.api('DELETE', '/v1/session'), 'SESSION_ENDED'],
      ] as const) {
        const one = await firm(runtime);
        const id = await entered(agency, one.id, [agent]);
        await wait(runtime, 61);
        const call = () => one.api('POST', `/v1/enterprise/agreements/${id}/${what}`, {});
        const rule = { function: 'client-agreements', routeKey };
        const answers = await meanwhile(rule, call, () => happens(one));
        expect(answers).toBe(said);
        const { state } =
          (await agreementsOf(agency, 'agency')).find((other) => other.agreementId === id) ?? {};
        expect(state).toBe('pending');
      }
    },
  );

  long('SES-5 PHN-4 agency: nothing is entered in a session that ended, nor after a recovery', async () => {
    for (const [happens, said] of [
      [async (one: Firm) => recoverPhone(runtime, one.boss), 'FACE_REQUIRED'],
      [async (one: Firm) => one.api('DELETE', '/v1/session'), 'SESSION_ENDED'],
    ] as const) {
      const agency = await agencyFirm(runtime);
      const agent = await knownPerson(runtime);
      await feed(runtime, { type: 'agency-staff', agencyId: agency.id, agents: [claimed(agent)] });
      const one = await firm(runtime);
      await wait(runtime, 61);
      const call = () => agency.api('POST', '/v1/agency/agreements', entering(one.id, [agent]));
      const rule = { function: 'agency', routeKey: 'POST /v1/agency/agreements' };
      expect(await meanwhile(rule, call, () => happens(agency))).toBe(said);
    }
  });

  long(
    'SES-5 PHN-4 a company and an authorization are not confirmed in a session that ended, nor after a recovery',
    async () => {
      for (const [happens, said] of [
        [async (who: SignedIn) => recoverPhone(runtime, who), 'FACE_REQUIRED'],
        [async (who: SignedIn) => who.api('DELETE', '/v1/session'), 'SESSION_ENDED'],
      ] as const) {
        const known = await knownPerson(runtime);
        const id = creditCode();
        await feed(
          runtime,
          companyLine(id, { state: 'awaiting-confirmation' }),
          representativeLine(id, known),
        );
        const atWork = await companyOf(runtime, await knownPerson(runtime));
        const invited = await giveRelation(runtime, known, atWork, 'tax-handler', { state: 'pending' });
        await wait(runtime, 61);
        const who = await signIn(runtime, known);
        const [one] = (await who.api('GET', '/v1/confirmations')).body.confirmations;
        const path = `/v1/confirmations/${one.confirmationId}`;
        expect(
          await meanwhile(
            { function: 'confirmations', routeKey: 'POST /v1/confirmations/{confirmationId}' },
            () => who.api('POST', path, { kind: one.kinds[0] }),
            () => happens(who),
          ),
        ).toBe(said);
        const again = await knownPerson(runtime);
        const mine = await giveRelation(runtime, again, atWork, 'invoice-clerk', { state: 'pending' });
        await wait(runtime, 61);
        const other = await signIn(runtime, again);
        expect(
          await meanwhile(
            {
              function: 'authorizations',
              routeKey: 'POST /v1/authorizations/{authorizationId}/confirm',
            },
            () => other.api('POST', `/v1/authorizations/${mine}/confirm`),
            () => happens(other),
          ),
        ).toBe(said);
        expect(invited).toBeDefined();
      }
    },
  );

  long('SES-5 PHN-4 a number recovered while its code is judged is no factor', async () => {
    const known = await knownPerson(runtime);
    await wait(runtime, 61);
    const who = await signInByQr(runtime, known);
    expectStatus(await who.api('POST', '/v1/session/factor/sms'), 202);
    const smsCode = newestCode(runtime, known.phone);
    await wait(runtime, 61);
    const rule = { function: 'session', routeKey: 'POST /v1/session/factor' };
    const said = await meanwhile(
      rule,
      () => who.api('POST', '/v1/session/factor', { smsCode }),
      () => recoverPhone(runtime, known, known.phone),
    );
    expect(said).toBe('FACE_REQUIRED');
    expect(await loginTicket(runtime, known)).toBeTruthy();
  });
});
