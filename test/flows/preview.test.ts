import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shanghaiDay } from '#domain/days.ts';
import { maskDocument } from '#domain/people/masks.ts';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import { creditCode } from '../support/credit-codes.ts';
import { residentNumber } from '../support/people.ts';
import { expectStatus, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { agencyFirm, agreementsOf, claimed, entering } from './support/agencies.ts';
import { legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { applied, decide, fed, managedBy, type Somebody, said, somebody } from './support/staff.ts';

describe('a company’s name before applying', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish());
  const look = ({ call }: Somebody, taxpayerId: string) =>
    call('POST', '/v1/authorizations/preview', { taxpayerId });

  it('REL-11 is told whole, of a company whose number is a person’s by its first character', async () => {
    const [id, personal, hand] = [creditCode(), residentNumber(), await somebody(runtime)];
    await fed(runtime, taxpayer(id, 1, { name: '庐州茶业' }), taxpayer(personal, 1, { name: '方记面馆' }));
    expect(expectStatus(await look(hand, id), 200).body).toEqual({ taxpayerName: '庐州茶业' });
    expect(expectStatus(await look(hand, personal), 200).body).toEqual({ taxpayerName: '方***' });
    expect(said(await look(hand, creditCode()))).toBe('TAXPAYER_NOT_FOUND');
  });

  it('REL-11 twenty times a person and day, however many ask at once', async () => {
    const [id, hand, other] = [creditCode(), await somebody(runtime), await somebody(runtime)];
    await fed(runtime, taxpayer(id, 1));
    const answers = await Promise.all(Array.from({ length: 24 }, () => look(hand, id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = await look(hand, id);
    expect(said(refused)).toBe('TOO_MANY_REQUESTS');
    expect(refused.body.retryAt).toMatch(/T00:00:00\+08:00$/);
    expectStatus(await look(other, id), 200);
  });

  long(
    'REL-11 DOC-4 nor do applying, the lists and the history tell more of it before the company agrees',
    async () => {
      const [id, boss, hand] = [residentNumber(), await somebody(runtime), await somebody(runtime)];
      await fed(runtime, taxpayer(id, 1, { name: '方记面馆' }), legalRepresentative(id, boss.who));
      const shown = async (): Promise<string[]> => {
        const lists = await Promise.all(
          ['active', 'pending', 'history'].map((state) =>
            hand.call('GET', `/v1/authorizations?state=${state}`),
          ),
        );
        const app = await localPartner(runtime, 'ahtax-app', workingAs(hand.who)).call(
          'GET',
          '/v1/channel/relations',
        );
        return [
          ...lists.flatMap((one) => expectStatus(one, 200).body.authorizations),
          ...expectStatus(app, 200).body.relations,
        ].map(({ taxpayerName }) => taxpayerName);
      };
      const history = async () =>
        JSON.stringify(expectStatus(await hand.call('GET', '/v1/account/activity'), 200).body);
      const application = async () =>
        expectStatus(await applied(hand, id, { validUntil: shanghaiDay(runtime.clock.now()) }), 201).body
          .authorizationId;

      expectStatus(await decide(hand, await application(), 'withdraw'), 200);
      const rejected = await application();
      expect(await shown()).toEqual(['方***', '方***', '方***']);
      expectStatus(await boss.switchTo(maskDocument(id)), 200);
      expectStatus(await managedBy(id, boss).on(rejected, 'reject'), 200);
      // An application that has expired without an answer does not show the name either: neither as the current record
      // nor in the history.
      await application();
      await wait(runtime, 86_400);
      await Promise.all([boss.logIn(), hand.logIn()]);
      expect(await shown()).toEqual(['方***', '方***', '方***']);
      const taken = expectStatus(await applied(hand, id), 201).body.authorizationId;
      expect(new Set(await shown())).toEqual(new Set(['方***']));
      expect(await history()).not.toContain('方记');

      expectStatus(await boss.switchTo(maskDocument(id)), 200);
      expectStatus(await managedBy(id, boss).on(taken, 'confirm'), 200);
      expect(await shown()).toContain('方记面馆');
      expect(await history()).toContain('方记面馆');
    },
  );

  long(
    'REL-11 DOC-4 AGY-4 an agency sees no more of the client that it enters, before that agrees',
    async () => {
      const [agency, personal, id] = [await agencyFirm(runtime), residentNumber(), creditCode()];
      await fed(runtime, taxpayer(personal, 1, { name: '方记面馆' }), taxpayer(id, 1, { name: '庐州茶业' }));
      const agent = claimed(agency.boss);
      expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [agent] }), 200);
      const names = async () =>
        (await agreementsOf(agency, 'agency')).map(({ clientName }) => clientName).sort();
      for (const client of [id, personal])
        expectStatus(await agency.api('POST', '/v1/agency/agreements', entering(client, [agent])), 201);
      expect(await names()).toEqual(['庐州茶业', '方***']);
      const boss = await somebody(runtime);
      await fed(runtime, legalRepresentative(personal, boss.who));
      expectStatus(await boss.switchTo(maskDocument(personal)), 200);
      const [waiting] = await agreementsOf({ api: (...call) => boss.call(...call) }, 'enterprise');
      expectStatus(await boss.call('POST', `/v1/enterprise/agreements/${waiting?.agreementId}/confirm`), 200);
      expect(await names()).toEqual(['庐州茶业', '方记面馆']);
    },
  );
});
