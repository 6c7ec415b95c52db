import { newcomer, ownFace, phoneCode, phonesOf, signIn } from '../flows/support/account.ts';
import { bind, bindingCode, oldCompany, picking } from '../flows/support/legacy.ts';
import { recoverPhone } from '../flows/support/recovery.ts';
import { passFactor, signInByQr } from '../flows/support/sessions.ts';
import { rowsOf } from '../flows/support/tables.ts';
import { localPartner, loggedInByQr, pollScan, workingAs } from '../support/channel-partner.ts';
import { enterPassword, expectStatus } from '../support/door.ts';
import { mobile, type Sample } from '../support/people.ts';
import { settled } from '../support/seed.ts';
import type { Kind, PatientDoor } from './patient-door.ts';

/** Journeys in which people change their own accounts, and in which channels act for people. */

const asked = { matter: 'invoice.issue', audience: 'invoice' };
const app = (door: PatientDoor, who: Sample) => localPartner(door, 'ahtax-app', workingAs(who));
const shown = (door: PatientDoor, token: string) => door.http('GET', '/v1/session', undefined, { token });
const enters = async (door: PatientDoor, account: string, password: string): Promise<string> => {
  const { status, body } = await enterPassword(door, account, password);
  return status === 201 ? 'entered' : body.code;
};

export const personKinds: readonly Kind[] = [
  {
    name: 'PHN-2 a number is added, made the default, and the old one deleted',
    routes: / \/v1\/account\/phones/,
    async ready(door) {
      let who = await newcomer(door);
      const phone = mobile();
      return {
        async run(again) {
          if (again) who = await signIn(door, who);
          if ((await phonesOf(who)).every(({ maskedPhone }) => !maskedPhone.endsWith(phone.slice(-4)))) {
            const smsCode = await phoneCode(door, who, phone);
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
    async ready(door) {
      const who = await settled(door);
      const phone = mobile();
      return {
        run: async () => void (await recoverPhone(door, who, phone)),
        done: async () => (await enters(door, phone, who.password)) === 'entered',
      };
    },
  },
  {
    name: 'USR-1 a username is chosen',
    routes: / \/v1\/account\/username/,
    async ready(door) {
      let who = await newcomer(door);
      const username = `wan${who.phone.slice(2)}`;
      return {
        async run(again) {
          if (again) who = await signIn(door, who);
          expectStatus(await who.api('PUT', '/v1/account/username', { username }), 200);
        },
        done: async () => (await enters(door, username, who.password)) === 'entered',
      };
    },
  },
  {
    name: 'PWD-1 a password is changed',
    routes: / \/v1\/account\/password/,
    async ready(door) {
      let who = await newcomer(door);
      const newPassword = 'Chaohu#5921';
      return {
        async run(again) {
          if (again) who = await signIn(door, who);
          const body = { oldPassword: who.password, newPassword };
          expectStatus(await who.api('PUT', '/v1/account/password', body), 204);
        },
        done: async () => (await enters(door, who.documentNumber, newPassword)) === 'entered',
      };
    },
  },
  {
    name: 'QR-1 a login by a code that the phone confirms',
    routes: / \/v1\/(qr-logins|scans|channel\/scans)/,
    async ready(door) {
      const who = await settled(door);
      let token = '';
      return {
        async run() {
          token = (await signInByQr(door, who)).token;
        },
        done: async () => (await shown(door, token)).status === 200,
      };
    },
  },
  {
    name: 'SES-5 a fresh factor, and the end of the session',
    routes: / \/v1\/session(\/factor.*)?$/,
    async ready(door) {
      const who = await settled(door);
      let token = '';
      return {
        async run() {
          const session = await signInByQr(door, who);
          token = session.token;
          await passFactor(door, session);
          expectStatus(await session.api('DELETE', '/v1/session'), 204);
        },
        done: async () => (await shown(door, token)).body?.code === 'SESSION_ENDED',
      };
    },
  },
  {
    name: 'STP-4 a proof after a face check',
    routes: / \/v1\/(step-ups|channel\/scans)/,
    async ready(door) {
      const who = await settled(door);
      let { accessToken: token } = (await loggedInByQr(door, who)).session;
      let proof: string | undefined;
      return {
        async run(again) {
          if (again) token = (await loggedInByQr(door, who)).session.accessToken;
          const reply = await door.http('POST', '/v1/step-ups', asked, { token });
          // The face check of the earlier run is accepted.
          if (reply.body.proof) {
            proof = reply.body.proof;
            return;
          }
          const { scan, stepUpId } = expectStatus(reply, 201).body;
          expectStatus(await app(door, who).showFace(scan.qrContent), 200);
          const path = `/v1/step-ups/${stepUpId}`;
          proof = expectStatus(await door.http('GET', path, undefined, { token }), 200).body.proof;
        },
        done: async () => proof !== undefined,
      };
    },
  },
  {
    name: 'STP-3 a verification at a terminal',
    routes: / \/v1\/(channel|scans)/,
    async ready(door) {
      const who = await settled(door);
      const terminal = localPartner(door, 'terminal', { office: '自助办税厅 03' });
      let proof: string | undefined;
      return {
        async run() {
          expectStatus(await app(door, who).relations(), 200);
          const scan = expectStatus(
            await terminal.startVerification(who, asked.matter, asked.audience),
            200,
          ).body;
          expectStatus(await app(door, who).showFace(scan.qrContent), 200);
          proof = expectStatus(await pollScan(door.http, scan), 200).body.proof;
        },
        done: async () => proof !== undefined,
      };
    },
  },
  {
    name: 'CTR-2 用户注销',
    routes: / \/v1\/account\/(deregistration|face)/,
    async ready(door) {
      let who = await newcomer(door);
      return {
        async run(again) {
          if (again) who = await signIn(door, who);
          const faceTicket = await ownFace(door, who);
          const body = { password: who.password, faceTicket };
          expectStatus(await who.api('POST', '/v1/account/deregistration', body), 204);
        },
        done: async () => (await enters(door, who.documentNumber, who.password)) === 'USER_NOT_REGISTERED',
      };
    },
  },
  {
    name: 'LEG-2 somebody is bound by the old login',
    routes: / \/v1\/legacy/,
    async ready(door) {
      const who = await settled(door);
      const taxpayerId = await oldCompany(door);
      door.clock.advance(61);
      return {
        async run() {
          const { legacyId } = await picking(door, taxpayerId);
          const code = await bindingCode(door, legacyId, who);
          expectStatus(await bind(door, legacyId, who, code), 201);
        },
        done: async () =>
          (await rowsOf(door, 'Relationships')).filter((row) => row.taxpayerId === taxpayerId).length === 1,
      };
    },
  },
];
