import { newcomer, ownFace, phoneCode, phonesOf, signIn } from '../flows/support/account.ts';
import { bind, bindingCode, oldCompany, picking } from '../flows/support/legacy.ts';
import { recoverPhone } from '../flows/support/recovery.ts';
import { passFactor, signInByQr } from '../flows/support/sessions.ts';
import { rowsOf } from '../flows/support/tables.ts';
import { localPartner, loggedInByQr, pollScan, workingAs } from '../support/channel-partner.ts';
import { mobile, type Sample } from '../support/people.ts';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import type { Kind, PatientRuntime } from './patient-runtime.ts';

/** Journeys in which people change their own accounts, and in which channels act for people. */

const asked = { matter: 'invoice.issue', audience: 'invoice' };
const app = (runtime: PatientRuntime, who: Sample) => localPartner(runtime, 'ahtax-app', workingAs(who));
const shown = (runtime: PatientRuntime, token: string) =>
  runtime.http('GET', '/v1/session', undefined, { token });
const enters = async (runtime: PatientRuntime, account: string, password: string): Promise<string> => {
  const { status, body } = await enterPassword(runtime, account, password);
  return status === 201 ? 'entered' : body.code;
};

export const personKinds: readonly Kind[] = [
  {
    name: 'PHN-2 a number is added, made the default, and the old one deleted',
    routes: / \/v1\/account\/phones/,
    async ready(runtime) {
      let who = await newcomer(runtime);
      const phone = mobile();
      return {
        async run(again) {
          if (again) who = await signIn(runtime, who);
          if ((await phonesOf(who)).every(({ maskedPhone }) => !maskedPhone.endsWith(phone.slice(-4)))) {
            const smsCode = await phoneCode(runtime, who, phone);
            expectStatus(await who.api('POST', '/v1/account/phones', { phone, smsCode }), 201);
          }
          for (const own of await phonesOf(who))
            if (own.maskedPhone.endsWith(phone.slice(-4)) && !own.isDefault)
              await who.api('PUT', `/v1/account/phones/${own.phoneId}/default`);
          for (const own of await phonesOf(who))
            if (!own.isDefault) await who.api('DELETE', `/v1/account/phones/${own.phoneId}`);
        },
        async done() {
          const phones = await phonesOf(who);
          return phones.length === 1 && phones[0].maskedPhone.endsWith(phone.slice(-4));
        },
      };
    },
  },
  {
    name: 'PHN-4 找回手机号码',
    routes: / \/v1\/phone-recoveries/,
    async ready(runtime) {
      const who = await settled(runtime);
      const phone = mobile();
      return {
        run: async () => void (await recoverPhone(runtime, who, phone)),
        done: async () => (await enters(runtime, phone, who.password)) === 'entered',
      };
    },
  },
  {
    name: 'USR-1 a username is chosen',
    routes: / \/v1\/account\/username/,
    async ready(runtime) {
      let who = await newcomer(runtime);
      const username = `wan${who.phone.slice(2)}`;
      return {
        async run(again) {
          if (again) who = await signIn(runtime, who);
          expectStatus(await who.api('PUT', '/v1/account/username', { username }), 200);
        },
        done: async () => (await enters(runtime, username, who.password)) === 'entered',
      };
    },
  },
  {
    name: 'PWD-1 a password is changed',
    routes: / \/v1\/account\/password/,
    async ready(runtime) {
      let who = await newcomer(runtime);
      const newPassword = 'Chaohu#5921';
      return {
        async run(again) {
          if (again) who = await signIn(runtime, who);
          const body = { oldPassword: who.password, newPassword };
          expectStatus(await who.api('PUT', '/v1/account/password', body), 204);
        },
        done: async () => (await enters(runtime, who.documentNumber, newPassword)) === 'entered',
      };
    },
  },
  {
    name: 'QR-1 a login by a code that the phone confirms',
    routes: / \/v1\/(qr-logins|scans|channel\/scans)/,
    async ready(runtime) {
      const who = await settled(runtime);
      let token = '';
      return {
        async run() {
          token = (await signInByQr(runtime, who)).token;
        },
        done: async () => (await shown(runtime, token)).status === 200,
      };
    },
  },
  {
    name: 'SES-5 a fresh factor, and the end of the session',
    routes: / \/v1\/session(\/factor.*)?$/,
    async ready(runtime) {
      const who = await settled(runtime);
      let token = '';
      return {
        async run() {
          const session = await signInByQr(runtime, who);
          token = session.token;
          await passFactor(runtime, session);
          expectStatus(await session.api('DELETE', '/v1/session'), 204);
        },
        done: async () => (await shown(runtime, token)).body?.code === 'SESSION_ENDED',
      };
    },
  },
  {
    name: 'STP-4 a proof after a face check',
    routes: / \/v1\/(step-ups|channel\/scans)/,
    async ready(runtime) {
      const who = await settled(runtime);
      let { accessToken: token } = (await loggedInByQr(runtime, who)).session;
      let proof: string | undefined;
      return {
        async run(again) {
          if (again) token = (await loggedInByQr(runtime, who)).session.accessToken;
          const reply = await runtime.http('POST', '/v1/step-ups', asked, { token });
          // The face check of the earlier run is accepted.
          if (reply.body.proof) {
            proof = reply.body.proof;
            return;
          }
          const { scan, stepUpId } = expectStatus(reply, 201).body;
          expectStatus(await app(runtime, who).showFace(scan.qrContent), 200);
          const path = `/v1/step-ups/${stepUpId}`;
          proof = expectStatus(await runtime.http('GET', path, undefined, { token }), 200).body.proof;
        },
        done: async () => proof !== undefined,
      };
    },
  },
  {
    name: 'STP-3 a verification at a terminal',
    routes: / \/v1\/(channel|scans)/,
    async ready(runtime) {
      const who = await settled(runtime);
      const terminal = localPartner(runtime, 'terminal', { office: '自助办税厅 03' });
      let proof: string | undefined;
      return {
        async run() {
          expectStatus(await app(runtime, who).relations(), 200);
          const scan = expectStatus(
            await terminal.startVerification(who, asked.matter, asked.audience),
            200,
          ).body;
          expectStatus(await app(runtime, who).showFace(scan.qrContent), 200);
          proof = expectStatus(await pollScan(runtime.http, scan), 200).body.proof;
        },
        done: async () => proof !== undefined,
      };
    },
  },
  {
    name: 'CTR-2 用户注销',
    routes: / \/v1\/account\/(deregistration|face)/,
    async ready(runtime) {
      let who = await newcomer(runtime);
      return {
        async run(again) {
          if (again) who = await signIn(runtime, who);
          const faceTicket = await ownFace(runtime, who);
          const body = { password: who.password, faceTicket };
          expectStatus(await who.api('POST', '/v1/account/deregistration', body), 204);
        },
        done: async () => (await enters(runtime, who.documentNumber, who.password)) === 'USER_NOT_REGISTERED',
      };
    },
  },
  {
    name: 'LEG-2 somebody is bound by the old login',
    routes: / \/v1\/legacy/,
    async ready(runtime) {
      const who = await settled(runtime);
      const taxpayerId = await oldCompany(runtime);
      runtime.clock.advance(61);
      return {
        async run() {
          const { legacyId } = await picking(runtime, taxpayerId);
          const code = await bindingCode(runtime, legacyId, who);
          expectStatus(await bind(runtime, legacyId, who, code), 201);
        },
        done: async () =>
          (await rowsOf(runtime, 'Relationships')).filter((row) => row.taxpayerId === taxpayerId).length ===
          1,
      };
    },
  },
];
