import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '#domain/names.ts';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { person } from '../support/people.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  type WatchedRuntime,
} from '../support/watched.ts';
import { signIn } from './support/account.ts';
import {
  client as agencyClient,
  agencyFirm,
  agreementLine,
  reported,
  staffLine,
} from './support/agencies.ts';
import { begin, exchange, refresh } from './support/hand-overs.ts';
import { orderLine } from './support/orders.ts';
import { companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation } from './support/relations.ts';
import { type StandIn, standIn } from './support/rps.ts';

/** The app opened a tax system in its web view, and hands over the person whom it has logged in (QR-1, SSO-4). */
let runtime: WatchedRuntime;
let filing: StandIn;
let invoice: StandIn;
beforeAll(async () => {
  [filing, invoice] = await Promise.all([standIn('filing-web'), standIn('invoice-web', { minLevel: 5 })]);
  runtime = await openWatchedRuntime({ relyingParties: [filing, invoice].map(({ client }) => client) });
});
afterAll(async () => {
  for (const one of [filing, invoice]) one?.stop();
  await runtime?.finish('channel-sso');
});
beforeEach(() => {
  runtime.clock.set(morning);
  for (const one of [filing, invoice]) one.tokens.length = 0;
});

type Identity = { taxpayerId: string; role: 'tax-handler' | 'tax-agent' };
const asks = (
  who: Known,
  id: string,
  identity?: Identity,
  app: Channel = 'ahtax-app',
): Promise<Reply<Loose>> =>
  localPartner(runtime, app, workingAs(who, identity)).call('POST', `/v1/channel/sso/${id}`);

/** The complete way: the system's page in the web view, the app, and the exchange by the system. */
async function entered(who: Known, identity?: Identity, system = filing, app?: Channel) {
  const request = await begin(runtime, system, { nonce: 'n', state: 'the state of the web view' });
  const { body } = expectStatus(await asks(who, request.id, identity, app), 200);
  const back = new URL(body.redirectTo);
  expect(back.origin + back.pathname).toBe(request.redirectUri);
  expect([back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual([
    'the state of the web view',
    runtime.issuer,
  ]);
  const code = back.searchParams.get('code') ?? '';
  const { body: tokens } = expectStatus(
    (await exchange(runtime, system, { ...request, code })) as Loose,
    200,
  );
  const claims = decodeJwt(tokens.id_token);
  return { claims, sid: String(claims.sid), tokens, taxpayer: tokens.authorization_details[0] };
}
const handler = async (facts: object = {}) => {
  const [who, boss] = [await knownPerson(runtime), await knownPerson(runtime)];
  const taxpayerId = await companyOf(runtime, boss, facts);
  await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  return { who, identity: { taxpayerId, role: 'tax-handler' as const } };
};
const told = (system = filing) => system.tokens.map((token) => decodeJwt(token).sid);

describe('SSO-4 QR-1 an app hands its person over', () => {
  it('as themselves: the system gets who they are, and no page and no cookie a session', async () => {
    const who = await knownPerson(runtime);
    const { claims, taxpayer, tokens } = await entered(who);
    expect(claims).toMatchObject({
      nonce: 'n',
      amr: ['qr', 'mfa'],
      acr: 'urn:ahtax:2fa',
      identity: { kind: 'natural' },
    });
    expect(taxpayer).toEqual({ type: 'taxpayer', identity: 'natural' });
    const { appSessions, webSession } = await row(runtime, 'Users', { personKey: who.personKey });
    expect([Object.keys(appSessions), webSession]).toEqual([['ahtax-app'], undefined]);
    expect(tokens.refresh_token).toBeDefined();
    const kinds = (await history(runtime, who)).map(({ kind, channel }) => [kind, channel]);
    for (const kind of ['login', 'sso-decided']) expect(kinds).toContainEqual([kind, 'ahtax-app']);
  });

  long(
    'as the company that the app works for, judged by us; one session an app, and a new one where it works for another',
    async () => {
      const { who, identity } = await handler();
      const other = await companyOf(runtime, await knownPerson(runtime));
      await giveRelation(runtime, who, other, 'tax-handler');
      const first = await entered(who, identity);
      expect(first.taxpayer).toMatchObject({
        identity: 'enterprise',
        role: 'tax-handler',
        taxpayer: { id: identity.taxpayerId },
      });
      const session = async () =>
        (await row(runtime, 'Users', { personKey: who.personKey })).appSessions['ahtax-app'].sessionId;
      const before = await session();
      const again = await entered(who, identity);
      expect([await session(), again.sid]).toEqual([before, first.sid]);
      const next = await entered(who, { taxpayerId: other, role: 'tax-handler' });
      expect(next.taxpayer.taxpayer.id).toBe(other);
      await runtime.settled();
      expect(told()).toEqual([first.sid]);
      expect((await row(runtime, 'Sessions', { sessionId: before })).ended.reason).toBe('replaced');
      // Another app has a session of its own.
      await entered(who, identity, filing, 'wechat-mini');
      await runtime.settled();
      expect(told()).toEqual([first.sid]);
    },
  );

  long('as an agent for a client (AGY-3)', async () => {
    const [agency, who, clientId] = [
      await agencyFirm(runtime),
      await knownPerson(runtime),
      await agencyClient(runtime),
    ];
    await feed(runtime, staffLine(agency.id, [who]), agreementLine(agency.id, clientId, [who]));
    const { taxpayer } = await entered(who, { taxpayerId: clientId, role: 'tax-agent' });
    expect(taxpayer).toMatchObject({
      role: 'tax-agent',
      taxpayer: { id: clientId },
      basis: { kind: 'agreement' },
    });
  });

  long(
    'SSO-8 and ends as every other: by the relation, by order, by the person, by time; not by a web login',
    async () => {
      const { who, identity } = await handler();
      const first = await entered(who, identity);
      const web = await signIn(runtime, who);
      await runtime.settled();
      expect(told()).toEqual([]);
      await changeRelation(runtime, who, identity.taxpayerId, 'tax-handler', { state: 'deleted' });
      await runtime.settled();
      expect(told()).toEqual([first.sid]);
      expect((await refresh(runtime, filing, first.tokens.refresh_token)).body.error).toBe('invalid_grant');
      const second = await entered(who);
      const { sessions } = expectStatus(await web.api('GET', '/v1/sessions'), 200).body;
      expect(sessions.map(({ channel }: Loose) => channel).sort()).toEqual(['ahtax-app', 'web']);
      const ofApp = sessions.find(({ channel }: Loose) => channel === 'ahtax-app').sessionId;
      expectStatus(await web.api('DELETE', `/v1/sessions/${ofApp}`), 204);
      await runtime.settled();
      expect(told()).toEqual([first.sid, second.sid]);
      const third = await entered(who);
      await reported(runtime, orderLine(who, 'suspend', 1));
      await runtime.settled();
      expect(told()).toEqual([first.sid, second.sid, third.sid]);
      const { id } = await begin(runtime, filing);
      expect((await asks(who, id)).body.code).toBe('ACCOUNT_SUSPENDED');
      await reported(runtime, orderLine(who, 'resume', 2));
      const last = await entered(who);
      runtime.clock.advance(1_800);
      expectStatus(await runtime.http('POST', '/local/schedule/sso-sweep'), 200);
      await runtime.settled();
      expect(told()).toContain(last.sid);
    },
  );

  it('once, in time, and only where app, person, company and system allow it', async () => {
    const { who, identity } = await handler();
    const { id } = await begin(runtime, filing);
    const code = async (reply: Promise<Reply<Loose>>) =>
      (await reply).body?.code ?? String((await reply).status);
    const bare = localPartner(runtime, 'ahtax-app', {}).call('POST', `/v1/channel/sso/${id}`);
    expect(await code(bare)).toBe('ASSERTION_INVALID');
    expect(await code(asks(who, id, undefined, 'terminal'))).toBe('CHANNEL_NOT_ALLOWED');
    expect(await code(asks({ ...person(), personKey: '' }, id))).toBe('USER_NOT_REGISTERED');
    const foreign = { ...identity, taxpayerId: await companyOf(runtime, await knownPerson(runtime)) };
    expect(await code(asks(who, id, foreign))).toBe('RELATION_NOT_FOUND');
    expect(await code(asks(who, 'x'.repeat(32)))).toBe('NOT_FOUND');
    const lowly = await begin(runtime, invoice);
    const level4 = await knownPerson(runtime);
    expect(await code(asks(level4, lowly.id))).toBe('LEVEL_TOO_LOW');
    const both = await Promise.all([asks(who, id), asks(who, id), asks(who, id)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const late = await begin(runtime, filing);
    runtime.clock.advance(601);
    expect(await code(asks(who, late.id))).toBe('EXPIRED');
  });
});
