import { localPartner, loggedInByQr, pollScan, workingAs } from '../../support/channel-partner.ts';
import type { Loose, Reply } from '../../support/client.ts';
import { mobile, person, type Sample } from '../../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  fillProfile,
  loggedInByFace,
  loginTicket,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../../support/runtime.ts';
import { bind, bindingCode, type LegacyRuntime, oldCompany, pick, picking } from './legacy.ts';
import { claimed } from './staff.ts';

type Last = () => Promise<Reply<Loose>>;

/**
 * A way to use an account. `prepare` makes every call except the last one; the last call is answered `succeeds` if the
 * person is not suspended.
 */
export interface Way {
  readonly name: string;
  readonly succeeds: number;
  readonly prepare: (runtime: LegacyRuntime) => Promise<{ readonly who: Sample; readonly last: Last }>;
  /** The flow and the action of the deciding write: a test holds this write while the order comes. */
  readonly decides?: { readonly function: string; readonly action?: string };
}

const transaction = (flow: string) => ({ function: flow, action: 'TransactWriteItems' });
const faceOn = async (runtime: LegacyRuntime, path: string): Promise<string> => {
  const scan = expectStatus(await runtime.http('POST', path), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return scan.ticket;
};
const known = async (runtime: LegacyRuntime, phoneFree = false): Promise<Sample> => {
  const who = await registered(runtime);
  if (phoneFree) await wait(runtime, 61);
  return who;
};
const signedIn = async (runtime: LegacyRuntime) => {
  const who = await known(runtime);
  return { who, token: (await loggedInByFace(runtime, who)).session.accessToken };
};
const asked = { matter: 'invoice.issue', audience: 'invoice' };
const ahtax = (runtime: LegacyRuntime, who: Sample) => localPartner(runtime, 'ahtax-app', workingAs(who));
const resetting = async (runtime: LegacyRuntime, who: Sample): Promise<string> =>
  expectStatus(
    await runtime.http('POST', '/v1/password-resets', {
      account: who.documentNumber,
      name: who.name,
      documentNumber: who.documentNumber,
    }),
    201,
  ).body.resetId;
const recovery = (runtime: LegacyRuntime, who: Sample, newPhone: string) =>
  runtime.http('POST', '/v1/phone-recoveries', { ...claimed(who), password: who.password, newPhone });

/** Ways that are refused before anything about the person is shown. */
export const firstSteps: readonly Way[] = [
  {
    name: 'login by document',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      return { who, last: () => enterPassword(runtime, who.documentNumber, who.password) };
    },
  },
  {
    name: 'login by phone',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      return { who, last: () => enterPassword(runtime, who.phone, who.password) };
    },
  },
  {
    name: 'login by username',
    succeeds: 201,
    async prepare(runtime) {
      const username = `wan${Date.now() % 1e9}`;
      const who = await registered(runtime, person(), { username });
      return { who, last: () => enterPassword(runtime, username, who.password) };
    },
  },
  {
    name: 'login for a company',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const taxpayerId = await oldCompany(runtime, who);
      return {
        who,
        last: () => enterPassword(runtime, who.documentNumber, who.password, 'enterprise', { taxpayerId }),
      };
    },
  },
  {
    name: '忘记密码',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const { name, documentNumber } = who;
      const body = { account: documentNumber, name, documentNumber };
      return { who, last: () => runtime.http('POST', '/v1/password-resets', body) };
    },
  },
  {
    name: '找回手机号码',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      return { who, last: () => recovery(runtime, who, mobile()) };
    },
  },
  {
    name: 'registration',
    succeeds: 201,
    async prepare(runtime) {
      const who = person();
      const body = { ...claimed(who), consents: ['privacy', 'face'] };
      return { who, last: () => runtime.http('POST', '/v1/registrations', body) };
    },
  },
  {
    name: 'QR code confirmed by the phone',
    succeeds: 204,
    async prepare(runtime) {
      const who = await known(runtime);
      const { qrContent } = (await runtime.http('POST', '/v1/qr-logins')).body;
      return { who, last: () => ahtax(runtime, who).confirmCode(qrContent) };
    },
  },
  {
    name: 'the old login',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const { legacyId, persons } = await picking(runtime, await oldCompany(runtime, who));
      return { who, last: () => pick(runtime, legacyId, persons[0]?.personRef, who.password) };
    },
  },
  {
    name: 'a verification at a terminal',
    succeeds: 200,
    async prepare(runtime) {
      const who = await known(runtime);
      const terminal = localPartner(runtime, 'terminal', { office: '自助办税厅 03' });
      return { who, last: () => terminal.startVerification(who, asked.matter, asked.audience) };
    },
  },
  {
    name: 'relations seen by an app',
    succeeds: 200,
    async prepare(runtime) {
      const who = await known(runtime);
      return { who, last: () => ahtax(runtime, who).relations() };
    },
  },
];

/** Ways that were begun before the order. */
export const laterSteps: readonly Way[] = [
  {
    name: 'the SMS code of a login',
    succeeds: 200,
    decides: transaction('login'),
    async prepare(runtime) {
      const who = await known(runtime, true);
      const id = await loginTicket(runtime, who);
      expectStatus(await runtime.http('POST', `/v1/logins/${id}/sms`), 202);
      const smsCode = await codeFor(runtime, who.phone);
      return { who, last: () => runtime.http('POST', `/v1/logins/${id}/verify`, { smsCode }) };
    },
  },
  {
    name: 'the face of a login',
    succeeds: 200,
    decides: transaction('login'),
    async prepare(runtime) {
      const who = await known(runtime);
      const id = await loginTicket(runtime, who);
      const faceTicket = await faceOn(runtime, `/v1/logins/${id}/face`);
      return { who, last: () => runtime.http('POST', `/v1/logins/${id}/verify`, { faceTicket }) };
    },
  },
  {
    name: 'a face check for a login',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const id = await loginTicket(runtime, who);
      return { who, last: () => runtime.http('POST', `/v1/logins/${id}/face`) };
    },
  },
  {
    name: 'the result of a face check',
    succeeds: 200,
    decides: transaction('channel-scan'),
    async prepare(runtime) {
      const who = await known(runtime);
      const id = await loginTicket(runtime, who);
      const { qrContent } = expectStatus(await runtime.http('POST', `/v1/logins/${id}/face`), 201).body;
      const app = ahtax(runtime, who);
      const { ticket } = (await app.scan(qrContent)).body;
      const { token } = (await app.startFace(ticket)).body;
      return { who, last: () => app.faceResult(ticket, token) };
    },
  },
  {
    name: 'a QR code that was confirmed',
    succeeds: 200,
    decides: transaction('scan'),
    async prepare(runtime) {
      const who = await known(runtime);
      const code = (await runtime.http('POST', '/v1/qr-logins')).body;
      expectStatus(await ahtax(runtime, who).confirmCode(code.qrContent), 204);
      return { who, last: () => pollScan(runtime.http, code) };
    },
  },
  {
    name: 'a new password by SMS',
    succeeds: 204,
    decides: transaction('password-reset'),
    async prepare(runtime) {
      const who = await known(runtime, true);
      const id = await resetting(runtime, who);
      expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/sms`), 202);
      const body = { smsCode: await codeFor(runtime, who.phone), newPassword: 'Chaohu#5921' };
      return { who, last: () => runtime.http('POST', `/v1/password-resets/${id}/complete`, body) };
    },
  },
  {
    name: 'a new password by face',
    succeeds: 204,
    decides: transaction('password-reset'),
    async prepare(runtime) {
      const who = await known(runtime);
      const id = await resetting(runtime, who);
      const faceTicket = await faceOn(runtime, `/v1/password-resets/${id}/face`);
      const body = { faceTicket, newPassword: 'Chaohu#5921' };
      return { who, last: () => runtime.http('POST', `/v1/password-resets/${id}/complete`, body) };
    },
  },
  {
    name: 'a face check for a new password',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const id = await resetting(runtime, who);
      return { who, last: () => runtime.http('POST', `/v1/password-resets/${id}/face`) };
    },
  },
  {
    name: 'a recovered number',
    succeeds: 204,
    decides: transaction('phone-recovery'),
    async prepare(runtime) {
      const who = await known(runtime);
      const newPhone = mobile();
      const id = expectStatus(await recovery(runtime, who, newPhone), 201).body.recoveryId;
      expectStatus(await runtime.http('POST', `/v1/phone-recoveries/${id}/sms`), 202);
      const body = { smsCode: await codeFor(runtime, newPhone) };
      return { who, last: () => runtime.http('POST', `/v1/phone-recoveries/${id}/complete`, body) };
    },
  },
  {
    name: 'a face check for a recovered number',
    succeeds: 201,
    async prepare(runtime) {
      const who = await known(runtime);
      const id = expectStatus(await recovery(runtime, who, mobile()), 201).body.recoveryId;
      return { who, last: () => runtime.http('POST', `/v1/phone-recoveries/${id}/face`) };
    },
  },
  {
    name: 'a registration',
    succeeds: 201,
    decides: transaction('registration'),
    async prepare(runtime) {
      const who = person();
      const id = await startRegistration(runtime, who);
      expectStatus(await fillProfile(runtime, id, who), 200);
      await faceOn(runtime, `/v1/registrations/${id}/face`);
      return { who, last: () => runtime.http('POST', `/v1/registrations/${id}/complete`) };
    },
  },
  {
    name: 'a binding in the old login',
    succeeds: 201,
    decides: transaction('legacy'),
    async prepare(runtime) {
      const who = await known(runtime, true);
      const { legacyId } = await picking(runtime, await oldCompany(runtime));
      const code = await bindingCode(runtime, legacyId, who);
      return { who, last: () => bind(runtime, legacyId, who, code) };
    },
  },
  {
    name: 'the proof of a verification',
    succeeds: 200,
    async prepare(runtime) {
      const who = await known(runtime);
      const terminal = localPartner(runtime, 'terminal', { office: '自助办税厅 03' });
      const scan = (await terminal.startVerification(who, asked.matter, asked.audience)).body;
      expectStatus(await ahtax(runtime, who).showFace(scan.qrContent), 200);
      return { who, last: () => pollScan(runtime.http, scan) };
    },
  },
  {
    name: 'the face check of a verification',
    succeeds: 200,
    decides: transaction('channel-scan'),
    async prepare(runtime) {
      const who = await known(runtime);
      const terminal = localPartner(runtime, 'terminal', { office: '自助办税厅 03' });
      const scan = (await terminal.startVerification(who, asked.matter, asked.audience)).body;
      const app = ahtax(runtime, who);
      const { ticket } = (await app.scan(scan.qrContent)).body;
      const { token } = (await app.startFace(ticket)).body;
      return { who, last: () => app.faceResult(ticket, token) };
    },
  },
];

/** Ways in a session. An order ends the session, so only a call that is under way at that moment reaches its end. */
export const signedInSteps: readonly Way[] = [
  {
    name: 'a proof that an earlier face check serves',
    succeeds: 200,
    decides: transaction('step-up'),
    async prepare(runtime) {
      const { who, token } = await signedIn(runtime);
      return { who, last: () => runtime.http('POST', '/v1/step-ups', asked, { token }) };
    },
  },
  {
    name: 'the face check of a step-up',
    succeeds: 200,
    decides: transaction('channel-scan'),
    async prepare(runtime) {
      const who = await known(runtime);
      const token = (await loggedInByQr(runtime, who)).session.accessToken;
      const { scan } = expectStatus(await runtime.http('POST', '/v1/step-ups', asked, { token }), 201).body;
      const app = ahtax(runtime, who);
      const { ticket } = (await app.scan(scan.qrContent)).body;
      const kit = (await app.startFace(ticket)).body;
      return { who, last: () => app.faceResult(ticket, kit.token) };
    },
  },
  {
    name: 'a number that is added',
    succeeds: 201,
    decides: transaction('phones'),
    async prepare(runtime) {
      const { who, token } = await signedIn(runtime);
      const phone = mobile();
      expectStatus(await runtime.http('POST', '/v1/account/phones/sms', { phone }, { token }), 202);
      const body = { phone, smsCode: await codeFor(runtime, phone) };
      return { who, last: () => runtime.http('POST', '/v1/account/phones', body, { token }) };
    },
  },
  {
    name: 'a password that is changed',
    succeeds: 204,
    decides: transaction('account'),
    async prepare(runtime) {
      const { who, token } = await signedIn(runtime);
      const body = { oldPassword: who.password, newPassword: 'Chaohu#5921' };
      return { who, last: () => runtime.http('PUT', '/v1/account/password', body, { token }) };
    },
  },
];
