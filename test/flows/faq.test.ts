import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loggedInByQr } from '../support/channel-partner.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  fillProfile,
  loggedIn,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { newestCode, ownFace, phonesOf, type SignedIn, signIn } from './support/account.ts';
import { collectionLine } from './support/documents.ts';
import { feed } from './support/feed-lines.ts';
import { personLine } from './support/migration.ts';
import { companyOf } from './support/registry.ts';

/** Complete journeys that the bureau's questions and answers promise. The titles contain the number of the question. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({}, null);
});
afterAll(() => runtime?.finish());

const fresh = 'Kuaiji!58ws';
const claims = ({ name, documentType, documentNumber }: Sample) => ({ name, documentType, documentNumber });
/** Registers a person with a face check. If the phone belongs to another person, the registration takes it over. */
async function registersWithFace(who: Sample, extra: object = {}): Promise<void> {
  const id = await startRegistration(runtime, who);
  expectStatus(await fillProfile(runtime, id, who, extra), 200);
  const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
}
/** A person whose only number was taken over by another person (置空). */
async function withoutPhone(): Promise<Sample> {
  const who = await registered(runtime);
  await wait(runtime, 61);
  await registersWithFace(person({ phone: who.phone }), { takeoverPhone: true });
  await wait(runtime, 61);
  return who;
}
async function recovers(who: Sample, newPhone: string): Promise<void> {
  const { recoveryId } = expectStatus(
    await runtime.http('POST', '/v1/phone-recoveries', { ...claims(who), password: who.password, newPhone }),
    201,
  ).body;
  expectStatus(await runtime.http('POST', `/v1/phone-recoveries/${recoveryId}/sms`), 202);
  const smsCode = await codeFor(runtime, newPhone);
  expectStatus(await runtime.http('POST', `/v1/phone-recoveries/${recoveryId}/complete`, { smsCode }), 204);
}
async function closesAccount(who: SignedIn): Promise<void> {
  const body = { password: who.password, faceTicket: await ownFace(runtime, who) };
  expectStatus(await who.api('POST', '/v1/account/deregistration', body), 204);
}
const atCompany = (who: Sample, taxpayerId: string, account = who.documentNumber) =>
  enterPassword(runtime, account, who.password, 'enterprise', { taxpayerId });

describe('FAQ 二(二)6 the phone number is empty', () => {
  it('FAQ 二(二)6 LGN-5 QR-1 scanning logs in, and the account centre takes a new number', async () => {
    const who = await withoutPhone();
    const login = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201).body;
    expect(login.secondFactors.map(({ method }: { method: string }) => method)).toEqual(['face']);
    expect(login.notices[0].title).toBe(
      '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
    );
    const token: string = (await loggedInByQr(runtime, who)).session.accessToken;
    const api: SignedIn['api'] = (method, path, body) => runtime.http(method, path, body, { token });
    // The QR scan was no second factor; a face check in this session is one (SES-5).
    const scan = expectStatus(await api('POST', '/v1/session/factor/face'), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await api('POST', '/v1/session/factor', { faceTicket: scan.ticket }), 204);
    const phone = mobile();
    expectStatus(await api('POST', '/v1/account/phones/sms', { phone }), 202);
    const added = await api('POST', '/v1/account/phones', { phone, smsCode: newestCode(runtime, phone) });
    expect(expectStatus(added, 201).body.isDefault).toBe(true);
    await wait(runtime, 61);
    await loggedIn(runtime, { ...who, phone });
  });

  it('FAQ 二(二)6 PHN-4 找回手机号码 on the login page sets a new one', async () => {
    const who = await withoutPhone();
    const phone = mobile();
    await recovers(who, phone);
    await wait(runtime, 61);
    await loggedIn(runtime, { ...who, phone });
    await wait(runtime, 61);
    await loggedIn(runtime, { ...who, phone }, phone);
  });
});

describe('FAQ 二(二)8 recorded long ago, and “not registered” now', () => {
  it('FAQ 二(二)8 REG-4 LGN-4 who closed the account registers again and has everything back', async () => {
    const who = await registered(runtime);
    const taxpayerId = await companyOf(runtime, who);
    await closesAccount(await signIn(runtime, who));
    expect((await atCompany(who, taxpayerId)).body).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
    const back = { ...who, password: fresh };
    await wait(runtime, 61);
    await registersWithFace(back);
    expectStatus(await atCompany(back, taxpayerId), 201);
  });

  it('FAQ 二(二)8 REG-2 REG-4 an account that came as invalid is restored by the old hall record, once', async () => {
    const who = person();
    const taxpayerId = await companyOf(runtime, who);
    // A hall collected the person. The old system has another person's number, so the import brings the account as
    // invalid.
    await runtime.registry(collectionLine(who));
    await wait(runtime, 61);
    await feed(runtime, personLine(who, 1, { phones: [mobile()], state: 'invalid' }));
    expect((await atCompany(who, taxpayerId)).body).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
    const begun = await runtime.http('POST', '/v1/registrations', { ...claims(who), consents: ['privacy'] });
    expect(expectStatus(begun, 201).body.faceRequired).toBe(false);
    const id: string = begun.body.registrationId;
    expectStatus(await fillProfile(runtime, id, who), 200);
    expect(
      expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201).body,
    ).toMatchObject({
      realNameLevel: 5,
    });
    expectStatus(await atCompany(who, taxpayerId), 201);
  });

  it('FAQ 二(二)8 REG-2 one that came as invalid and was recorded too long ago shows the face instead', async () => {
    const who = person();
    const taxpayerId = await companyOf(runtime, who);
    await runtime.registry(collectionLine(who, 1, { collectedAt: '2024-05-06T09:00:00+08:00' }));
    await feed(runtime, personLine(who, 1, { state: 'cancelled' }));
    const lean = await runtime.http('POST', '/v1/registrations', { ...claims(who), consents: ['privacy'] });
    expect(lean.body).toMatchObject({ code: 'CONSENT_REQUIRED', missing: ['face'] });
    await registersWithFace(who);
    expectStatus(await atCompany(who, taxpayerId), 201);
  });
});

describe('FAQ 二(三)1 用户注销', () => {
  it('FAQ 二(三)1 CTR-2 REG-4 ends the account, not the relations; registering again goes on with them', async () => {
    const who = await registered(runtime);
    const taxpayerId = await companyOf(runtime, who, { name: '宣城敬亭山茶业有限公司' });
    const session = await signIn(runtime, who);
    await wait(runtime, 61);
    const warned = expectStatus(await session.api('POST', '/v1/account/deregistration/sms'), 202).body;
    expect(warned.companies).toEqual([
      { taxpayerName: '宣城敬亭山茶业有限公司', role: 'legal-representative' },
    ]);
    const smsCode = newestCode(runtime, who.phone);
    expectStatus(
      await session.api('POST', '/v1/account/deregistration', { password: who.password, smsCode }),
      204,
    );
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.title).toBe('该用户未注册');
    expect((await session.api('GET', '/v1/account')).status).toBe(401);
    await wait(runtime, 61);
    const back = { ...who, password: fresh };
    await registersWithFace(back);
    const again = await signIn(runtime, back);
    const { authorizations } = expectStatus(
      await again.api('GET', '/v1/authorizations?state=active'),
      200,
    ).body;
    expect(authorizations).toMatchObject([{ taxpayerId, role: 'legal-representative', state: 'active' }]);
    expectStatus(await atCompany(back, taxpayerId), 201);
    expect(await phonesOf(again)).toHaveLength(1);
  });
});

describe('FAQ 三(二)2 a handler of an existing company with a new phone', () => {
  it('FAQ 三(二)2 PHN-4 LGN-6 找回手机号码 by the password, then the login for the company by the new number', async () => {
    const who = await registered(runtime);
    const taxpayerId = await companyOf(runtime, who);
    const phone = mobile();
    await wait(runtime, 61);
    await recovers(who, phone);
    await wait(runtime, 61);
    for (const account of [who.documentNumber, phone]) {
      const login = expectStatus(await atCompany(who, taxpayerId, account), 201).body;
      expectStatus(await runtime.http('POST', `/v1/logins/${login.loginId}/sms`), 202);
      const verified = await runtime.http('POST', `/v1/logins/${login.loginId}/verify`, {
        smsCode: await codeFor(runtime, phone),
      });
      expect(expectStatus(verified, 200).body.session.identity).toMatchObject({
        kind: 'enterprise',
        taxpayerId,
      });
      await wait(runtime, 61);
    }
    expect(runtime.sms(who.phone).find(({ purpose }) => purpose === 'notice')?.text).toContain(
      '找回手机号码',
    );
  });
});
