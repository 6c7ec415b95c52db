/** @module-tag grants */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { localPartner, loggedInByQr, type Partner, pollScan, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { person, type Sample } from '../support/people.ts';
import { expectStatus, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: WatchedRuntime;
let who: Known;
let terminal: Partner;
let hall: Partner;
const counter = { officer: '3401001', office: '合肥市办税服务厅' };
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  who = await knownPerson(runtime);
  terminal = localPartner(runtime, 'terminal', { office: '蜀山区自助办税厅 03' });
  hall = localPartner(runtime, 'hall', counter);
});
afterAll(() => runtime?.finish('verification'));

const told = (reply: Reply<Loose>) => [reply.status, reply.body?.code ?? reply.body?.state];
const ask = (scan: { ticket: string; pollSecret: string }) => pollScan(runtime.http, scan);
async function checked(proof: string, audience: string) {
  const { body } = await runtime.http('GET', '/.well-known/jwks.json');
  const { payload } = await jwtVerify(proof, createLocalJWKSet(body), {
    algorithms: ['ES256'],
    typ: 'step-up+jwt',
    issuer: runtime.issuer,
    audience,
    currentDate: runtime.clock.now(),
  });
  return payload;
}
const seconds = () => Math.floor(runtime.clock.now().getTime() / 1000);

describe('STP-3 verification at terminal and counter', () => {
  long(
    'STP-3 the person scans what the terminal shows, and the terminal’s system gets the proof',
    async () => {
      const scan = expectStatus(
        await terminal.startVerification(who, 'taxpayer.cancel', 'registration', { nonce: 'T03-000017' }),
        200,
      ).body;
      expect(scan).toEqual({
        ticket: expect.any(String),
        qrContent: `${runtime.issuer}/s/${scan.ticket}`,
        pollSecret: expect.any(String),
        expiresAt: expect.stringMatching(/\+08:00$/),
      });
      const pending = await ask(scan);
      expect(pending.body).toEqual({ state: 'pending' });
      expect(Number(pending.headers.get('retry-after'))).toBeGreaterThan(0);
      const phone = localPartner(runtime, 'wechat-mini', workingAs(who));
      const scanned = expectStatus(await phone.scan(scan.qrContent), 200).body;
      expect(scanned).toMatchObject({
        purpose: 'verification',
        requires: 'face',
        origin: { account: `${who.name.slice(0, 1)}**` },
      });
      expectStatus(await phone.showFace(scan.qrContent), 200);

      const passed = await ask(scan);
      expect(passed.body.state).toBe('passed');
      expect(passed.cookie).toBeUndefined();
      expect(await checked(passed.body.proof, 'registration')).toEqual({
        iss: runtime.issuer,
        aud: 'registration',
        sub: expect.stringMatching(/^s1_/),
        iat: seconds(),
        exp: seconds() + 300,
        matter: 'taxpayer.cancel',
        at: seconds(),
        lvl: 4,
        nonce: 'T03-000017',
        channel: 'terminal',
      });
      // If the answer was lost, the page may ask again while the code is valid, and not afterwards.
      await wait(runtime, defaultPolicies.faceScanSeconds - 1);
      expect((await ask(scan)).body.proof).toBeDefined();
      await wait(runtime, 1);
      expect((await ask(scan)).body).toEqual({ state: 'passed' });
    },
  );

  it.each(['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'] as const)(
    'STP-3 CHN-1 %s scans for any class of matter',
    async (channel) => {
      for (const matter of ['invoice.void', 'relation.confirm']) {
        const scan = expectStatus(await hall.startVerification(who, matter, 'filing'), 200).body;
        const phone = localPartner(runtime, channel, workingAs(who));
        expect((await phone.showFace(scan.qrContent)).body).toMatchObject({ passed: true });
        expect(await checked((await ask(scan)).body.proof, 'filing')).toMatchObject({
          matter,
          channel: 'hall',
        });
      }
    },
  );

  long('STP-3 only the person that was named can pass', async () => {
    const other = await knownPerson(runtime);
    const scan = expectStatus(await terminal.startVerification(who, 'invoice.void', 'invoice'), 200).body;
    for (const channel of ['iit-app', 'wechat-mini', 'alipay-mini'] as const)
      expect(told(await localPartner(runtime, channel, workingAs(other)).scan(scan.qrContent))).toEqual([
        403,
        'FACE_MISMATCH',
      ]);
    await runtime.http('POST', '/local/face', { outcome: 'mismatch' });
    expect(told(await localPartner(runtime, 'ahtax-app').showFace(scan.qrContent))).toEqual([
      403,
      'FACE_MISMATCH',
    ]);
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    expect((await ask(scan)).body).toMatchObject({ state: 'scanned' });
    // Neither the ticket of the scan alone nor the secret of another page shows anything.
    expect(told(await ask({ ...scan, pollSecret: 'x'.repeat(32) }))).toEqual([404, 'NOT_FOUND']);
  });

  long('CHN-1 AUD-1 the audit keeps officer, office and terminal, also when nobody scans', async () => {
    const subject = await knownPerson(runtime);
    const events = async () =>
      (await history(runtime, subject)).filter(({ kind, detail }) => kind === 'step-up' || detail?.matter);
    expectStatus(await terminal.startVerification(subject, 'invoice.quota', 'invoice'), 200);
    await wait(runtime, 1);
    const scan = expectStatus(await hall.startVerification(subject, 'refund.apply', 'filing'), 200).body;
    await wait(runtime, 1);
    expectStatus(await localPartner(runtime, 'ahtax-app').showFace(scan.qrContent), 200);
    expect(await events()).toMatchObject([
      {
        kind: 'step-up',
        channel: 'terminal',
        outcome: 'success',
        detail: { matter: 'invoice.quota', audience: 'invoice', office: '蜀山区自助办税厅 03' },
      },
      { kind: 'step-up', channel: 'hall', detail: { matter: 'refund.apply', ...counter } },
      {
        kind: 'face',
        channel: 'ahtax-app',
        outcome: 'success',
        detail: { purpose: 'verification', matter: 'refund.apply', startedBy: 'hall', ...counter },
      },
    ]);
    for (const secret of [subject.name, subject.documentNumber])
      expect(JSON.stringify(await rows(runtime, 'Audit'))).not.toContain(secret);
  });

  long(
    'STP-2 LVL-2 the face shown there serves the person afterwards, and lifts the level as any step-up does',
    async () => {
      const subject = await knownPerson(runtime);
      await setOnPerson(runtime, subject.personKey, 'realNameLevel', 3);
      const scan = expectStatus(
        await terminal.startVerification(subject, 'invoice.void', 'invoice'),
        200,
      ).body;
      expectStatus(await localPartner(runtime, 'ahtax-app').showFace(scan.qrContent), 200);
      expect(await checked((await ask(scan)).body.proof, 'invoice')).toMatchObject({ lvl: 4 });
      expect((await row(runtime, 'Users', { personKey: subject.personKey })).realNameLevel).toBe(4);
      const token = (await loggedInByQr(runtime, subject)).session.accessToken;
      const body = { matter: 'invoice.issue', audience: 'filing' };
      expectStatus(await runtime.http('POST', '/v1/step-ups', body, { token }), 200);
    },
  );
});

long('LVL-2 STP-3 a face shown at a terminal lifts the live web session, too', async () => {
  const subject = await knownPerson(runtime);
  await setOnPerson(runtime, subject.personKey, 'realNameLevel', 3);
  const token = (await loggedInByQr(runtime, subject)).session.accessToken;
  const level = async () =>
    (await runtime.http('GET', '/v1/session', undefined, { token })).body.session.person.realNameLevel;
  expect(await level()).toBe(3);
  const scan = expectStatus(await terminal.startVerification(subject, 'invoice.void', 'invoice'), 200).body;
  expectStatus(await localPartner(runtime, 'ahtax-app').showFace(scan.qrContent), 200);
  expect(await level()).toBe(4);
});

describe('STP-4 what holds when the proof is fetched', () => {
  it.each([
    ['has deregistered since', { status: 'cancelled' }],
    ['has registered anew since', { status: 'active' }],
  ])('STP-4 no proof for somebody who %s', async (_what, account) => {
    const subject = await knownPerson(runtime);
    const scan = expectStatus(await terminal.startVerification(subject, 'invoice.void', 'invoice'), 200).body;
    expectStatus(await localPartner(runtime, 'ahtax-app').showFace(scan.qrContent), 200);
    await wait(runtime, 1);
    const since = runtime.clock.now().toISOString();
    await setOnPerson(runtime, subject.personKey, 'account', { ...account, since });
    expect(told(await ask(scan))).toEqual([404, 'USER_NOT_REGISTERED']);
  });
});

describe('STP-3 refusals', () => {
  it('CHN-1 only terminal and hall start one', async () => {
    for (const channel of ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini', 'exchange'] as const)
      expect(
        told(
          await localPartner(runtime, channel, workingAs(who)).startVerification(
            who,
            'invoice.void',
            'invoice',
          ),
        ),
      ).toEqual([403, 'CHANNEL_NOT_ALLOWED']);
    const unsigned = { matter: 'invoice.void', audience: 'invoice', person: who };
    expect(told(await runtime.http('POST', '/v1/channel/verifications', unsigned))).toEqual([
      401,
      'ASSERTION_INVALID',
    ]);
    const nameless = localPartner(runtime, 'hall');
    expect(told(await nameless.startVerification(who, 'invoice.void', 'invoice'))).toEqual([
      401,
      'ASSERTION_INVALID',
    ]);
  });

  it('STP-3 wants a registered person, by the right name and number', async () => {
    const refused = async (shown: Sample, answer: unknown[], matter = 'invoice.void', audience = 'invoice') =>
      expect(told(await terminal.startVerification(shown, matter, audience))).toEqual(answer);
    const before = (await rows(runtime, 'Tickets')).filter((one) => one.kind === 'scan').length;
    await refused(person(), [404, 'USER_NOT_REGISTERED']);
    await refused({ ...who, name: `${who.name}安` }, [409, 'PERSON_MISMATCH']);
    await refused({ ...who, documentNumber: '110105194912310021' }, [400, 'DOCUMENT_INVALID']);
    await refused({ ...who, name: '123' }, [400, 'BAD_REQUEST']);
    await refused({ ...who, documentType: '999' }, [400, 'BAD_REQUEST']);
    await refused(who, [400, 'MATTER_UNKNOWN'], 'invoice');
    await refused(who, [400, 'BAD_REQUEST'], 'invoice.void', 'terminal');
    const gone = await knownPerson(runtime);
    await setOnPerson(runtime, gone.personKey, 'account', {
      status: 'cancelled',
      since: '2027-03-02T10:00:00Z',
    });
    await refused(gone, [404, 'USER_NOT_REGISTERED']);
    const after = (await rows(runtime, 'Tickets')).filter((one) => one.kind === 'scan').length;
    expect(after).toBe(before);
    expectStatus(
      await terminal.startVerification(
        { ...who, documentNumber: who.documentNumber.toLowerCase() },
        'invoice.void',
        'invoice',
      ),
      200,
    );
  });

  it('STP-3 is over after 300 seconds', async () => {
    const scan = expectStatus(await terminal.startVerification(who, 'invoice.void', 'invoice'), 200).body;
    await wait(runtime, defaultPolicies.faceScanSeconds);
    expect(told(await localPartner(runtime, 'ahtax-app').scan(scan.qrContent))).toEqual([410, 'EXPIRED']);
    expect((await ask(scan)).body).toEqual({ state: 'expired' });
  });
});
