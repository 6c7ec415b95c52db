import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectStatus, loggedInByFace, scanFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { knownPerson, morning, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { agencyFirm, agentAt, agreementLine, client, goTo, staffLine } from './support/agencies.ts';
import { browser, enter } from './support/example-systems.ts';
import { companyOf, feed } from './support/registry.ts';
import { inCompany } from './support/relations.ts';
import { pageOf } from './support/sso.ts';

/** The three tax systems of `npm start`. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({ taxSystems: true });
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

const get = async (path: string) => expectStatus(await runtime.http('GET', path), 200).body;
const system = async (clientId: string): Promise<{ origin: string }> => {
  const list: { clientId: string; url: string }[] = await get('/local/rps');
  return { origin: list.find((one) => one.clientId === clientId)?.url ?? '' };
};

long(
  'SSO-15 SSO-6 each shows who came, for which company, in which role, with which permissions, and for none but its own',
  async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss, { name: '皖南茶业有限公司' });
    const company = await inCompany(runtime, boss, taxpayerId);
    const atFiling = await enter(runtime, await system('filing-web'), company.token);
    for (const text of ['皖南茶业有限公司', taxpayerId, 'legal-representative', 'filing'])
      expect(atFiling.page.text).toContain(text);
    for (const other of ['iit-web', 'agency-web'])
      await expect(enter(runtime, await system(other), company.token, browser(), {})).rejects.toThrow(
        'IDENTITY_NOT_ACCEPTED',
      );

    const { session } = await loggedInByFace(runtime, await knownPerson(runtime));
    const atTax = await enter(runtime, await system('iit-web'), session.accessToken);
    expect(atTax.page.text).toContain('自然人 natural');

    const { id: firm } = await agencyFirm(runtime);
    const agent = await knownPerson(runtime);
    const clientId = await client(runtime);
    await feed(runtime, staffLine(firm, [agent]), agreementLine(firm, clientId, [agent]));
    const { token } = await goTo(runtime, (await agentAt(runtime, agent, firm)).api, clientId);
    const atAgency = await enter(runtime, await system('agency-web'), token);
    for (const text of [
      '黄山毛峰有限公司',
      clientId,
      '徽州税务师事务所',
      firm,
      'tax-agent',
      'tax-declaration',
    ])
      expect(atAgency.page.text).toContain(text);
  },
);

it('SSO-15 SSO-8 GET /local/rps/{client}/notices lists what each was told; one that says no is told again', async () => {
  const { session } = await loggedInByFace(runtime, await knownPerson(runtime));
  const taxes = await system('iit-web');
  const mine = browser();
  await enter(runtime, taxes, session.accessToken, mine);
  const before = (await get('/local/rps/iit-web/notices')).length;
  expectStatus(await runtime.http('POST', '/local/rps/iit-web/logouts', { answer: 'error' }), 200);
  const out = await runtime.http('DELETE', '/v1/session', undefined, { token: session.accessToken });
  expectStatus(out, 204);
  await runtime.settled();
  expect(await get('/local/rps/iit-web/notices')).toHaveLength(before);
  expect((await mine.visit(`${taxes.origin}/`)).text).toContain('自然人 natural');
  expectStatus(await runtime.http('POST', '/local/rps/iit-web/logouts', { answer: 'ok' }), 200);
  runtime.clock.advance(601);
  await runtime.settled();
  const [notice] = await get('/local/rps/iit-web/notices');
  expect(notice).toEqual({
    at: runtime.clock.now().toISOString(),
    sid: expect.stringMatching(/^[\w-]{32}$/),
    sub: expect.any(String),
    ended: 1,
  });
  expect((await mine.visit(`${taxes.origin}/`)).text).toContain('尚未登录');
  expectStatus(await runtime.http('GET', '/local/rps/nobody/notices'), 404);
  expectStatus(await runtime.http('POST', '/local/rps/iit-web/logouts', { answer: 'maybe' }), 400);
});

it('SSO-15 SSO-9 each asks a matter of risk: the face is shown on the way, and it shows when', async () => {
  const boss = await knownPerson(runtime);
  const company = await inCompany(runtime, boss, await companyOf(runtime, boss));
  const { session } = await loggedInByFace(runtime, await knownPerson(runtime));
  const [{ id: firm }, agent, served] = [
    await agencyFirm(runtime),
    await knownPerson(runtime),
    await client(runtime),
  ];
  await feed(runtime, staffLine(firm, [agent]), agreementLine(firm, served, [agent]));
  const { token: atClient } = await goTo(runtime, (await agentAt(runtime, agent, firm)).api, served);
  for (const [clientId, token, matter] of [
    ['filing-web', company.token, '开具发票'],
    ['agency-web', atClient, '申请退税'],
    ['iit-web', session.accessToken, '申请退税'],
  ] as const) {
    const { origin } = await system(clientId);
    const mine = browser();
    await enter(runtime, { origin }, token, mine);
    expect((await mine.visit(`${origin}/`)).text).toContain(matter);
    const away = await mine.visit(`${origin}/matter`, 'POST');
    const id = /\/sso#([\w-]{32})$/.exec((await mine.visit(away.location)).location)?.[1] ?? '';
    const page = pageOf(runtime, { id, cookie: mine.cookies() }, token);
    expect((await page.approve({ silently: true })).body).toHaveProperty('stepUp');
    const { body } = await page.stepUp();
    if (body.scan) expectStatus(await scanFace(runtime, body.scan.qrContent), 200);
    const back = await mine.visit(expectStatus(await page.approve({ silently: true }), 200).body.redirectTo);
    expect(back.text).toContain(`${matter}：已办理`);
    expect((await mine.visit(`${origin}/`)).text).toContain('来访者');
  }
});
