/** @module-tag grants */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, vi } from 'vitest';
import type { Granted } from '#domain/sso/granted-limits.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import { allowing } from '../support/patience.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import { newestCode, ownFace, refreshed, type SignedIn, signIn } from './support/account.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  claimed,
  client,
  type Firm,
  goTo,
  reported,
  staffLine,
} from './support/agencies.ts';
import { orderLine } from './support/orders.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany } from './support/relations.ts';
import { handlerOf, nobody, reportLine, reportNumber, underReport } from './support/reports.ts';
import { handedOver, rpRow, type StandIn, standIn } from './support/rps.ts';
import { setIn } from './support/tables.ts';

/**
 * Every way in which a hand-over ends. The system of the hand-over is told once, by the right name, and no other
 * hand-over is told.
 */
let runtime: WatchedRuntime;
let system: StandIn;
let beside: RpSession;
beforeAll(async () => {
  system = await standIn('filing-web');
  runtime = await openWatchedRuntime({ relyingParties: [system.client] });
});
afterAll(async () => {
  system?.stop();
  await runtime?.finish('sso-sweep');
});
beforeEach(async () => {
  runtime.clock.set(morning);
  const other = await signIn(runtime, await knownPerson(runtime));
  beside = await handedOver(runtime, other.sessionId, 'filing-web');
  await runtime.settled();
  system.tokens.length = 0;
});

const sweep = async (): Promise<{ ended: number; left: boolean }> =>
  expectStatus(await runtime.http('POST', '/local/schedule/sso-sweep'), 200).body;
const toldSids = () => system.tokens.map((token) => decodeJwt(token).sid);

/** A person who has entered a system, and everything that can end the hand-over. */
interface There {
  readonly who: Known & Pick<SignedIn, 'token' | 'cookie' | 'sessionId' | 'api'>;
  readonly handOver: RpSession;
}
interface AtCompany extends There {
  readonly taxpayerId: string;
}
interface AtClient extends There {
  readonly agency: Firm;
  readonly clientId: string;
  readonly agreementId: string;
  /** The authority sends the agreement again with other facts. */
  readonly again: (facts: object) => Promise<void>;
}

async function asPerson(): Promise<There> {
  const known = await knownPerson(runtime);
  const who = { ...known, ...(await signIn(runtime, known)) };
  return { who, handOver: await handedOver(runtime, who.sessionId, 'filing-web') };
}

const withSession = (
  who: Known,
  { token, cookie = '', session }: { token: string; cookie?: string; session: { sessionId: string } },
) => ({
  ...who,
  token,
  cookie,
  sessionId: session.sessionId,
  api: (method: string, path: string, body?: unknown) => runtime.http(method, path, body, { token }),
});

const everything: Granted = { actions: ['filing', 'declaration', 'enquiry', 'invoice'] };
async function atCompany(
  granted: Granted = everything,
  facts: object = {},
  until?: string,
): Promise<AtCompany> {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, await knownPerson(runtime), facts);
  await giveRelation(
    runtime,
    who,
    taxpayerId,
    'tax-handler',
    until === undefined ? {} : { validUntil: until },
  );
  const at = withSession(who, await inCompany(runtime, who, taxpayerId));
  return {
    who: at,
    taxpayerId,
    handOver: await handedOver(runtime, at.sessionId, 'filing-web', { granted }),
  };
}

async function atClient(until = '2027-12-31'): Promise<AtClient> {
  const [agency, who, clientId] = [
    await agencyFirm(runtime),
    await knownPerson(runtime),
    await client(runtime),
  ];
  const line = agreementLine(agency.id, clientId, [who], { items: ['tax-declaration', 'consulting'], until });
  await feed(runtime, staffLine(agency.id, [who]), line);
  const { api, cookie } = await agentAt(runtime, who, agency.id);
  const at = withSession(who, { ...(await goTo(runtime, api, clientId)), cookie });
  const granted: Granted = {
    actions: ['filing', 'declaration', 'enquiry'],
    items: ['tax-declaration', 'consulting'],
    until,
  };
  return {
    agency,
    who: at,
    clientId,
    agreementId: line.agreementId,
    again: (facts) => feed(runtime, { ...line, ...facts }),
    handOver: await handedOver(runtime, at.sessionId, 'filing-web', { granted }),
  };
}

async function underOne(
  asHandler: boolean,
  validUntil = '2027-12-31',
): Promise<AtCompany & { readonly report: (facts?: object) => Promise<void> }> {
  const [who, boss] = [await knownPerson(runtime), await knownPerson(runtime)];
  const taxpayerId = await companyOf(runtime, boss, { subject: 'cross-region' });
  const number = reportNumber();
  const report = (facts: object = {}) =>
    feed(
      runtime,
      reportLine(taxpayerId, number, asHandler ? handlerOf(who) : nobody, { validUntil, ...facts }),
    );
  await report();
  if (!asHandler) await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  const at = withSession(who, await underReport(runtime, who, taxpayerId, number));
  return {
    who: at,
    taxpayerId,
    report,
    handOver: await handedOver(runtime, at.sessionId, 'filing-web', {
      granted: { ...everything, until: validUntil },
    }),
  };
}

/**
 * One way: what exists, what ends it, and the reason that is kept. `swept`: no write ends it; the next sweep finds it.
 */
interface Way<T extends There = There> {
  readonly way: string;
  readonly begin: () => Promise<T>;
  readonly end: (there: T) => Promise<unknown>;
  readonly reason: string;
  readonly swept?: true;
}
const way = <T extends There>(
  name: string,
  reason: string,
  begin: () => Promise<T>,
  end: (there: T) => Promise<unknown>,
  swept?: 'swept',
): Way => ({ way: name, begin, end, reason, ...(swept ? { swept: true } : {}) }) as unknown as Way;

const reset = async ({ who }: There) => {
  const { name, documentNumber } = who;
  runtime.clock.advance(61);
  const { resetId } = expectStatus(
    await runtime.http('POST', '/v1/password-resets', { account: documentNumber, name, documentNumber }),
    201,
  ).body;
  expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
  const smsCode = newestCode(runtime, who.phone);
  const body = { smsCode, newPassword: 'Huaihe#20581' };
  expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, body), 204);
};
const switched = async ({ who }: There) => {
  const { choices } = expectStatus(await who.api('GET', '/v1/session/identities'), 200).body;
  const natural = choices.find(({ identity }: { identity: { kind: string } }) => identity.kind === 'natural');
  expectStatus(await who.api('POST', '/v1/session/identity', { choiceId: natural.choiceId }), 200);
};
const ofRelation =
  (changes: Record<string, unknown>) =>
  ({ who, taxpayerId }: AtCompany) =>
    changeRelation(runtime, who, taxpayerId, 'tax-handler', changes);
const ofCompany =
  (facts: object) =>
  ({ taxpayerId }: AtCompany) =>
    feed(runtime, companyLine(taxpayerId, facts));
const later = (seconds: number) => async () => void runtime.clock.advance(seconds);
/** Begins ten minutes before midnight, so that the session is not idle when the day ends. */
const late =
  <T>(begin: () => Promise<T>) =>
  () => {
    runtime.clock.set('2027-03-02T23:50:00+08:00');
    return begin();
  };
const tonight = async () => void runtime.clock.set('2027-03-03T00:00:00+08:00');

const ways: readonly Way[] = [
  way('a relation is deleted', 'access-lost', atCompany, ofRelation({ state: 'deleted' })),
  way('a permission is narrowed', 'narrowed', atCompany, ofRelation({ permissions: ['enquiry'] })),
  way('half an hour without a sign of life', 'idle', asPerson, later(1_800), 'swept'),
  way(
    'the last day of a relation',
    'access-lost',
    late(() => atCompany({ ...everything, until: '2027-03-02' }, {}, '2027-03-02')),
    tonight,
    'swept',
  ),
  way('an agreement loses an item', 'narrowed', atClient, ({ again }) =>
    again({ items: ['tax-declaration'] }),
  ),
  way('SES-3 a newer login', 'replaced', asPerson, ({ who }) => loggedInByFace(runtime, who)),
  way('ORD-1 the account is suspended', 'suspended', asPerson, ({ who }) =>
    reported(runtime, orderLine(who, 'suspend', 1)),
  ),
  way('a switch to another identity', 'switched', atCompany, switched),
  way('ENT-4 the company is cancelled', 'access-lost', atCompany, ofCompany({ state: 'cancelled' })),
  // The following ways are tested only in the long run.
  way('SES-1 退出', 'logged-out', asPerson, ({ who }) => who.api('DELETE', '/v1/session')),
  way('ORD-1 sessions are ended by order', 'by-order', asPerson, ({ who }) =>
    reported(runtime, orderLine(who, 'end-sessions', 1)),
  ),
  way('SES-2 a refresh token comes again', 'reuse', asPerson, async ({ who }) => {
    await refreshed(runtime, who);
    runtime.clock.advance(60);
    expect(
      (await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: who.cookie })).status,
    ).toBe(401);
  }),
  way('PWD-3 忘记密码', 'credential-change', asPerson, reset),
  way('CTR-2 用户注销', 'deregistered', asPerson, async ({ who }) => {
    const body = { password: who.password, faceTicket: await ownFace(runtime, who) };
    expectStatus(await who.api('POST', '/v1/account/deregistration', body), 204);
  }),
  way(
    'SES-2 twelve hours',
    'expired',
    asPerson,
    async ({ who: { sessionId }, handOver }) => {
      await setIn(runtime, 'Sessions', { sessionId }, { lastSeenAt: handOver.expiresAt - 10 });
      runtime.clock.advance(43_200);
    },
    'swept',
  ),
  way('REL-2 a relation is superseded', 'access-lost', atCompany, ofRelation({ state: 'superseded' })),
  way('no permission is left', 'narrowed', atCompany, ofRelation({ permissions: [] })),
  way('a relation gets a last day', 'narrowed', atCompany, ofRelation({ validUntil: '2027-06-30' })),
  way(
    'SPC-1 the company is cross-region only',
    'access-lost',
    atCompany,
    ofCompany({ subject: 'cross-region' }),
  ),
  way(
    'ENT-2 the company waits for confirmation again',
    'access-lost',
    atCompany,
    ofCompany({ state: 'awaiting-confirmation' }),
  ),
  way('ENT-4 a relation of the company before it was cancelled', 'access-lost', atCompany, async (there) => {
    await ofCompany({ state: 'cancelled' })(there);
    await ofCompany({ state: 'active' })(there);
  }),
  way('AGY-4 an agreement is ended', 'access-lost', atClient, async ({ agency, agreementId }) =>
    expectStatus(await agency.api('POST', `/v1/agency/agreements/${agreementId}/terminate`), 200),
  ),
  way('an agreement loses the item that permits filing', 'narrowed', atClient, ({ again }) =>
    again({ items: ['consulting'] }),
  ),
  way('an agreement ends earlier', 'narrowed', atClient, ({ again }) => again({ until: '2027-06-30' })),
  way('an agreement names other agents', 'access-lost', atClient, async ({ again, agency }) => {
    const other = await knownPerson(runtime);
    await feed(runtime, staffLine(agency.id, [other]));
    await again({ agents: [claimed(other)] });
  }),
  way(
    'the last day of an agreement',
    'access-lost',
    late(() => atClient('2027-03-02')),
    tonight,
    'swept',
  ),
  way('AGY-1 the staff form names the agent no longer', 'access-lost', atClient, ({ agency }) =>
    feed(runtime, staffLine(agency.id, [])),
  ),
  way('the agency is no agency any more', 'access-lost', atClient, ({ agency }) =>
    feed(runtime, companyLine(agency.id, { subject: 'enterprise' })),
  ),
  way('the client is cancelled', 'access-lost', atClient, ({ clientId }) =>
    feed(runtime, companyLine(clientId, { state: 'cancelled' })),
  ),
  way(
    'SPC-3 the report names another handler',
    'access-lost',
    () => underOne(true),
    ({ report }) => report({ handler: nobody }),
  ),
  way(
    'the last day of the report',
    'access-lost',
    late(() => underOne(false, '2027-03-02')),
    tonight,
    'swept',
  ),
];

describe('SSO-8 a hand-over ends and its system is told', () => {
  keeping(4)(ways)('$way: $reason', async ({ begin, end, reason, swept }) => {
    const there = await begin();
    await runtime.settled();
    expect(toldSids()).toEqual([]);
    await end(there);
    const { handOver, who } = there;
    if (swept) await sweep();
    // SSO-8: within five seconds after the end.
    await vi.waitFor(() => expect(toldSids()).toContain(handOver.sid), {
      timeout: allowing(5_000),
      interval: 20,
    });
    await runtime.settled();
    // A sweep also ends idle hand-overs of earlier tests.
    expect(toldSids().filter((sid) => !swept || sid === handOver.sid)).toEqual([handOver.sid]);
    const found = await rpRow(runtime, handOver);
    expect(found.notified).toMatchObject({ tries: 1 });
    const told = (await history(runtime, who)).filter(({ kind }) => kind === 'sso-told');
    expect(told.map(({ detail }) => detail)).toEqual([{ client: 'filing-web', reason }]);
    if (reason === 'narrowed') {
      expect(found).toMatchObject({ narrowings: 1, sweepShard: expect.any(String) });
      expect(found).not.toHaveProperty('ended');
      return;
    }
    expect(found.ended.reason).toBe(reason);
    expect(found).not.toHaveProperty('sweepShard');
    const events = (await history(runtime, who)).filter(({ kind }) => kind === 'sso-ended');
    expect(events.map(({ detail }) => detail)).toEqual([{ client: 'filing-web', reason }]);
    if (!swept) expect(await rpRow(runtime, beside)).not.toHaveProperty('ended');
  });
});

describe('SSO-8 a hand-over goes on', () => {
  const untouched = async ({ handOver }: There) => {
    await runtime.settled();
    expect(toldSids()).not.toContain(handOver.sid);
    expect(await rpRow(runtime, handOver)).not.toHaveProperty('ended');
  };

  long(
    'where what was narrowed is nothing that the system was told, or where there is more now',
    async () => {
      const there = await atCompany({ actions: ['enquiry'], until: '2027-06-30' });
      await ofRelation({ permissions: ['filing', 'enquiry'] })(there);
      await untouched(there);
      await ofRelation({ permissions: ['enquiry'], validUntil: '2027-09-30' })(there);
      await untouched(there);
      await ofRelation({ validUntil: '2027-06-29' })(there);
      await runtime.settled();
      expect(toldSids()).toEqual([there.handOver.sid]);
    },
  );

  long('at a sweep that comes too early, and the next look is when time may end it', async () => {
    const there = await asPerson();
    runtime.clock.advance(1_200);
    const { cookie } = await refreshed(runtime, there.who);
    runtime.clock.advance(900);
    expectStatus(await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }), 200);
    await sweep();
    await untouched(there);
    const { lookAt } = await rpRow(runtime, there.handOver);
    expect(Date.parse(lookAt) - runtime.clock.now().getTime()).toBe(1_800_000);
    runtime.clock.advance(1_800);
    await sweep();
    await runtime.settled();
    expect(toldSids()).toContain(there.handOver.sid);
  });

  long(
    'and a hand-over as the new identity in the place of the old one, however soon: the old name alone is told',
    async () => {
      const there = await atCompany();
      await switched(there);
      const next = await handedOver(runtime, there.who.sessionId, 'filing-web');
      await runtime.settled();
      expect(toldSids()).toEqual([there.handOver.sid]);
      expect(await rpRow(runtime, next)).not.toHaveProperty('ended');
    },
  );

  long('and a second hand-over under the same name tells nobody', async () => {
    const there = await asPerson();
    await handedOver(runtime, there.who.sessionId, 'filing-web', {
      sid: there.handOver.sid,
      scope: 'openid profile',
    });
    await untouched(there);
  });
});
