import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPartner, loggedInByQr, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { mobile } from '../support/people.ts';
import { expectStatus, registered, scanFace, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, row, type WatchedRuntime } from '../support/watched.ts';
import { type SignedIn, signIn } from './support/account.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const told = ({ status, body }: Reply<Loose>) => [status, body?.code];
const start = (token: string) =>
  runtime.http('POST', '/v1/step-ups', { matter: 'invoice.issue', audience: 'invoice' }, { token });
const byQr = async (who: Known): Promise<string> => (await loggedInByQr(runtime, who)).session.accessToken;
const phoneOf = (who: Known) => localPartner(runtime, 'ahtax-app', workingAs(who));
/** A registered person whose session has no face check yet. */
async function fresh() {
  const who = await knownPerson(runtime);
  return { who, token: await byQr(who) };
}
const pass = async (who: Known, token: string) =>
  expectStatus(await phoneOf(who).showFace(expectStatus(await start(token), 201).body.scan.qrContent), 200);
async function deregister(signed: SignedIn) {
  const end = expectStatus(await signed.api('POST', '/v1/account/face', { for: 'deregistration' }), 201).body;
  expectStatus(await scanFace(runtime, end.qrContent), 200);
  const body = { password: signed.password, faceTicket: end.ticket };
  expectStatus(await signed.api('POST', '/v1/account/deregistration', body), 204);
}

describe('a face check that counts for invoice matters for a day', () => {
  long(
    'SES-5 is also one of the account centre, of a factor, or one that its own call has spent',
    async () => {
      for (const path of ['/v1/account/face', '/v1/session/factor/face']) {
        const { who, token } = await fresh();
        expectStatus(await start(token), 201);
        const scan = expectStatus(await runtime.http('POST', path, undefined, { token }), 201).body;
        expectStatus(await scanFace(runtime, scan.qrContent), 200);
        expectStatus(await start(token), 200);
        expectStatus(await start(await byQr(who)), 200);
      }
    },
  );

  long('STP-2 SES-5 REG-4 ends with its account: registered anew, nobody inherits it', async () => {
    const { who, token } = await fresh();
    // The face check is started now, and shown only after the account was registered again.
    const early = expectStatus(await start(token), 201).body.scan;
    expectStatus(await phoneOf(who).scan(early.qrContent), 200);
    const kit = expectStatus(await phoneOf(who).startFace(early.ticket), 200).body;
    await pass(who, token);
    expectStatus(await start(token), 200);
    const factor = '/v1/session/factor/face';
    const pending = expectStatus(await runtime.http('POST', factor, undefined, { token }), 201).body;

    await deregister(await signIn(runtime, who));
    expect(await row(runtime, 'Users', { personKey: who.personKey })).not.toHaveProperty('faceProof');
    await wait(runtime, 61);
    await registered(runtime, { ...who, phone: mobile(), password: 'Qingyi#2093' });
    const anew = await byQr(who);
    expectStatus(await start(anew), 201);
    expect(told(await phoneOf(who).faceResult(early.ticket, kit.token))).toEqual([409, 'STATE_CONFLICT']);
    expect(told(await phoneOf(who).showFace(pending.qrContent))).toEqual([409, 'STATE_CONFLICT']);
    expectStatus(await start(anew), 201);
    await pass(who, anew);
    expectStatus(await start(anew), 200);
  });

  it('STP-2 SES-5 passed while the account ends, it is none of the next', async () => {
    const { who, token } = await fresh();
    const { scan } = expectStatus(await start(token), 201).body;
    expectStatus(await phoneOf(who).scan(scan.qrContent), 200);
    const kit = expectStatus(await phoneOf(who).startFace(scan.ticket), 200).body;
    const held = runtime.faults.add({
      function: 'channel-scan',
      routeKey: 'POST /v1/channel/scans/{ticket}/face-result',
      action: 'TransactWriteItems',
      kind: 'hold',
    });
    const passing = phoneOf(who).faceResult(scan.ticket, kit.token);
    await runtime.faults.held(held);
    // The change that a new registration makes to the account, written directly.
    await setOnPerson(runtime, who.personKey, 'account', {
      status: 'active',
      since: '2027-03-02T03:00:00.000Z',
    });
    runtime.faults.release(held);
    expect(told(await passing)).toEqual([409, 'STATE_CONFLICT']);
    runtime.faults.clear();
    expect(await row(runtime, 'Users', { personKey: who.personKey })).not.toHaveProperty('faceProof');
  });

  it('STP-2 SES-5 of an account before this one does not count, whoever left it there', async () => {
    const { who, token } = await fresh();
    await pass(who, token);
    const { faceProof } = await row(runtime, 'Users', { personKey: who.personKey });
    await setOnPerson(runtime, who.personKey, 'faceProof', {
      ...faceProof,
      since: '2026-01-01T00:00:00.000Z',
    });
    expectStatus(await start(token), 201);
  });
});
