/** @module-tag grants */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '#domain/names.ts';
import { maskName } from '#domain/people/masks.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { localPartner, type Partner, pollScan, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { whileHeld } from '../support/held.ts';
import { person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  loggedInByFace,
  loginTicket,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  openWatchedRuntime,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  type Api,
  agencyFirm,
  agreementLine,
  apiOf,
  client,
  type Firm,
  staffLine,
  yesterday,
} from './support/agencies.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: WatchedRuntime;
let who: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  who = await knownPerson(runtime);
});
afterAll(() => runtime?.finish('scan'));

const phones = ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'] as const satisfies readonly Channel[];
interface Code {
  readonly ticket: string;
  readonly qrContent: string;
  readonly pollSecret: string;
  readonly expiresAt: string;
}
const edge =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0';
const showCode = async (): Promise<Code> =>
  expectStatus(
    await runtime.http('POST', '/v1/qr-logins', undefined, { headers: { 'user-agent': edge } }),
    201,
  ).body;
const phoneOf = (of: Sample = who, channel: Channel = 'ahtax-app', identity?: Loose): Partner =>
  localPartner(runtime, channel, workingAs(of, identity));
const ask = (code: Code) => pollScan(runtime.http, code, { 'user-agent': edge });
const told = (reply: Reply<Loose>) => [reply.status, reply.body?.code ?? reply.body?.state];

describe('QR-1 login by scanning', () => {
  long(
    'QR-1 QR-2 SES-2 the phone confirms what it was shown, and the page gets the session once',
    async () => {
      const code = await showCode();
      expect(code).toEqual({
        ticket: expect.stringMatching(/^[\w-]{22,64}$/),
        qrContent: `${runtime.issuer}/s/${code.ticket}`,
        pollSecret: expect.stringMatching(/^[\w-]{22,64}$/),
        expiresAt: expect.stringMatching(/\+08:00$/),
      });
      expect(Date.parse(code.expiresAt) - runtime.clock.now().getTime()).toBe(180_000);

      const pending = await ask(code);
      expect(pending.body).toEqual({ state: 'pending' });
      expect(Number(pending.headers.get('retry-after'))).toBeGreaterThan(0);

      const phone = phoneOf();
      const scanned = expectStatus(await phone.scan(code.qrContent), 200);
      expect(scanned.body).toEqual({
        ticket: code.ticket,
        purpose: 'login',
        requires: 'confirm',
        origin: {
          account: '',
          browser: 'Edge · Windows',
          place: '127.0.0.0',
          at: expect.stringMatching(/^2027-03-02T.*\+08:00$/),
        },
      });
      expect((await ask(code)).body).toEqual({ state: 'scanned', scannedBy: maskName(who.name) });

      expectStatus(await phone.confirm(code.ticket), 204);
      const opened = expectStatus(await ask(code), 200);
      expect(opened.body).toMatchObject({
        state: 'confirmed',
        session: { identity: { kind: 'natural' }, person: { realNameLevel: 4 }, expiresIn: 300 },
      });
      expect(opened.cookie).toMatch(/^__Host-refresh=/);
      expect(opened.headers.get('retry-after')).toBeNull();

      const again = await ask(code);
      expect(again.body).toEqual({ state: 'confirmed' });
      expect(again.cookie).toBeUndefined();

      const token = opened.body.session.accessToken;
      expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
      expectStatus(
        await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: opened.cookie ?? '' }),
        200,
      );
    },
  );

  it.each(phones)('QR-1 CHN-1 %s may confirm, its person logged in', async (channel) => {
    const code = await showCode();
    const phone = phoneOf(who, channel);
    expectStatus(await phone.confirmCode(code.qrContent, { kind: 'natural' }), 204);
    expect((await ask(code)).body.session.identity).toEqual({ kind: 'natural' });
    expect((await history(runtime, who)).filter((event) => event.kind === 'qr-login').at(-1)).toMatchObject({
      outcome: 'success',
      channel,
      detail: { identity: 'natural', browser: 'Edge · Windows' },
    });
  });

  long('QR-1 nobody confirms without being logged in on the phone, in the 安徽税务 APP neither', async () => {
    for (const channel of phones) {
      const code = await showCode();
      const phone = localPartner(runtime, channel);
      expectStatus(await phone.scan(code.qrContent), 200);
      expect(told(await phone.confirm(code.ticket))).toEqual([401, 'ASSERTION_INVALID']);
      // The app saw what the code is for. Nobody is logged in in this app, so the code is reserved for nobody.
      expect((await ask(code)).body).toEqual({ state: 'pending' });
      expectStatus(await phoneOf(who, channel).confirmCode(code.qrContent), 204);
      expect((await ask(code)).body.session).toBeDefined();
    }
  });

  it('QR-1 REG-4 a person without an account is told so, and the code stays for somebody else', async () => {
    const code = await showCode();
    expect(told(await phoneOf(person()).confirmCode(code.qrContent))).toEqual([404, 'USER_NOT_REGISTERED']);
    expectStatus(await phoneOf().confirmCode(code.qrContent), 204);
  });

  long(
    'SES-3 SES-5 the session passed no factor, remembers its channel and replaces the one before',
    async () => {
      const before = await loggedInByFace(runtime, who);
      const code = await showCode();
      expectStatus(await phoneOf().confirmCode(code.qrContent), 204);
      const opened = await ask(code);
      expect(opened.body.session.notices).toMatchObject([{ code: 'SESSION_REPLACED' }]);
      const session = (await rows(runtime, 'Sessions')).find(
        (one) => one.sessionId === opened.body.session.sessionId,
      );
      expect(session).toMatchObject({
        channel: 'web',
        factorAt: 0,
        qr: 'ahtax-app',
      });
      const old = await runtime.http('GET', '/v1/session', undefined, { token: before.session.accessToken });
      expect(old.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'replaced', by: 'Edge · Windows' });
    },
  );

  it('LCK-5 works while the account is locked, and does not unlock it', async () => {
    const locked = await knownPerson(runtime);
    for (let i = 0; i < 5; i++) await enterPassword(runtime, locked.documentNumber, 'Falsch#2058');
    const code = await showCode();
    expectStatus(await phoneOf(locked).confirmCode(code.qrContent), 204);
    expect((await ask(code)).body.session.accessToken).toBeDefined();
    expect(told(await enterPassword(runtime, locked.documentNumber, locked.password))).toEqual([
      423,
      'ACCOUNT_LOCKED',
    ]);
  });
});

describe('QR-2 states, times and races', () => {
  long('QR-2 of twenty polls at once one gets the session', async () => {
    const code = await showCode();
    expectStatus(await phoneOf().confirmCode(code.qrContent), 204);
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(code)));
    expect(new Set(replies.map(told).map(String))).toEqual(new Set(['200,confirmed']));
    const winners = replies.filter((reply) => reply.body.session);
    expect(winners).toHaveLength(1);
    expect(replies.filter((reply) => reply.cookie)).toEqual(winners);
    const opened = (await rows(runtime, 'Sessions')).filter(
      (one) => one.personKey === who.personKey && one.ended === undefined,
    );
    expect(opened.map((one) => one.sessionId)).toEqual([winners[0]?.body.session.sessionId]);
  });

  it('QR-2 belongs to the person who scanned it first: another neither scans, confirms nor refuses it', async () => {
    const code = await showCode();
    const other = await knownPerson(runtime);
    expectStatus(await phoneOf().scan(code.qrContent), 200);
    const taken = {
      status: 409,
      code: 'STATE_CONFLICT',
      title: '该二维码已由他人扫描',
      detail: '请在页面上刷新二维码后重新扫描。',
    };
    for (const phone of [phoneOf(other), phoneOf(other, 'wechat-mini')])
      for (const call of [phone.scan(code.qrContent), phone.confirm(code.ticket), phone.cancel(code.ticket)])
        expect((await call).body).toMatchObject(taken);
    const nobody = localPartner(runtime, 'ahtax-app');
    for (const call of [nobody.scan(code.qrContent), nobody.cancel(code.ticket)])
      expect((await call).body).toMatchObject(taken);
    expect(told(await nobody.confirm(code.ticket))).toEqual([401, 'ASSERTION_INVALID']);
    expect((await ask(code)).body).toEqual({ state: 'scanned', scannedBy: maskName(who.name) });
    // The app died, or the person uses another phone: the same person scans the code again and continues.
    expectStatus(await phoneOf(who, 'iit-app').scan(code.qrContent), 200);
    expectStatus(await phoneOf().confirm(code.ticket), 204);
    const { session } = (await ask(code)).body;
    const row = (await rows(runtime, 'Sessions')).find((one) => one.sessionId === session.sessionId);
    expect(row?.personKey).toBe(who.personKey);
  });

  long('QR-2 of many who scan one code at once one person has it, and only that one confirms', async () => {
    const people = [who, await knownPerson(runtime), await knownPerson(runtime)];
    for (let round = 0; round < 4; round++) {
      const code = await showCode();
      // Each person scans with two phones: two phones of one person do not disturb each other.
      const phones = [...people, ...people].map((of) => ({ of, phone: phoneOf(of, 'wechat-mini') }));
      const scans = await Promise.all(
        phones.map(async ({ of, phone }) => ({ of, reply: await phone.scan(code.qrContent) })),
      );
      const first = new Set(scans.filter(({ reply }) => reply.status === 200).map(({ of }) => of));
      expect(first.size).toBe(1);
      const [owner] = [...first] as [Known];
      for (const { of, reply } of scans) expect(reply.status).toBe(of === owner ? 200 : 409);
      expect((await ask(code)).body.scannedBy).toBe(maskName(owner.name));
      const confirms = await Promise.all(
        phones.map(async ({ of, phone }) => ({ of, reply: await phone.confirm(code.ticket) })),
      );
      const won = confirms.filter(({ reply }) => reply.status === 204);
      expect(won.map(({ of }) => of)).toEqual([owner]);
      for (const { reply } of confirms)
        if (reply.status !== 204) expect(told(reply)).toEqual([409, 'STATE_CONFLICT']);
      const { session } = (await ask(code)).body;
      const row = (await rows(runtime, 'Sessions')).find((one) => one.sessionId === session.sessionId);
      expect(row?.personKey).toBe(owner.personKey);
    }
  });

  it('QR-2 DOC-4 only the page learns who scanned, and only the masked name is kept', async () => {
    const code = await showCode();
    expectStatus(await phoneOf().scan(code.qrContent), 200);
    expect(told(await ask({ ...code, pollSecret: 'guessed' }))).toEqual([404, 'NOT_FOUND']);
    const ticket = (await rows(runtime, 'Tickets')).find(
      (row) => row.scannedBy && row.scanState === 'scanned',
    );
    expect(JSON.stringify(ticket)).not.toContain(who.name);
    expectStatus(await phoneOf().cancel(code.ticket), 204);
    expect((await ask(code)).body).toEqual({ state: 'cancelled' });
  });

  it('QR-2 nothing is confirmed that the phone was not shown', async () => {
    const code = await showCode();
    expect(told(await phoneOf().confirm(code.ticket))).toEqual([409, 'STATE_CONFLICT']);
    expect((await ask(code)).body).toEqual({ state: 'pending' });
  });

  it('QR-2 what was refused on the phone stays refused', async () => {
    const code = await showCode();
    const phone = phoneOf();
    expectStatus(await phone.scan(code.qrContent), 200);
    expectStatus(await phone.cancel(code.ticket), 204);
    expect((await ask(code)).body).toEqual({ state: 'cancelled' });
    for (const call of [phone.scan(code.qrContent), phone.confirm(code.ticket), phone.cancel(code.ticket)])
      expect(told(await call)).toEqual([409, 'STATE_CONFLICT']);
    expect((await ask(code)).body).toEqual({ state: 'cancelled' });
    expect((await history(runtime, who)).filter((event) => event.kind === 'qr-login').at(-1)).toMatchObject({
      outcome: 'failure',
      detail: { cancelled: true },
    });
  });

  long('QR-2 whoever is not logged in on the phone may refuse a code that nobody has', async () => {
    const code = await showCode();
    const phone = localPartner(runtime, 'ahtax-app');
    expectStatus(await phone.scan(code.qrContent), 200);
    expectStatus(await phone.cancel(code.ticket), 204);
    expect((await ask(code)).body).toEqual({ state: 'cancelled' });
  });

  long('CHN-1 a channel that may not scan a login code neither confirms nor refuses one', async () => {
    const code = await showCode();
    const phone = phoneOf();
    expectStatus(await phone.scan(code.qrContent), 200);
    const terminal = phoneOf(who, 'terminal');
    const replies = [await terminal.confirm(code.ticket), await terminal.cancel(code.ticket)];
    expect(replies.map(told)).toEqual(Array(2).fill([403, 'CHANNEL_NOT_ALLOWED']));
    expect((await ask(code)).body).toMatchObject({ state: 'scanned' });
    expectStatus(await phone.confirm(code.ticket), 204);
  });

  long('QR-2 confirm and cancel at once: one of them, and the page hears which', async () => {
    for (let round = 0; round < 4; round++) {
      const code = await showCode();
      const phone = phoneOf();
      expectStatus(await phone.scan(code.qrContent), 200);
      const [confirmed, cancelled] = await Promise.all([
        phone.confirm(code.ticket),
        phone.cancel(code.ticket),
      ]);
      expect([confirmed.status, cancelled.status].sort()).toEqual([204, 409]);
      expect((await ask(code)).body.state).toBe(confirmed.status === 204 ? 'confirmed' : 'cancelled');
    }
  });

  it('QR-2 after the confirmation nobody cancels or scans', async () => {
    const code = await showCode();
    const phone = phoneOf();
    expectStatus(await phone.confirmCode(code.qrContent), 204);
    for (const call of [phone.cancel(code.ticket), phone.scan(code.qrContent), phone.confirm(code.ticket)])
      expect(told(await call)).toEqual([409, 'STATE_CONFLICT']);
    expect((await ask(code)).body.session.accessToken).toBeDefined();
  });

  long('QR-2 is over after 180 seconds for phone and page, confirmed or not', async () => {
    const [unseen, shown, agreed, done] = [
      await showCode(),
      await showCode(),
      await showCode(),
      await showCode(),
    ];
    const phone = phoneOf();
    expectStatus(await phone.scan(shown.qrContent), 200);
    expectStatus(await phone.confirmCode(agreed.qrContent), 204);
    expectStatus(await phone.confirmCode(done.qrContent), 204);
    expectStatus(await ask(done), 200);
    await wait(runtime, defaultPolicies.qrLoginSeconds);
    for (const call of [
      phone.scan(unseen.qrContent),
      phone.confirm(shown.ticket),
      phone.cancel(shown.ticket),
      phone.confirm(agreed.ticket),
    ])
      expect(told(await call)).toEqual([410, 'EXPIRED']);
    for (const code of [unseen, shown, agreed]) {
      const reply = await ask(code);
      expect(reply.body).toEqual({ state: 'expired' });
      expect(reply.headers.get('retry-after')).toBeNull();
    }
    expect((await ask(done)).body).toEqual({ state: 'confirmed' });
  });

  it('QR-2 belongs to the browser that asked: without its secret there is no such code', async () => {
    const code = await showCode();
    const foreign = await showCode();
    expectStatus(await phoneOf().confirmCode(code.qrContent), 204);
    for (const pollSecret of ['', 'x', foreign.pollSecret, code.ticket])
      expect(told(await ask({ ...code, pollSecret }))).toEqual([404, 'NOT_FOUND']);
    expect(told(await runtime.http('GET', `/v1/scans/${code.ticket}`))).toEqual([404, 'NOT_FOUND']);
    expect((await ask(code)).body.session.accessToken).toBeDefined();
  });

  it('QR-2 a waiting poll is one eventually consistent read; the session is three calls deep', async () => {
    const code = await showCode();
    runtime.resetUsage();
    expect((await ask(code)).body).toEqual({ state: 'pending' });
    const route = () => runtime.usage().scan?.routes['GET /v1/scans/{ticket}'];
    expect(route()).toEqual({ invocations: 1, calls: 1, longestChain: 1, readUnits: 0.5, writeUnits: 0 });
    expectStatus(await phoneOf().confirmCode(code.qrContent), 204);
    runtime.resetUsage();
    expect((await ask(code)).body.session).toBeDefined();
    expect(route()).toMatchObject({ invocations: 1, calls: 3, longestChain: 3 });
    // The calls: spend the assertion, read ticket and person in parallel, write the transaction.
    const confirming = await showCode();
    expectStatus(await phoneOf().scan(confirming.qrContent), 200);
    runtime.resetUsage();
    expectStatus(await phoneOf().confirm(confirming.ticket), 204);
    expect(runtime.usage()['channel-scan']).toMatchObject({ calls: 4, longestChain: 3 });
  });
});

describe('QR-3 companies', () => {
  let taxpayerId: string;
  const asCompany = (id = taxpayerId, role = 'legal-representative') => ({ taxpayerId: id, role });
  beforeAll(async () => {
    taxpayerId = await companyOf(runtime, who);
  });

  long('QR-1 QR-3 the page takes over the company that the phone works for', async () => {
    for (const body of [undefined, { kind: 'enterprise', ...asCompany() }, asCompany()]) {
      const code = await showCode();
      const phone = phoneOf(who, 'ahtax-app', asCompany());
      expectStatus(await phone.confirmCode(code.qrContent, body), 204);
      expect((await ask(code)).body.session.identity).toEqual({
        kind: 'enterprise',
        ...asCompany(),
        taxpayerName: '合肥徽香茶业有限公司',
        permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
      });
    }
  });

  it('QR-1 the person of a company may also come as natural person', async () => {
    const code = await showCode();
    const phone = phoneOf(who, 'ahtax-app', asCompany());
    expectStatus(await phone.confirmCode(code.qrContent, { kind: 'natural' }), 204);
    expect((await ask(code)).body.session.identity).toEqual({ kind: 'natural' });
  });

  it('QR-3 a company that the channel did not sign for is refused', async () => {
    const code = await showCode();
    const other = await companyOf(runtime, who);
    expectStatus(await phoneOf().scan(code.qrContent), 200);
    expect(told(await phoneOf().confirm(code.ticket, asCompany()))).toEqual([401, 'ASSERTION_INVALID']);
    const phone = phoneOf(who, 'ahtax-app', asCompany());
    for (const body of [asCompany(other), asCompany(taxpayerId, 'finance-head')])
      expect(told(await phone.confirm(code.ticket, body))).toEqual([401, 'ASSERTION_INVALID']);
    expect((await ask(code)).body).toEqual({ state: 'scanned', scannedBy: maskName(who.name) });
  });

  long("QR-3 the phone's word is not enough: no such relation here, no login", async () => {
    const stranger = await knownPerson(runtime);
    const waiting = await companyOf(runtime, who, { state: 'awaiting-confirmation' });
    const special = await companyOf(runtime, who, { subject: 'cross-region' });
    const gone = await companyOf(runtime, who);
    await feed(runtime, companyLine(gone, { state: 'cancelled' }));
    const refused = async (of: Sample, identity: object, answer: string) => {
      const code = await showCode();
      const phone = phoneOf(of, 'iit-app', identity);
      expectStatus(await phone.scan(code.qrContent), 200);
      expect(told(await phone.confirm(code.ticket))).toEqual([403, answer]);
      expect((await ask(code)).body).toMatchObject({ state: 'scanned' });
    };
    await refused(stranger, asCompany(), 'RELATION_NOT_FOUND');
    await refused(who, asCompany(taxpayerId, 'finance-head'), 'RELATION_NOT_FOUND');
    await refused(who, asCompany('91340100MA0000000X'), 'RELATION_NOT_FOUND');
    await refused(who, asCompany('not a number'), 'RELATION_NOT_FOUND');
    await refused(who, asCompany(gone), 'RELATION_NOT_FOUND');
    await refused(who, asCompany(special), 'USE_SPECIAL_ENTRY');
    // A relation that waits because its company waits is not yet a relation (REL-2).
    await refused(who, asCompany(waiting), 'RELATION_NOT_FOUND');
  });

  long('QR-3 a relation lost between confirmation and page opens nothing', async () => {
    const code = await showCode();
    const lost = await companyOf(runtime, who);
    expectStatus(await phoneOf(who, 'ahtax-app', asCompany(lost)).confirmCode(code.qrContent), 204);
    const successor = await knownPerson(runtime);
    await feed(runtime, representativeLine(lost, successor));
    const before = (await rows(runtime, 'Sessions')).length;
    expect(told(await ask(code))).toEqual([403, 'RELATION_NOT_FOUND']);
    expect(await rows(runtime, 'Sessions')).toHaveLength(before);
  });

  const leave = ({ personKey }: Known) =>
    setOnPerson(runtime, personKey, 'account', {
      status: 'cancelled',
      since: runtime.clock.now().toISOString(),
    });

  it('CTR-2 an account that ends between confirmation and page opens nothing', async () => {
    const leaving = await knownPerson(runtime);
    const code = await showCode();
    expectStatus(await phoneOf(leaving).confirmCode(code.qrContent), 204);
    await leave(leaving);
    expect(told(await ask(code))).toEqual([404, 'USER_NOT_REGISTERED']);
  });

  long('CTR-2 an account that has ended since its phone scanned the code confirms nothing', async () => {
    const leaving = await knownPerson(runtime);
    const code = await showCode();
    const phone = phoneOf(leaving);
    expectStatus(await phone.scan(code.qrContent), 200);
    await leave(leaving);
    expect(told(await phone.confirm(code.ticket))).toEqual([404, 'USER_NOT_REGISTERED']);
    expect((await ask(code)).body).toMatchObject({ state: 'scanned' });
  });

  long('QR-3 a relation that is lost while the page fetches its session is told at once', async () => {
    const code = await showCode();
    const lost = await companyOf(runtime, who);
    expectStatus(await phoneOf(who, 'ahtax-app', asCompany(lost)).confirmCode(code.qrContent), 204);
    const successor = await knownPerson(runtime);
    const reply = await whileHeld(
      runtime,
      { function: 'scan' },
      () => ask(code),
      () => feed(runtime, representativeLine(lost, successor)),
    );
    expect(told(reply)).toEqual([403, 'RELATION_NOT_FOUND']);
  });
});

describe('QR-3 tax agents', () => {
  let agency: Firm;
  let agent: Known;
  let served: string;
  let agreement: ReturnType<typeof agreementLine>;
  beforeAll(async () => {
    agency = await agencyFirm(runtime);
    agent = await knownPerson(runtime);
    served = await client(runtime);
    agreement = agreementLine(agency.id, served, [agent]);
  });
  beforeEach(() => feed(runtime, staffLine(agency.id, [agent]), agreement));
  const asAgent = (taxpayerId: string) => ({ taxpayerId, role: 'tax-agent' });
  /** A code that was confirmed on a phone that works for the company. */
  const confirmedFor = async (taxpayerId: string, of: Sample = agent): Promise<Code> => {
    const code = await showCode();
    expectStatus(await phoneOf(of, 'ahtax-app', asAgent(taxpayerId)).confirmCode(code.qrContent), 204);
    return code;
  };
  const seen = async (api: Api) => expectStatus(await api('GET', '/v1/enterprise'), 200).body;

  it('AGY-1 AGY-3 QR-1 QR-3 the page takes over the client that the agent works for, three calls deep', async () => {
    const code = await confirmedFor(served);
    runtime.resetUsage();
    const { session } = expectStatus(await ask(code), 200).body;
    expect(runtime.usage().scan?.routes['GET /v1/scans/{ticket}']?.longestChain).toBe(3);
    expect(session.identity).toEqual({
      kind: 'enterprise',
      ...asAgent(served),
      taxpayerName: '黄山毛峰有限公司',
      permissions: ['filing', 'declaration', 'enquiry'],
    });
    const api = apiOf(runtime, session.accessToken);
    expect(await seen(api)).toMatchObject(asAgent(served));
    // SWI-4: the session cannot go on to other clients of the agency.
    expect(told(await api('GET', '/v1/session/clients'))).toEqual([403, 'SWITCH_NOT_ALLOWED']);
    await feed(runtime, staffLine(agency.id, []));
    expect(told(await api('GET', '/v1/enterprise'))).toEqual([403, 'RELATION_NOT_FOUND']);
  });

  it('AGY-2 QR-1 or the agency itself', async () => {
    const { session } = expectStatus(await ask(await confirmedFor(agency.id)), 200).body;
    expect(session.identity).toMatchObject({ kind: 'enterprise', ...asAgent(agency.id), permissions: [] });
  });

  long('AGY-1 QR-3 forms that were replaced since and name the agent still let the page in', async () => {
    const code = await confirmedFor(served);
    const other = person();
    const { agents } = staffLine(agency.id, [other, agent]);
    await feed(runtime, staffLine(agency.id, [other, agent]), {
      ...agreement,
      agents,
      items: ['consulting'],
    });
    expect((await ask(code)).body.session.identity.permissions).toEqual(['enquiry']);
  });

  it.each<[string, () => object]>([
    ['the staff form', () => staffLine(agency.id, [])],
    ['the agreement', () => ({ ...agreement, agents: staffLine(agency.id, [person()]).agents })],
    ['a service that is over', () => ({ ...agreement, until: yesterday })],
    ['a client that is gone', () => companyLine(served, { state: 'cancelled' })],
  ])('AGY-1 QR-3 what changes between confirmation and page opens nothing: %s', async (_what, change) => {
    const code = await confirmedFor(served);
    await feed(runtime, change());
    const before = (await rows(runtime, 'Sessions')).length;
    expect(told(await ask(code))).toEqual([403, 'RELATION_NOT_FOUND']);
    expect(await rows(runtime, 'Sessions')).toHaveLength(before);
    await feed(runtime, companyLine(served, { name: '黄山毛峰有限公司' }));
  });

  long("AGY-1 QR-3 a client of somebody else's is refused, whatever the phone says", async () => {
    const colleague = await knownPerson(runtime);
    const [unlisted, foreign, theirs, later, special] = [
      await agencyFirm(runtime),
      await client(runtime),
      await client(runtime),
      await client(runtime),
      await client(runtime, { subject: 'cross-region' }),
    ];
    await feed(
      runtime,
      // One agent is only on the agreement, the other one only on the staff form.
      agreementLine(unlisted.id, foreign, [agent]),
      staffLine(agency.id, [agent, colleague]),
      agreementLine(agency.id, theirs, [colleague]),
      agreementLine(agency.id, later, [agent], { from: '2027-03-03' }),
      agreementLine(agency.id, special, [agent]),
    );
    const own = await companyOf(runtime, agent);
    const refused = async (of: Sample, taxpayerId: string) => {
      const code = await showCode();
      const phone = phoneOf(of, 'iit-app', asAgent(taxpayerId));
      expectStatus(await phone.scan(code.qrContent), 200);
      expect(told(await phone.confirm(code.ticket)), taxpayerId).toEqual([403, 'RELATION_NOT_FOUND']);
      expect((await ask(code)).body).toMatchObject({ state: 'scanned' });
    };
    for (const id of [foreign, unlisted.id, theirs, later, special, own, creditCode(), 'not a number'])
      await refused(agent, id);
    await refused(colleague, served);
  });
});

describe('QR bad input', () => {
  it('CHN-1 an assertion confirms once', async () => {
    const code = await showCode();
    expectStatus(await phoneOf().scan(code.qrContent), 200);
    const path = `/v1/channel/scans/${code.ticket}/confirm`;
    const assertion = await runtime.assertion('ahtax-app', { method: 'POST', path, ...workingAs(who) });
    const replies = await Promise.all(
      [1, 2, 3].map(() => runtime.http('POST', path, undefined, { assertion })),
    );
    expect(replies.map(told).sort()).toEqual([
      [204, undefined],
      [401, 'ASSERTION_INVALID'],
      [401, 'ASSERTION_INVALID'],
    ]);
    const other = await showCode();
    expect(
      told(await runtime.http('POST', `/v1/channel/scans/${other.ticket}/confirm`, undefined, { assertion })),
    ).toEqual([401, 'ASSERTION_INVALID']);
  });

  it.each<[string, unknown]>([
    ['an agency', { identity: { kind: 'agency', agencyId: '91350100M000100Y43' } }],
    ['a special subject', { identity: { kind: 'special', subject: 'cross-region' } }],
    ['a role that does not exist', { identity: { kind: 'enterprise', taxpayerId: '1', role: 'owner' } }],
    ['a text', { identity: 'natural' }],
    ['broken JSON', '{'],
    ['a number', 1],
  ])('QR-1 takes no identity but natural and enterprise: %s', async (_what, body) => {
    const code = await showCode();
    const phone = phoneOf();
    expectStatus(await phone.scan(code.qrContent), 200);
    const reply = await phone.call('POST', `/v1/channel/scans/${code.ticket}/confirm`, body);
    expect(told(reply)).toEqual([400, 'BAD_REQUEST']);
    expect((await ask(code)).body).toEqual({ state: 'scanned', scannedBy: maskName(who.name) });
  });

  long('QR-2 tickets of other journeys are none', async () => {
    const phone = phoneOf();
    const registrationId = await startRegistration(runtime, person());
    const loginId = await loginTicket(runtime, who);
    for (const id of [registrationId, loginId, 'x', '..', 'a'.repeat(65)])
      for (const step of ['confirm', 'cancel'])
        expect(told(await phone.call('POST', `/v1/channel/scans/${id}/${step}`))).toEqual([404, 'NOT_FOUND']);
    expect(told(await phone.scan('https://etax.example.com/s/abcdefghijklmnopqrstuv'))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    const face = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    expect(told(await phone.confirmCode(face.qrContent))).toEqual([409, 'STATE_CONFLICT']);
    const code = await showCode();
    expectStatus(await phone.scan(code.qrContent), 200);
    expect(told(await phone.startFace(code.ticket))).toEqual([409, 'STATE_CONFLICT']);
    expect(told(await phone.faceResult(code.ticket, 'x'))).toEqual([409, 'STATE_CONFLICT']);
    const used = await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: code.ticket });
    expect(told(used)).toEqual([403, 'FACE_REQUIRED']);
  });
});
