/** @module-tag grants */
import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultMatters } from '#domain/factors/matters.ts';
import type { Role } from '#domain/names.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { localPartner, loggedInByQr, pollScan, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { person, type Sample } from '../support/people.ts';
import { expectStatus, loggedInByFace, loginTicket, scanFace, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { history, type Known, knownPerson, row } from '../support/watched.ts';
import { agencyFirm, agentAt, agreementLine, client, goTo, staffLine } from './support/agencies.ts';
import { type OwnRuntime, openOwnRuntime } from './support/own-runtime.ts';
import { recoverPhone } from './support/recovery.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { changeRelation, giveRelation } from './support/relations.ts';
import { setOnPerson } from './support/tables.ts';

/**
 * The matters and audiences of this stage: the default ones, one matter with a new scan each time, one with a short
 * time, and one audience that sees documents.
 */
let runtime: OwnRuntime;
beforeAll(async () => {
  runtime = await openOwnRuntime({
    matters: [
      ...defaultMatters,
      { code: 'invoice.red', zh: '开具红字发票', class: 'invoice', validitySeconds: 0 },
      { code: 'invoice.fast', zh: '快速开票', class: 'invoice', validitySeconds: 600, needs: 'invoice' },
    ],
    audiences: [
      { code: 'invoice', document: false },
      { code: 'filing', document: false, number: true },
      { code: 'registration', document: true },
    ],
  });
});
afterAll(() => runtime?.finish('step-up'));

const told = (reply: Reply<Loose>) => [reply.status, reply.body?.code ?? reply.body?.state];
const start = (token: string, body: object = {}) =>
  runtime.http('POST', '/v1/step-ups', { matter: 'invoice.issue', audience: 'invoice', ...body }, { token });
const show = (token: string, id: string) => runtime.http('GET', `/v1/step-ups/${id}`, undefined, { token });
/** A registered person whose account has no face check yet, so the session has proved nothing. */
async function fresh(level?: number): Promise<{ who: Known; token: string }> {
  const who = await knownPerson(runtime);
  if (level !== undefined) await setOnPerson(runtime, who.personKey, 'realNameLevel', level);
  return { who, token: (await loggedInByQr(runtime, who)).session.accessToken };
}
const wechat = (who: Sample) => localPartner(runtime, 'wechat-mini', workingAs(who));
const ahtax = (who?: Sample) => localPartner(runtime, 'ahtax-app', who && workingAs(who));

/** A tax system's check of a proof: with our public keys and nothing else. */
async function checked(proof: string, audience = 'invoice'): Promise<JWTPayload> {
  const { body } = await runtime.http('GET', '/.well-known/jwks.json');
  const { payload } = await jwtVerify(proof, createLocalJWKSet(body), {
    algorithms: ['ES256'],
    typ: 'step-up+jwt',
    issuer: runtime.issuer,
    audience,
    currentDate: runtime.clock.now(),
    requiredClaims: ['sub', 'exp', 'matter', 'at', 'lvl'],
  });
  return payload;
}
const seconds = () => Math.floor(runtime.clock.now().getTime() / 1000);
/** Starts a step-up, passes it by phone, and returns the claims of the proof. */
async function passed(token: string, who: Sample, body: { audience?: string } & Record<string, string> = {}) {
  const { stepUpId, scan } = expectStatus(await start(token, body), 201).body;
  expectStatus(await ahtax(who).showFace(scan.qrContent), 200);
  return checked(expectStatus(await show(token, stepUpId), 200).body.proof, body.audience);
}

describe('STP-1 the scan', () => {
  long('STP-1 STP-2 asks for a scan and gives a proof that the public keys alone check', async () => {
    const { who, token } = await fresh();
    const { stepUpId, scan } = expectStatus(await start(token, { nonce: 'n-0S6_WzA2Mj' }), 201).body;
    expect(scan).toEqual({
      ticket: expect.any(String),
      qrContent: `${runtime.issuer}/s/${scan.ticket}`,
      pollSecret: expect.any(String),
      expiresAt: expect.stringMatching(/\+08:00$/),
    });
    expect((await show(token, stepUpId)).body).toEqual({ state: 'pending' });
    const phone = wechat(who);
    const scanned = expectStatus(await phone.scan(scan.qrContent), 200).body;
    expect(scanned).toMatchObject({ purpose: 'step-up', requires: 'face' });
    expect(scanned.origin.account).toBe(`${who.name.slice(0, 1)}**`);
    expect((await show(token, stepUpId)).body).toEqual({ state: 'scanned' });
    const kit = expectStatus(await phone.startFace(scan.ticket), 200).body;
    await wait(runtime, 20);
    const at = seconds();
    expect((await phone.faceResult(scan.ticket, kit.token)).body).toMatchObject({ passed: true });
    await wait(runtime, 7);

    const { state, proof } = expectStatus(await show(token, stepUpId), 200).body;
    expect(state).toBe('passed');
    const claims = await checked(proof);
    expect(claims).toEqual({
      iss: runtime.issuer,
      aud: 'invoice',
      sub: expect.stringMatching(/^s1_[\w-]{43}$/),
      iat: at + 7,
      exp: at + 7 + 300,
      matter: 'invoice.issue',
      at,
      lvl: 4,
      nonce: 'n-0S6_WzA2Mj',
    });
    expect(decodeProtectedHeader(proof)).toMatchObject({ alg: 'ES256', typ: 'step-up+jwt' });
    for (const personal of [who.documentNumber, who.name, who.phone, who.personKey])
      expect(JSON.stringify(claims)).not.toContain(personal);
    // The page's own poll shows only the state; only the session gets the proof.
    expect((await pollScan(runtime.http, scan)).body).toEqual({ state: 'passed' });
    expect((await history(runtime, who)).filter((event) => event.kind === 'face').at(-1)).toMatchObject({
      outcome: 'success',
      channel: 'wechat-mini',
      detail: { purpose: 'step-up', matter: 'invoice.issue', audience: 'invoice' },
    });
  });

  long('STP-1 matters that are no invoice matters are for the two apps', async () => {
    const { who, token } = await fresh();
    const { stepUpId, scan } = expectStatus(await start(token, { matter: 'refund.apply' }), 201).body;
    for (const channel of ['wechat-mini', 'alipay-mini', 'terminal', 'hall'] as const) {
      const about = channel === 'hall' ? { officer: '3401001', office: '合肥市办税服务厅' } : {};
      const phone = localPartner(runtime, channel, { ...workingAs(who), ...about });
      for (const call of [
        phone.scan(scan.qrContent),
        phone.startFace(scan.ticket),
        phone.cancel(scan.ticket),
      ])
        expect(told(await call)).toEqual([403, 'CHANNEL_NOT_ALLOWED']);
    }
    expect((await show(token, stepUpId)).body).toEqual({ state: 'pending' });
    const iit = localPartner(runtime, 'iit-app', workingAs(who));
    expect((await iit.showFace(scan.qrContent)).body).toMatchObject({ passed: true });
    expect((await show(token, stepUpId)).body.state).toBe('passed');
  });

  long('STP-1 the scanning person is the person of the session', async () => {
    const { who, token } = await fresh();
    const { who: other, token: otherToken } = await fresh();
    const { stepUpId, scan } = expectStatus(await start(token), 201).body;
    for (const channel of ['wechat-mini', 'alipay-mini', 'iit-app'] as const) {
      expect(told(await localPartner(runtime, channel, workingAs(other)).scan(scan.qrContent))).toEqual([
        403,
        'FACE_MISMATCH',
      ]);
      expect(told(await localPartner(runtime, channel).scan(scan.qrContent))).toEqual([403, 'FACE_MISMATCH']);
    }
    await runtime.http('POST', '/local/face', { outcome: 'mismatch' });
    expect(told(await ahtax().showFace(scan.qrContent))).toEqual([403, 'FACE_MISMATCH']);
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    expect((await show(token, stepUpId)).body).toEqual({ state: 'scanned' });
    expect(told(await show(otherToken, stepUpId))).toEqual([404, 'NOT_FOUND']);
    expectStatus(await wechat(who).showFace(scan.qrContent), 200);
    expect(told(await show(otherToken, stepUpId))).toEqual([404, 'NOT_FOUND']);
    expect((await show(token, stepUpId)).body.proof).toBeDefined();
  });

  long('STP-1 cancelled, failed and late ones give no proof', async () => {
    const { who, token } = await fresh();
    const one = async () => expectStatus(await start(token), 201).body as Loose;
    const [cancelled, failed, late, passedLate] = [await one(), await one(), await one(), await one()];
    expectStatus(await wechat(who).scan(cancelled.scan.qrContent), 200);
    expectStatus(await wechat(who).cancel(cancelled.scan.ticket), 204);
    expect((await show(token, cancelled.stepUpId)).body).toEqual({ state: 'cancelled' });
    expect(told(await wechat(who).startFace(cancelled.scan.ticket))).toEqual([409, 'STATE_CONFLICT']);

    await runtime.http('POST', '/local/face', { outcome: 'fail' });
    const left: number[] = [];
    for (let i = 0; i < defaultPolicies.faceTries; i++)
      left.push((await wechat(who).showFace(failed.scan.qrContent)).body.remainingAttempts);
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect((await show(token, failed.stepUpId)).body).toEqual({ state: 'failed' });
    expect(told(await wechat(who).scan(failed.scan.qrContent))).toEqual([409, 'STATE_CONFLICT']);

    expectStatus(await wechat(who).showFace(passedLate.scan.qrContent), 200);
    await wait(runtime, defaultPolicies.faceScanSeconds);
    expect(told(await wechat(who).scan(late.scan.qrContent))).toEqual([410, 'EXPIRED']);
    const session = (await loggedInByQr(runtime, who)).session.accessToken;
    expect((await show(session, late.stepUpId)).body).toEqual({ state: 'expired' });
    expect((await show(session, passedLate.stepUpId)).body).toEqual({ state: 'passed' });
  });
});

describe('STP-2 the proof', () => {
  long(
    'STP-2 a face check serves 24 hours, and every audience knows the person by another name',
    async () => {
      const { who, token } = await fresh();
      const first = await passed(token, who);
      const again = expectStatus(await start(token), 200).body;
      expect(again.satisfied).toBe(true);
      expect(await checked(again.proof)).toMatchObject({ sub: first.sub, at: first.at });
      const filing = expectStatus(
        await start(token, { matter: 'invoice.void', audience: 'filing', nonce: 'x' }),
        200,
      ).body;
      const other = await checked(filing.proof, 'filing');
      expect(other).toMatchObject({ matter: 'invoice.void', at: first.at, nonce: 'x' });
      expect(other.sub).not.toBe(first.sub);
      await expect(checked(filing.proof, 'invoice')).rejects.toThrow();
      expect((await history(runtime, who)).filter((event) => event.kind === 'step-up').at(-1)).toMatchObject({
        outcome: 'success',
        detail: { matter: 'invoice.void', audience: 'filing' },
      });

      await wait(runtime, 86_398);
      const late = (await loggedInByQr(runtime, who)).session.accessToken;
      const last = await checked(expectStatus(await start(late), 200).body.proof);
      // STP-4: a proof is valid for five minutes, whatever the age of the check.
      expect(last.exp).toBe(seconds() + 300);
      await wait(runtime, 2);
      expectStatus(await start(late), 201);
    },
  );

  long('STP-2 matters say how long a check serves them, from not at all', async () => {
    const { who, token } = await fresh();
    const red = await passed(token, who, { matter: 'invoice.red' });
    expect(red).toMatchObject({ matter: 'invoice.red', at: seconds(), exp: seconds() + 300 });
    expectStatus(await start(token, { matter: 'invoice.red' }), 201);
    const fast = expectStatus(await start(token, { matter: 'invoice.fast' }), 200).body;
    expect((await checked(fast.proof)).exp).toBe(seconds() + 300);
    await wait(runtime, 599);
    const later = (await loggedInByQr(runtime, who)).session.accessToken;
    expectStatus(await start(later, { matter: 'invoice.fast' }), 200);
    await wait(runtime, 1);
    expectStatus(await start(later, { matter: 'invoice.fast' }), 201);
    expectStatus(await start(later), 200);
    // STP-4: a matter that is not an invoice matter accepts only the face check of this step-up.
    for (const matter of ['refund.apply', 'taxpayer.cancel', 'relation.confirm'])
      expectStatus(await start(later, { matter }), 201);
  });

  long('STP-2 the face of a login or a reset serves too; that of registering does not', async () => {
    const { who, token } = await fresh();
    expectStatus(await start(token), 201);
    const { session } = await loggedInByFace(runtime, who);
    expectStatus(await start(session.accessToken), 200);

    const { who: other, token: otherToken } = await fresh();
    const reset = expectStatus(
      await runtime.http('POST', '/v1/password-resets', {
        account: other.documentNumber,
        name: other.name,
        documentNumber: other.documentNumber,
      }),
      201,
    ).body;
    const scan = expectStatus(
      await runtime.http('POST', `/v1/password-resets/${reset.resetId}/face`),
      201,
    ).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await start(otherToken), 200);
  });

  long('PHN-4 a face seen before a phone was recovered does not serve after it', async () => {
    const { who, token } = await fresh();
    await passed(token, who);
    expectStatus(await start(token), 200);
    await wait(runtime, 61);
    await recoverPhone(runtime, who);
    await wait(runtime, 1);
    await passed(token, who);
    expectStatus(await start(token), 200);
  });

  long('STP-2 a failed check proves nothing', async () => {
    const { who, token } = await fresh();
    const { scan } = expectStatus(await start(token), 201).body;
    await runtime.http('POST', '/local/face', { outcome: 'fail' });
    expectStatus(await wechat(who).showFace(scan.qrContent), 200);
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    expectStatus(await start(token), 201);
  });

  long('STP-2 DOC-4 names the document only to an audience that may see it', async () => {
    const { who, token } = await fresh();
    const seen = await passed(token, who, { matter: 'taxpayer.cancel', audience: 'registration' });
    expect(seen.person).toEqual({ documentType: '201', documentNumber: who.documentNumber });
    const other = await passed(token, who, { matter: 'taxpayer.cancel' });
    expect(other).not.toHaveProperty('person');
  });

  long(
    'STP-2 STP-4 names the company of the session, by a pseudonym of its own at every audience',
    async () => {
      const who = await knownPerson(runtime);
      const identity = { taxpayerId: await companyOf(runtime, who), role: 'legal-representative' };
      const { session } = await loggedInByQr(runtime, who, identity);
      const company = {
        ...identity,
        ref: expect.stringMatching(/^s1_[\w-]{43}$/),
        permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
      };
      const first = (await passed(session.accessToken, who)).company as Loose;
      expect(first).toEqual(company);
      const again = await checked(expectStatus(await start(session.accessToken), 200).body.proof);
      expect(again.company).toEqual(first);
      const filing = expectStatus(await start(session.accessToken, { audience: 'filing' }), 200).body;
      const other = (await checked(filing.proof, 'filing')).company as Loose;
      expect(other).toEqual(company);
      expect(other.ref).not.toBe(first.ref);
      const natural = (await loggedInByQr(runtime, who)).session.accessToken;
      expect(await checked((await start(natural)).body.proof)).not.toHaveProperty('company');
    },
  );

  long(
    'STP-4 DOC-4 a number that is a person’s stands only in proofs for who may have it; the ref tells such companies apart',
    async () => {
      const claims: Loose[] = [];
      for (const owner of [person(), person()]) {
        const who = await knownPerson(runtime);
        const taxpayerId = owner.documentNumber;
        await feed(
          runtime,
          companyLine(taxpayerId, { subject: 'sole-proprietor', name: '合肥某店' }),
          representativeLine(taxpayerId, who),
        );
        const { session } = await loggedInByQr(runtime, who, { taxpayerId, role: 'legal-representative' });
        const invoice = await passed(session.accessToken, who);
        expect(invoice.company).not.toHaveProperty('taxpayerId');
        expect(JSON.stringify(invoice)).not.toContain(taxpayerId.slice(-4));
        claims.push(invoice.company as Loose);
        const filing = expectStatus(await start(session.accessToken, { audience: 'filing' }), 200).body;
        expect((await checked(filing.proof, 'filing')).company).toMatchObject({ taxpayerId });
      }
      expect(claims[0].ref).not.toBe(claims[1].ref);
    },
  );

  long('STP-2 TOK-02 a proof is no access token, and an access token no proof', async () => {
    const { who, token } = await fresh();
    await passed(token, who);
    const { proof } = (await start(token)).body;
    expect(told(await start(proof))).toEqual([401, 'SESSION_ENDED']);
    await expect(checked(token, runtime.issuer)).rejects.toThrow(/typ/);
  });

  long("STP-2 FACE-2 a step-up's scan is no second factor of anything else", async () => {
    const { who, token } = await fresh();
    const { scan } = expectStatus(await start(token), 201).body;
    expectStatus(await ahtax(who).showFace(scan.qrContent), 200);
    const loginId = await loginTicket(runtime, who);
    const tried = await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
    expect(told(tried)).toEqual([403, 'FACE_REQUIRED']);
    const factor = await runtime.http('POST', '/v1/session/factor', { faceTicket: scan.ticket }, { token });
    expect(told(factor)).toEqual([403, 'FACE_REQUIRED']);
  });

  it('STP-2 two calls deep to look, three to start, and nothing scans a table', async () => {
    const { who, token } = await fresh();
    runtime.resetUsage();
    const { stepUpId, scan } = expectStatus(await start(token), 201).body;
    expectStatus(await show(token, stepUpId), 200);
    expectStatus(await ahtax(who).showFace(scan.qrContent), 200);
    expectStatus(await start(token), 200);
    const routes = runtime.usage()['step-up']?.routes;
    expect(routes?.['POST /v1/step-ups']?.longestChain).toBe(3);
    expect(routes?.['GET /v1/step-ups/{id}']?.longestChain).toBe(2);
  });
});

describe('STP-4 what holds when the proof is made', () => {
  /**
   * A step-up that was started for a company and passed. Before the proof is fetched, a test changes what the session
   * may do.
   */
  async function passedAs(role: Role, matter = 'invoice.issue') {
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const who = await knownPerson(runtime);
    await giveRelation(runtime, who, taxpayerId, role);
    const { session, cookie } = await loggedInByQr(runtime, who, { taxpayerId, role });
    const token = session.accessToken as string;
    const { stepUpId, scan } = expectStatus(await start(token, { matter }), 201).body;
    expectStatus(await ahtax(who).showFace(scan.qrContent), 200);
    return { who, taxpayerId, token, cookie, stepUpId };
  }
  const refreshed = async (cookie: string) =>
    expectStatus(await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }), 200).body.session
      .accessToken as string;

  long('STP-4 ROLE_NOT_ALLOWED for who may not do the matter, before the scan', async () => {
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    const as = async (role: Role, permissions?: string[]) => {
      const who = await knownPerson(runtime);
      await giveRelation(runtime, who, taxpayerId, role, permissions ? { permissions } : {});
      const { session } = await loggedInByQr(runtime, who, { taxpayerId, role });
      const codes: Record<string, unknown> = {};
      for (const { code: matter } of defaultMatters)
        codes[matter] = told(await start(session.accessToken, { matter })).join(' ');
      return codes;
    };
    const no = '403 ROLE_NOT_ALLOWED';
    expect(await as('tax-handler', ['enquiry'])).toMatchObject({
      'invoice.issue': no,
      'invoice.quota': no,
      'invoice.void': no,
      'refund.apply': no,
      'taxpayer.cancel': no,
      'relation.confirm': '201 ',
    });
    expect(await as('invoice-clerk')).toMatchObject({
      'invoice.issue': '201 ',
      'refund.apply': no,
      'taxpayer.cancel': no,
    });
    expect(await as('tax-handler')).toMatchObject({
      'invoice.issue': '201 ',
      'refund.apply': '201 ',
      'taxpayer.cancel': no,
    });
    expect(await as('finance-head')).toMatchObject({ 'taxpayer.cancel': '201 ' });
  });

  long(
    'STP-4 AGY-4 an agent may do what the items of the client’s agreement allow, and at the agency itself nothing',
    async () => {
      const agency = await agencyFirm(runtime);
      const agent = await knownPerson(runtime);
      const taxpayerId = await client(runtime);
      await feed(
        runtime,
        staffLine(agency.id, [agent]),
        agreementLine(agency.id, taxpayerId, [agent], { items: ['consulting'] }),
      );
      const at = await agentAt(runtime, agent, agency.id);
      for (const matter of ['invoice.issue', 'refund.apply', 'taxpayer.cancel'])
        expect(told(await start(at.token, { matter }))).toEqual([403, 'ROLE_NOT_ALLOWED']);
      const there = await goTo(runtime, at.api, taxpayerId);
      for (const matter of ['invoice.issue', 'refund.apply', 'taxpayer.cancel'])
        expect(told(await start(there.token, { matter }))).toEqual([403, 'ROLE_NOT_ALLOWED']);
      const { company } = await passed(there.token, agent, { matter: 'relation.confirm' });
      expect(company).toMatchObject({ taxpayerId, role: 'tax-agent', permissions: ['enquiry'] });
    },
  );

  long(
    'STP-4 REL-7 a relation that is deleted after the scan gives no proof, to the old token and to the next',
    async () => {
      const { who, taxpayerId, token, cookie, stepUpId } = await passedAs('tax-handler');
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
      expect(told(await show(token, stepUpId))).toEqual([403, 'RELATION_NOT_FOUND']);
      const natural = await refreshed(cookie);
      expect(told(await show(natural, stepUpId))).toEqual([403, 'RELATION_NOT_FOUND']);
    },
  );

  long('STP-4 REL-8 permissions narrowed after the scan count', async () => {
    const { who, taxpayerId, token, stepUpId } = await passedAs('tax-handler');
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { permissions: ['enquiry', 'invoice'] });
    const { company } = await checked(expectStatus(await show(token, stepUpId), 200).body.proof);
    expect(company).toMatchObject({ permissions: ['enquiry', 'invoice'] });
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { permissions: ['enquiry'] });
    expect(told(await show(token, stepUpId))).toEqual([403, 'ROLE_NOT_ALLOWED']);
  });

  long('STP-4 SWI-2 a session that has switched since gets no proof for the company before', async () => {
    const { token, stepUpId } = await passedAs('tax-handler');
    const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
    const natural = choices.find((one: Loose) => one.identity.kind === 'natural');
    const switched = expectStatus(
      await runtime.http('POST', '/v1/session/identity', { choiceId: natural.choiceId }, { token }),
      200,
    ).body.session.accessToken;
    expect(told(await show(switched, stepUpId))).toEqual([403, 'RELATION_NOT_FOUND']);
  });

  long('STP-4 SES-5 a later session of the same person sees the state and gets no proof', async () => {
    const { who, token } = await fresh();
    const { stepUpId, scan } = expectStatus(await start(token), 201).body;
    expectStatus(await ahtax(who).showFace(scan.qrContent), 200);
    const later = (await loggedInByQr(runtime, who)).session.accessToken;
    expect((await show(later, stepUpId)).body).toEqual({ state: 'passed' });
  });

  long('STP-4 a face check from before the account began anew serves nothing', async () => {
    const { who, token } = await fresh();
    await passed(token, who);
    await wait(runtime, 1);
    await setOnPerson(runtime, who.personKey, 'account', {
      status: 'active',
      since: runtime.clock.now().toISOString(),
    });
    expectStatus(await start(token), 201);
  });
});

describe('LVL-2 from 3 to 4', () => {
  long('LVL-2 any passed step-up lifts, at once also in the live session', async () => {
    const { who, token } = await fresh(3);
    const level = async () =>
      (await runtime.http('GET', '/v1/session', undefined, { token })).body.session.person.realNameLevel;
    expect(await level()).toBe(3);
    expect((await passed(token, who)).lvl).toBe(4);
    expect(await level()).toBe(4);
    expect((await row(runtime, 'Users', { personKey: who.personKey })).realNameLevel).toBe(4);
    expect((await history(runtime, who)).filter((event) => event.kind === 'level-raised')).toMatchObject([
      { outcome: 'success', channel: 'ahtax-app', detail: { from: 3, to: 4 } },
    ]);
    expect((await loggedInByQr(runtime, who)).session.person.realNameLevel).toBe(4);
  });

  long('LVL-2 the face scan of the account centre lifts too, in the two apps alone', async () => {
    const { who, token } = await fresh(3);
    const scan = expectStatus(await runtime.http('POST', '/v1/account/face', undefined, { token }), 201).body;
    expect(told(await wechat(who).showFace(scan.qrContent))).toEqual([403, 'CHANNEL_NOT_ALLOWED']);
    expectStatus(await localPartner(runtime, 'iit-app', workingAs(who)).showFace(scan.qrContent), 200);
    const { session } = (await runtime.http('GET', '/v1/session', undefined, { token })).body;
    expect(session.person.realNameLevel).toBe(4);
    expect((await row(runtime, 'Users', { personKey: who.personKey })).realNameLevel).toBe(4);
  });

  long('LVL-2 LVL-1 a hall’s level 5 stays', async () => {
    const { who, token } = await fresh(5);
    expect((await passed(token, who)).lvl).toBe(5);
    expect((await row(runtime, 'Users', { personKey: who.personKey })).realNameLevel).toBe(5);
  });

  long('LVL-2 the face of a login does not lift', async () => {
    const { who } = await fresh(3);
    expect((await loggedInByFace(runtime, who)).session.person.realNameLevel).toBe(3);
    const satisfied = await start((await loggedInByQr(runtime, who)).session.accessToken);
    expect((await checked(satisfied.body.proof)).lvl).toBe(3);
  });

  long('LVL-2 two step-ups that pass at once lift once, and both have passed', async () => {
    const { who, token } = await fresh(3);
    const both = [expectStatus(await start(token), 201).body, expectStatus(await start(token), 201).body];
    const replies = await Promise.all(both.map(({ scan }) => ahtax(who).showFace(scan.qrContent)));
    expect(replies.map((reply) => reply.body)).toMatchObject([{ passed: true }, { passed: true }]);
    for (const { stepUpId } of both)
      expect((await checked((await show(token, stepUpId)).body.proof)).lvl).toBe(4);
    expect((await history(runtime, who)).filter((event) => event.kind === 'level-raised')).toHaveLength(1);
  });

  long('LVL-2 a check that passes while its person changes loses nothing', async () => {
    const { who, token } = await fresh(3);
    const { stepUpId, scan } = expectStatus(await start(token), 201).body;
    const [passing, logins] = await Promise.all([
      ahtax(who).showFace(scan.qrContent),
      Promise.all([loggedInByQr(runtime, who), loggedInByQr(runtime, who)]),
    ]);
    expect(passing.body).toMatchObject({ passed: true });
    expect(logins).toHaveLength(2);
    const { session } = await loggedInByQr(runtime, who);
    expect(session.person.realNameLevel).toBe(4);
    expect((await show(session.accessToken, stepUpId)).body.state).toBe('passed');
  });
});

describe('STP bad input', () => {
  long('STP-2 unknown matters and audiences', async () => {
    const { token } = await fresh();
    for (const matter of ['invoice', 'invoice.issue ', 'INVOICE.ISSUE', 'toString', '__proto__'])
      expect(told(await start(token, { matter }))).toEqual([400, 'MATTER_UNKNOWN']);
    for (const body of [
      { audience: 'everybody' },
      { audience: 'toString' },
      { matter: '' },
      { matter: 1 },
      { matter: 'a'.repeat(65) },
      { nonce: '' },
      { nonce: 'a'.repeat(129) },
      { nonce: 'line\nbreak' },
    ])
      expect(told(await start(token, body))).toEqual([400, 'BAD_REQUEST']);
  });

  long('STP-2 wants a session, and ids of other things are none', async () => {
    const { who, token } = await fresh();
    expect(
      told(await runtime.http('POST', '/v1/step-ups', { matter: 'invoice.issue', audience: 'invoice' })),
    ).toEqual([401, 'SESSION_ENDED']);
    const loginId = await loginTicket(runtime, who);
    const face = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    for (const id of [loginId, face.ticket, 'x', 'a'.repeat(65)])
      expect(told(await show(token, id))).toEqual([404, 'NOT_FOUND']);
    expectStatus(await runtime.http('DELETE', '/v1/session', undefined, { token }), 204);
    expect(told(await start(token))).toEqual([401, 'SESSION_ENDED']);
  });

  long('STP-2 the account must still be there', async () => {
    const { who, token } = await fresh();
    const { stepUpId, scan } = expectStatus(await start(token), 201).body;
    await setOnPerson(runtime, who.personKey, 'account', {
      status: 'cancelled',
      since: '2027-03-02T10:00:00Z',
    });
    expect(told(await ahtax(who).showFace(scan.qrContent))).toEqual([409, 'STATE_CONFLICT']);
    expect(told(await show(token, stepUpId))).toEqual([401, 'SESSION_ENDED']);
    expect(told(await start(token))).toEqual([401, 'SESSION_ENDED']);
  });

  it('STP-1 the settings tell clients the matters and who may scan them', async () => {
    const { matters } = (await runtime.http('GET', '/v1/config')).body;
    expect(matters).toHaveLength(defaultMatters.length + 2);
    expect(matters.find((one: Loose) => one.code === 'invoice.red')).toEqual({
      code: 'invoice.red',
      zh: '开具红字发票',
      class: 'invoice',
      validitySeconds: 0,
      channels: ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'],
    });
    expect(matters.find((one: Loose) => one.code === 'refund.apply').channels).toEqual([
      'ahtax-app',
      'iit-app',
    ]);
  });
});
