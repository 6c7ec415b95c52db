import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loggedInByQr } from '../support/channel-partner.ts';
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
} from '../support/door.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import { openWatchedDoor, type WatchedDoor } from '../support/watched.ts';
import { newestCode, ownFace, phonesOf, type SignedIn, signIn } from './support/account.ts';
import { collectionLine } from './support/documents.ts';
import { feed } from './support/feed-lines.ts';
import { personLine } from './support/migration.ts';
import { companyOf } from './support/registry.ts';

/** Complete journeys that the bureau's questions and answers promise. The titles contain the number of the question. */
let door: WatchedDoor;
beforeAll(async () => {
  door = await openWatchedDoor({}, null);
});
afterAll(() => door?.finish());

const fresh = 'Kuaiji!58ws';
const claims = ({ name, documentType, documentNumber }: Sample) => ({ name, documentType, documentNumber });
/** Registers a person with a face check. If the phone belongs to another person, the registration takes it over. */
async function registersWithFace(who: Sample, extra: object = {}): Promise<void> {
  const id = await startRegistration(door, who);
  expectStatus(await fillProfile(door, id, who, extra), 200);
  const scan = expectStatus(await door.http('POST', `/v1/registrations/${id}/face`), 201).body;
  expectStatus(await scanFace(door, scan.qrContent), 200);
  expectStatus(await door.http('POST', `/v1/registrations/${id}/complete`), 201);
}
/** A person whose only number was taken over by another person (置空). */
async function withoutPhone(): Promise<Sample> {
  const who = await registered(door);
  await wait(door, 61);
  await registersWithFace(person({ phone: who.phone }), { takeoverPhone: true });
  await wait(door, 61);
  return who;
}
async function recovers(who: Sample, newPhone: string): Promise<void> {
  const { recoveryId } = expectStatus(
    await door.http('POST', '/v1/phone-recoveries', { ...claims(who), password: who.password, newPhone }),
    201,
  ).body;
  expectStatus(await door.http('POST', `/v1/phone-recoveries/${recoveryId}/sms`), 202);
  const smsCode = await codeFor(door, newPhone);
  expectStatus(await door.http('POST', `/v1/phone-recoveries/${recoveryId}/complete`, { smsCode }), 204);
}
async function closesAccount(who: SignedIn): Promise<void> {
  const body = { password: who.password, faceTicket: await ownFace(door, who) };
  expectStatus(await who.api('POST', '/v1/account/deregistration', body), 204);
}
const atCompany = (who: Sample, taxpayerId: string, account = who.documentNumber) =>
  enterPassword(door, account, who.password, 'enterprise', { taxpayerId });

describe('FAQ 二(二)6 the phone number is empty', () => {
  it('FAQ 二(二)6 LGN-5 QR-1 scanning logs in, and the account centre takes a new number', async () => {
    const who = await withoutPhone();
    const login = expectStatus(await enterPassword(door, who.documentNumber, who.password), 201).body;
    expect(login.secondFactors.map(({ method }: { method: string }) => method)).toEqual(['face']);
    expect(login.notices[0].title).toBe(
      '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
    );
    const token: string = (await loggedInByQr(door, who)).session.accessToken;
    const api: SignedIn['api'] = (method, path, body) => door.http(method, path, body, { token });
    // The QR scan was no second factor; a face check in this session is one (SES-5).
    const scan = expectStatus(await api('POST', '/v1/session/factor/face'), 201).body;
    expectStatus(await scanFace(door, scan.qrContent), 200);
    expectStatus(await api('POST', '/v1/session/factor', { faceTicket: scan.ticket }), 204);
    const phone = mobile();
    expectStatus(await api('POST', '/v1/account/phones/sms', { phone }), 202);
    const added = await api('POST', '/v1/account/phones', { phone, smsCode: newestCode(door, phone) });
    expect(expectStatus(added, 201).body.isDefault).toBe(true);
    await wait(door, 61);
    await loggedIn(door, { ...who, phone });
  });

  it('FAQ 二(二)6 PHN-4 找回手机号码 on the login page sets a new one', async () => {
    const who = await withoutPhone();
    const phone = mobile();
    await recovers(who, phone);
    await wait(door, 61);
    await loggedIn(door, { ...who, phone });
    await wait(door, 61);
    await loggedIn(door, { ...who, phone }, phone);
  });
});

describe('FAQ 二(二)8 recorded long ago, and “not registered” now', () => {
  it('FAQ 二(二)8 REG-4 LGN-4 who closed the account registers again and has everything back', async () => {
    const who = await registered(door);
    const taxpayerId = await companyOf(door, who);
    await closesAccount(await signIn(door, who));
    expect((await atCompany(who, taxpayerId)).body).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
    const back = { ...who, password: fresh };
    await wait(door, 61);
    await registersWithFace(back);
    expectStatus(await atCompany(back, taxpayerId), 201);
  });

  it('FAQ 二(二)8 REG-2 REG-4 an account that came as invalid is restored by the old hall record, once', async () => {
    const who = person();
    const taxpayerId = await companyOf(door, who);
    // A hall collected the person. The old system has another person's number, so the import brings the account as
    // invalid.
    await door.registry(collectionLine(who));
    await wait(door, 61);
    await feed(door, personLine(who, 1, { phones: [mobile()], state: 'invalid' }));
    expect((await atCompany(who, taxpayerId)).body).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      title: '该用户未注册，请在自然人业务入口进行用户注册',
    });
    const begun = await door.http('POST', '/v1/registrations', { ...claims(who), consents: ['privacy'] });
    expect(expectStatus(begun, 201).body.faceRequired).toBe(false);
    const id: string = begun.body.registrationId;
    expectStatus(await fillProfile(door, id, who), 200);
    expect(expectStatus(await door.http('POST', `/v1/registrations/${id}/complete`), 201).body).toMatchObject(
      {
        realNameLevel: 5,
      },
    );
    expectStatus(await atCompany(who, taxpayerId), 201);
  });

  it('FAQ 二(二)8 REG-2 one that came as invalid and was recorded too long ago shows the face instead', async () => {
    const who = person();
    const taxpayerId = await companyOf(door, who);
    await door.registry(collectionLine(who, 1, { collectedAt: '2024-05-06T09:00:00+08:00' }));
    await feed(door, personLine(who, 1, { state: 'cancelled' }));
    const lean = await door.http('POST', '/v1/registrations', { ...claims(who), consents: ['privacy'] });
    expect(lean.body).toMatchObject({ code: 'CONSENT_REQUIRED', missing: ['face'] });
    await registersWithFace(who);
    expectStatus(await atCompany(who, taxpayerId), 201);
  });
});

describe('FAQ 二(三)1 用户注销', () => {
  it('FAQ 二(三)1 CTR-2 REG-4 ends the account, not the relations; registering again goes on with them', async () => {
    const who = await registered(door);
    const taxpayerId = await companyOf(door, who, { name: '宣城敬亭山茶业有限公司' });
    const session = await signIn(door, who);
    await wait(door, 61);
    const warned = expectStatus(await session.api('POST', '/v1/account/deregistration/sms'), 202).body;
    expect(warned.companies).toEqual([
      { taxpayerName: '宣城敬亭山茶业有限公司', role: 'legal-representative' },
    ]);
    const smsCode = newestCode(door, who.phone);
    expectStatus(
      await session.api('POST', '/v1/account/deregistration', { password: who.password, smsCode }),
      204,
    );
    expect((await enterPassword(door, who.documentNumber, who.password)).body.title).toBe('该用户未注册');
    expect((await session.api('GET', '/v1/account')).status).toBe(401);
    await wait(door, 61);
    const back = { ...who, password: fresh };
    await registersWithFace(back);
    const again = await signIn(door, back);
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
    const who = await registered(door);
    const taxpayerId = await companyOf(door, who);
    const phone = mobile();
    await wait(door, 61);
    await recovers(who, phone);
    await wait(door, 61);
    for (const account of [who.documentNumber, phone]) {
      const login = expectStatus(await atCompany(who, taxpayerId, account), 201).body;
      expectStatus(await door.http('POST', `/v1/logins/${login.loginId}/sms`), 202);
      const verified = await door.http('POST', `/v1/logins/${login.loginId}/verify`, {
        smsCode: await codeFor(door, phone),
      });
      expect(expectStatus(verified, 200).body.session.identity).toMatchObject({
        kind: 'enterprise',
        taxpayerId,
      });
      await wait(door, 61);
    }
    expect(door.sms(who.phone).find(({ purpose }) => purpose === 'notice')?.text).toContain('找回手机号码');
  });
});
