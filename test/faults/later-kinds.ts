import {
  agencyFirm,
  agentAt,
  agreementLine,
  agreementsOf,
  apiOf,
  client,
  staffLine,
} from '../flows/support/agencies.ts';
import { companyOf, feed } from '../flows/support/registry.ts';
import { bothFactors, chooseRole, giveRelation, inCompany } from '../flows/support/relations.ts';
import { applied, claimed, company, counter, decide, somebody } from '../flows/support/staff.ts';
import type { Loose } from '../support/client.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { knownPerson } from '../support/watched.ts';
import type { Kind } from './patient-runtime.ts';

/** Journeys after the beginning: sessions that continue, and agreements that change and end. */
export const laterKinds: readonly Kind[] = [
  {
    name: 'SES-2 a session goes on, twice',
    routes: / \/v1\/session\/refresh/,
    async ready(runtime) {
      const who = await settled(runtime);
      let { cookie } = await loggedInByFace(runtime, who);
      let token = '';
      return {
        async run(again) {
          if (again) ({ cookie } = await loggedInByFace(runtime, who));
          for (let turn = 0; turn < 2; turn++) {
            const reply = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
            token = expectStatus(reply, 200).body.session.accessToken;
            cookie = reply.cookie ?? cookie;
          }
        },
        done: async () => (await runtime.http('GET', '/v1/session', undefined, { token })).status === 200,
      };
    },
  },
  {
    name: 'LGN-9 LGN-10 a role is chosen on a page that was loaded anew',
    routes: / \/v1\/logins\/\{id\}\/cho/,
    async ready(runtime) {
      const [who, boss] = [await knownPerson(runtime), await knownPerson(runtime)];
      const taxpayerId = await companyOf(runtime, boss);
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      await giveRelation(runtime, who, taxpayerId, 'invoice-clerk');
      let token = '';
      return {
        async run() {
          const { loginId } = await bothFactors(runtime, who, taxpayerId);
          const { choices } = expectStatus(
            await runtime.http('GET', `/v1/logins/${loginId}/choices`),
            200,
          ).body;
          const wanted = choices.find(({ identity }: Loose) => identity.role === 'invoice-clerk');
          const reply = await chooseRole(runtime, loginId, wanted.choiceId);
          token = expectStatus(reply, 200).body.session.accessToken;
        },
        async done() {
          const { body } = await runtime.http('GET', '/v1/session', undefined, { token });
          const { taxpayerId: chosen, role } = body.session?.identity ?? {};
          return chosen === taxpayerId && role === 'invoice-clerk';
        },
      };
    },
  },
  {
    name: 'SWI-3 an agent goes to a client',
    routes: / \/v1\/session\/client/,
    async ready(runtime) {
      const [agency, agent, served] = [
        await agencyFirm(runtime),
        await knownPerson(runtime),
        await client(runtime),
      ];
      await feed(runtime, staffLine(agency.id, [agent]), agreementLine(agency.id, served, [agent]));
      let { token } = await agentAt(runtime, agent, agency.id);
      return {
        async run(again) {
          if (again) ({ token } = await agentAt(runtime, agent, agency.id));
          expectStatus(await runtime.http('GET', '/v1/session/clients', undefined, { token }), 200);
          const body = { taxpayerId: served };
          const reply = await runtime.http('POST', '/v1/session/client', body, { token });
          token = expectStatus(reply, 200).body.session.accessToken;
        },
        async done() {
          const { body } = await runtime.http('GET', '/v1/session', undefined, { token });
          return body.session?.identity.client?.taxpayerId === served;
        },
      };
    },
  },
  {
    name: 'REL-8 REL-7 permissions are narrowed, and the relation deleted',
    routes: / \/v1\/enterprise\/staff/,
    async ready(runtime) {
      const [firm, guest] = [await company(runtime), await settled(runtime)];
      const relation = { taxpayerId: firm.id, role: 'tax-handler', person: claimed(guest) };
      expectStatus(await counter(runtime)('POST', '/v1/hall/relations', relation), 201);
      const held = async () => (await firm.staff()).find(({ role }) => role === 'tax-handler');
      return {
        async run(again) {
          if (again) {
            await firm.boss.logIn();
            expectStatus(await firm.boss.switchTo(firm.id), 200);
          }
          const { authorizationId } = (await held()) ?? {};
          const narrowed = await firm.on(authorizationId, '', 'PATCH', { permissions: ['enquiry'] });
          expectStatus(narrowed, 200);
          expectStatus(await firm.on(authorizationId, '', 'DELETE'), 204);
        },
        async done() {
          const ended = (await firm.staff('history')).filter(({ role }) => role === 'tax-handler');
          return (await held()) === undefined && ended.length === 1;
        },
      };
    },
  },
  {
    name: 'REL-6 an application is withdrawn',
    routes: / \/v1\/authorizations/,
    async ready(runtime) {
      const [firm, guest] = [await company(runtime), await somebody(runtime)];
      return {
        async run(again) {
          if (again) await guest.logIn();
          const asked = await applied(guest, firm.id);
          if (asked.body?.code !== 'RELATION_EXISTS') expectStatus(asked, 201);
          const [one] = await guest.listed('pending', firm.id);
          if (one) expectStatus(await decide(guest, one.authorizationId, 'withdraw'), 200);
        },
        async done() {
          const ended = await guest.listed('history', firm.id);
          return (
            (await guest.listed('pending', firm.id)).length === 0 &&
            ended.some((x) => x.state === 'withdrawn')
          );
        },
      };
    },
  },
  {
    name: 'AGY-4 an agreement is made shorter, and ended',
    routes: / \/v1\/agency\/agreements/,
    async ready(runtime) {
      const agency = await agencyFirm(runtime);
      const [agent, served] = [await knownPerson(runtime), await client(runtime)];
      let { api } = agency;
      await feed(runtime, staffLine(agency.id, [agent]), agreementLine(agency.id, served, [agent]));
      const only = async () => (await agreementsOf({ api }, 'agency'))[0];
      return {
        async run(again) {
          if (again) api = apiOf(runtime, (await inCompany(runtime, agency.boss, agency.id)).token);
          const path = `/v1/agency/agreements/${(await only())?.agreementId}`;
          expectStatus(await api('PATCH', path, { until: '2027-06-30' }), 200);
          expectStatus(await api('POST', `${path}/terminate`, {}), 200);
        },
        done: async () => (await only())?.state === 'ended',
      };
    },
  },
];
