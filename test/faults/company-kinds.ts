import { agencyFirm, agreementsOf, apiOf, entering, firm } from '../flows/support/agencies.ts';
import { asChannel } from '../flows/support/channels.ts';
import { legalRepresentative, taxpayer } from '../flows/support/feed-lines.ts';
import { orderAtHall } from '../flows/support/orders.ts';
import { companyOf, feed } from '../flows/support/registry.ts';
import { inCompany } from '../flows/support/relations.ts';
import { reportLine, reportNumber, underReport } from '../flows/support/reports.ts';
import {
  applied,
  type Company,
  claimed,
  company,
  decide,
  fed,
  type Somebody,
  somebody,
} from '../flows/support/staff.ts';
import type { Loose, Reply } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import type { Kind } from './patient-runtime.ts';

/** Journeys in which people act for companies, and in which halls act for people and companies. */

const isThere = (reply: Reply<Loose>): boolean => reply.body?.code === 'RELATION_EXISTS';

async function logInAgain({ id, boss }: Company, guest: Somebody): Promise<void> {
  await boss.logIn();
  expectStatus(await boss.switchTo(id), 200);
  await guest.logIn();
}

export const companyKinds: readonly Kind[] = [
  {
    name: 'SWI-1 from the company to oneself and back',
    routes: / \/v1\/session\/identit/,
    async ready(runtime) {
      const { id, boss } = await company(runtime);
      return {
        async run(again) {
          if (again) await boss.logIn();
          expectStatus(await boss.switchTo(undefined), 200);
          expectStatus(await boss.switchTo(id), 200);
        },
        async done() {
          const { session } = expectStatus(await boss.call('GET', '/v1/session'), 200).body;
          return session.identity.taxpayerId === id;
        },
      };
    },
  },
  {
    name: 'REL-5 an invitation that is confirmed',
    routes: / \/v1\/(enterprise\/staff|authorizations)/,
    async ready(runtime) {
      const firm = await company(runtime);
      const guest = await somebody(runtime);
      return {
        async run(again) {
          if (again) await logInAgain(firm, guest);
          const invited = await firm.invite(guest.who);
          if (!isThere(invited)) expectStatus(invited, 201);
          const [one] = await guest.listed('pending', firm.id);
          if (one) expectStatus(await decide(guest, one.authorizationId, 'confirm'), 200);
        },
        done: async () => (await guest.listed('active', firm.id)).length === 1,
      };
    },
  },
  {
    name: 'REL-6 an application that the company confirms',
    routes: / \/v1\/(enterprise\/staff|authorizations)/,
    async ready(runtime) {
      const firm = await company(runtime);
      const guest = await somebody(runtime);
      return {
        async run(again) {
          if (again) await logInAgain(firm, guest);
          const asked = await applied(guest, firm.id);
          if (!isThere(asked)) expectStatus(asked, 201);
          const [one] = await firm.staff('pending');
          if (one) expectStatus(await firm.on(one.authorizationId, 'confirm'), 200);
        },
        done: async () => (await guest.listed('active', firm.id)).length === 1,
      };
    },
  },
  {
    name: 'ENT-1 a new company is confirmed',
    routes: / \/v1\/confirmations/,
    async ready(runtime) {
      const [boss, id] = [await somebody(runtime), creditCode()];
      const facts = { state: 'awaiting-confirmation' };
      await fed(runtime, taxpayer(id, 1, facts), legalRepresentative(id, boss.who));
      return {
        async run(again) {
          if (again) await boss.logIn();
          const { confirmations } = expectStatus(await boss.call('GET', '/v1/confirmations'), 200).body;
          const path = `/v1/confirmations/${confirmations[0]?.confirmationId}`;
          expectStatus(await boss.call('POST', path, { kind: 'new-taxpayer' }), 200);
        },
        done: async () => (await boss.listed('active', id)).length === 1,
      };
    },
  },
  {
    name: 'AGY-4 an agreement that the client confirms',
    routes: / \/v1\/(agency|enterprise\/agreements)/,
    async ready(runtime) {
      let agency = await agencyFirm(runtime);
      let client = await firm(runtime);
      const agent = await settled(runtime);
      return {
        async run(again) {
          if (again) {
            agency = {
              ...agency,
              api: apiOf(runtime, (await inCompany(runtime, agency.boss, agency.id)).token),
            };
            client = {
              ...client,
              api: apiOf(runtime, (await inCompany(runtime, client.boss, client.id)).token),
            };
          }
          expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [claimed(agent)] }), 200);
          if ((await agreementsOf(agency, 'agency')).length === 0) {
            const body = entering(client.id, [claimed(agent)]);
            expectStatus(await agency.api('POST', '/v1/agency/agreements', body), 201);
          }
          const [{ agreementId }] = (await agreementsOf(client, 'enterprise')) as [Loose];
          const path = `/v1/enterprise/agreements/${agreementId}/confirm`;
          expectStatus(await client.api('POST', path), 200);
        },
        async done() {
          const all = await agreementsOf(client, 'enterprise');
          return all.length === 1 && all[0].state === 'active';
        },
      };
    },
  },
  {
    name: 'SPC-2 a login under a cross-region report',
    routes: / \/v1\/logins/,
    async ready(runtime) {
      const who = await settled(runtime);
      const id = await companyOf(runtime, who, { subject: 'cross-region' });
      const reportNo = reportNumber('1234');
      await feed(runtime, reportLine(id, reportNo));
      let token = '';
      return {
        async run() {
          token = (await underReport(runtime, who, id, reportNo)).token;
        },
        async done() {
          const { session } = (await runtime.http('GET', '/v1/session', undefined, { token })).body;
          return session?.identity.reportNo === reportNo;
        },
      };
    },
  },
  {
    name: 'ORD-1 an order of the authority',
    routes: / \/v1\/hall\/orders/,
    async ready(runtime) {
      const who = await settled(runtime);
      return {
        run: async () => void expectStatus(await orderAtHall(runtime, who, 'suspend'), 204),
        async done() {
          const reply = await enterPassword(runtime, who.documentNumber, who.password);
          return reply.body.code === 'ACCOUNT_SUSPENDED';
        },
      };
    },
  },
  {
    name: 'ENT-3 what the hall writes down',
    routes: / \/v1\/hall\/(collections|relations|confirmations)/,
    async ready(runtime) {
      const firm = await company(runtime);
      const [who, waiting, boss] = [person(), creditCode(), await somebody(runtime)];
      const facts = { state: 'awaiting-confirmation' };
      await fed(runtime, taxpayer(waiting, 1, facts), legalRepresentative(waiting, boss.who));
      const hall = asChannel(runtime, 'hall');
      const named = { person: claimed(who) };
      return {
        async run() {
          expectStatus(await hall('POST', '/v1/hall/collections', { ...named, phone: who.phone }), 201);
          const relation = { taxpayerId: firm.id, ...named, role: 'tax-handler' };
          const related = await hall('POST', '/v1/hall/relations', relation);
          if (!isThere(related)) expectStatus(related, 201);
          const confirmed = await hall('POST', '/v1/hall/confirmations', { taxpayerId: waiting });
          if (confirmed.body?.code !== 'STATE_CONFLICT') expectStatus(confirmed, 200);
        },
        async done() {
          const handlers = (await firm.staff()).filter(({ role }) => role === 'tax-handler');
          return handlers.length === 1 && (await boss.listed('active', waiting)).length === 1;
        },
      };
    },
  },
];
