import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '#domain/names.ts';
import { localPartner, loggedInByQr, workingAs } from '../support/channel-partner.ts';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus, loggedInByFace, wait } from '../support/runtime.ts';
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
import { type Begun, begin, exchange } from './support/hand-overs.ts';
import { orderAtHall } from './support/orders.ts';
import { recoverPhone } from './support/recovery.ts';
import { companyOf } from './support/registry.ts';
import { changeRelation, giveRelation, keyOf } from './support/relations.ts';
import { type StandIn, standIn } from './support/rps.ts';
import { pageOf } from './support/sso.ts';

/** SSO-9: a request that asks for a matter of risk, from the request to the tokens. */
let runtime: WatchedRuntime;
let invoice: StandIn;
beforeAll(async () => {
  invoice = await standIn('invoice-web', { sector: 'invoice' });
  runtime = await openWatchedRuntime({ relyingParties: [invoice.client] });
});
afterAll(async () => {
  invoice.stop();
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

interface SignedIn {
  readonly who: Known;
  readonly token: string;
}
/** A session without any face check. */
const withoutFace = async (): Promise<SignedIn> => {
  const who = await knownPerson(runtime);
  return { who, token: (await loggedInByQr(runtime, who)).session.accessToken };
};
const withFace = async (): Promise<SignedIn> => {
  const who = await knownPerson(runtime);
  return { who, token: (await loggedInByFace(runtime, who)).session.accessToken };
};
const inCompanyAs = async (role: 'tax-handler' | 'finance-head', changes: object = {}) => {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
  await giveRelation(runtime, who, taxpayerId, role, changes);
  const { session } = await loggedInByQr(runtime, who, { taxpayerId, role });
  return { who, taxpayerId, token: session.accessToken as string };
};
const detail = (matter: string, nonce?: string) =>
  JSON.stringify([{ type: 'matter', matter, ...(nonce ? { nonce } : {}) }]);
/** A browser that came with a request for a matter, and the deciding page for the logged-in person. */
const asking = async (
  { token }: { token: string },
  matter = 'invoice.issue',
  changes: Record<string, string> = {},
) => {
  const begun = await begin(runtime, invoice, { authorization_details: detail(matter), ...changes });
  return { begun, ...pageOf(runtime, begun, token) };
};
const said = ({ status, body }: { status: number; body: Loose }): string => body?.code ?? String(status);
const errorIn = ({ body }: { body: Loose }) => new URL(body.redirectTo).searchParams.get('error');
const showFace = (who: Known, { body }: { body: Loose }, channel: Channel = 'ahtax-app') =>
  localPartner(runtime, channel, workingAs(who)).showFace(body.scan.qrContent);
const tokensOf = async (begun: Begun, reply: { status: number; body: Loose }): Promise<Loose> => {
  const { redirectTo } = expectStatus(reply as never, 200).body as Loose;
  const code = new URL(redirectTo).searchParams.get('code') ?? '';
  return expectStatus((await exchange(runtime, invoice, { ...begun, code })) as never, 200).body;
};
const matterIn = ({ authorization_details }: Loose) =>
  authorization_details.find(({ type }: Loose) => type === 'matter');
const now = () => Math.floor(runtime.clock.now().getTime() / 1000);
const wantsFace = (matter: object, channels: string[]) => ({ stepUp: { matter, channels } });
const issue = wantsFace({ code: 'invoice.issue', zh: '开具发票' }, [
  'ahtax-app',
  'iit-app',
  'wechat-mini',
  'alipay-mini',
]);

describe('SSO-9 a request that asks a matter', () => {
  long('SSO-9 STP-1 wants the face shown, and tells the system by the tokens', async () => {
    const someone = await withoutFace();
    const { approve, stepUp, show, begun } = await asking(someone, 'invoice.issue', {
      authorization_details: detail('invoice.issue', 'n-0S6_WzA2Mj'),
    });
    expect((await show()).body.asked.matter).toEqual({
      code: 'invoice.issue',
      zh: '开具发票',
      allowed: true,
    });
    expect((await approve({ silently: true })).body).toEqual(issue);
    const scan = expectStatus(await stepUp(), 201);
    expect((await approve()).body).toEqual(issue);
    expectStatus(await showFace(someone.who, scan, 'wechat-mini'), 200);
    const at = now();
    await wait(runtime, 30);
    const tokens = await tokensOf(begun, await approve({ silently: true }));
    const matter = {
      type: 'matter',
      matter: 'invoice.issue',
      at,
      level: 4,
      valid_until: at + 86_400,
      nonce: 'n-0S6_WzA2Mj',
    };
    expect(tokens.authorization_details).toEqual([{ type: 'taxpayer', identity: 'natural' }, matter]);
    expect(decodeJwt(tokens.access_token).authorization_details).toEqual(tokens.authorization_details);
    expect(decodeJwt(tokens.id_token)).not.toHaveProperty('authorization_details');
    const [decided] = (await history(runtime, someone.who)).filter(({ kind }) => kind === 'sso-decided');
    expect(decided?.detail).toMatchObject({ client: 'invoice-web', matter: 'invoice.issue' });
    expect(decided?.detail.transactionId).toBeTruthy();
    // The scan was for this request, so it proves nothing for the portal's own step-ups.
    const asProof = `/v1/step-ups/${scan.body.scan.ticket}`;
    expect(said(await runtime.http('GET', asProof, undefined, { token: someone.token }))).toBe('NOT_FOUND');
  });

  long(
    'SSO-9 STP-2 STP-4 takes an earlier check for an invoice matter alone; one of another kind its own, while its scan lives',
    async () => {
      const someone = await withFace();
      const at = now();
      await wait(runtime, 3600);
      const { session, cookie } = await loggedInByQr(runtime, someone.who);
      const again = { ...someone, token: session.accessToken };
      const kept = await asking(again);
      expect((await kept.approve()).body).toEqual(issue);
      expect(expectStatus(await kept.stepUp(), 200).body).toEqual({ satisfied: true });
      const tokens = await tokensOf(kept.begun, await kept.approve());
      expect(matterIn(tokens)).toMatchObject({ at, valid_until: at + 86_400 });

      const refund = await asking(again, 'refund.apply');
      const wanted = wantsFace({ code: 'refund.apply', zh: '申请退税' }, ['ahtax-app', 'iit-app']);
      expect((await refund.approve()).body).toEqual(wanted);
      const scan = expectStatus(await refund.stepUp(), 201);
      expect(said(await showFace(again.who, scan, 'wechat-mini'))).toBe('CHANNEL_NOT_ALLOWED');
      expectStatus(await showFace(again.who, scan), 200);
      await wait(runtime, 299);
      const own = await tokensOf(refund.begun, await refund.approve());
      expect(matterIn(own)).toMatchObject({ at: now() - 299, valid_until: now() + 300 });

      const late = await asking(again, 'refund.apply');
      expectStatus(await showFace(again.who, expectStatus(await late.stepUp(), 201)), 200);
      await wait(runtime, 300);
      const fresh = expectStatus(
        await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }),
        200,
      );
      const page = pageOf(runtime, late.begun, fresh.body.session.accessToken);
      expect((await page.approve()).body).toEqual(wanted);
      expectStatus(await page.stepUp(), 201);
    },
  );

  long(
    'SSO-9 STP-4 is refused to whoever may not do it, before the scan; the page lets them choose who may',
    async () => {
      const { who, token, taxpayerId } = await inCompanyAs('tax-handler', { permissions: ['enquiry'] });
      const page = await asking({ token });
      expect((await page.approve({ silently: true })).body.asked).toMatchObject({
        accepted: true,
        choose: true,
        matter: { allowed: false },
      });
      for (const call of [page.approve, page.stepUp]) expect(said(await call())).toBe('ROLE_NOT_ALLOWED');
      const silent = await asking({ token }, 'invoice.issue', { prompt: 'none' });
      expect(errorIn(await silent.approve({ silently: true }))).toBe('account_selection_required');

      // With the role finance head, chosen on this page, the same person may do the matter; the check is made for that
      // role.
      await giveRelation(runtime, who, taxpayerId, 'finance-head');
      const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
      const { choiceId } = choices.find(({ identity }: Loose) => identity.role === 'finance-head');
      expect((await page.approve({ choiceId })).body).toEqual(issue);
      const scan = expectStatus(await page.stepUp({ choiceId }), 201);
      expectStatus(await showFace(who, scan), 200);
      const tokens = await tokensOf(page.begun, await page.approve({ choiceId }));
      expect(tokens.authorization_details).toMatchObject([
        { role: 'finance-head' },
        { type: 'matter', matter: 'invoice.issue' },
      ]);
      const { lastRoles } = await row(runtime, 'Users', { personKey: who.personKey });
      expect(lastRoles).toEqual({ [keyOf(taxpayerId)]: 'finance-head' });
    },
  );

  long('SSO-9 STP-4 a check belongs to the session and to the identity that it was made for', async () => {
    const { who, token, taxpayerId } = await inCompanyAs('finance-head');
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    const page = await asking({ token }, 'refund.apply');
    expectStatus(await showFace(who, expectStatus(await page.stepUp(), 201)), 200);
    const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
    const { choiceId } = choices.find(({ identity }: Loose) => identity.role === 'tax-handler');
    expect((await page.approve({ choiceId })).body).toHaveProperty('stepUp');
    const other = (await loggedInByQr(runtime, who, { taxpayerId, role: 'finance-head' })).session;
    const elsewhere = pageOf(runtime, page.begun, other.accessToken);
    expect((await elsewhere.approve()).body).toHaveProperty('stepUp');
  });

  long('SSO-9 prompt=none goes with a check that serves, and is told where a page is needed', async () => {
    const someone = await withFace();
    const there = await asking(someone, 'invoice.issue', { prompt: 'none' });
    expect((await there.approve({ silently: true })).body).toEqual(issue);
    expectStatus(await there.stepUp(), 200);
    expect(matterIn(await tokensOf(there.begun, await there.approve({ silently: true })))).toBeDefined();
    const needed = await asking(someone, 'refund.apply', { prompt: 'none' });
    expect((await needed.approve({ silently: true })).body).toHaveProperty('stepUp');
    expect(errorIn(expectStatus(await needed.stepUp(), 200))).toBe('interaction_required');
    expect(said(await needed.approve())).toBe('STATE_CONFLICT');
  });

  it('SSO-9 a request that is decided or asks nothing has no step-up, and a scan that is late changes nothing', async () => {
    const someone = await withoutFace();
    const page = await asking(someone);
    const scan = expectStatus(await page.stepUp(), 201);
    expectStatus(await page.refuse(), 200);
    expect(said(await showFace(someone.who, scan))).toBe('STATE_CONFLICT');
    expect(said(await page.stepUp())).toBe('STATE_CONFLICT');
    const begun = await begin(runtime, invoice);
    expect(said(await pageOf(runtime, begun, someone.token).stepUp())).toBe('STATE_CONFLICT');
  });

  it('SSO-9 takes two calls of the database after each other, as every decision', async () => {
    const someone = await withFace();
    const page = await asking(someone);
    expectStatus(await page.stepUp(), 200);
    runtime.resetUsage();
    expectStatus(await page.approve({ silently: true }), 200);
    const routes = runtime.usage()['sso-decision']?.routes;
    expect(routes?.['POST /v1/sso/{id}/approve']).toMatchObject({ calls: 2, longestChain: 2 });
  });
});

describe('SSO-9 between the look and the write', () => {
  const approvingWhile = async (
    someone: SignedIn,
    matter: string,
    meanwhile: () => Promise<unknown>,
  ): Promise<Loose> => {
    const page = await asking(someone, matter);
    const scan = await page.stepUp();
    if (scan.status === 201) expectStatus(await showFace(someone.who, scan), 200);
    await wait(runtime, 1);
    return whileHeld(runtime, { function: 'sso-decision' }, () => page.approve(), meanwhile);
  };

  long('SSO-9 PHN-4 a number is recovered: the face is wanted again', async () => {
    const someone = await withFace();
    await wait(runtime, 61);
    const reply = await approvingWhile(someone, 'invoice.issue', () => recoverPhone(runtime, someone.who));
    expect(reply.body).toEqual(issue);
    const page = await asking(someone);
    await wait(runtime, 1);
    const scan = expectStatus(await page.stepUp(), 201);
    expectStatus(await showFace(someone.who, scan), 200);
    expectStatus(await page.approve(), 200);
  });

  long('SSO-9 ORD-1 the person is suspended: nobody is handed over', async () => {
    const someone = await withoutFace();
    const reply = await approvingWhile(someone, 'refund.apply', async () =>
      expectStatus(await orderAtHall(runtime, someone.who, 'suspend'), 204),
    );
    expect([said(reply), reply.body.reason]).toEqual(['SESSION_ENDED', 'suspended']);
  });

  long('SSO-9 STP-4 the permission goes: the matter is refused', async () => {
    const someone = await inCompanyAs('tax-handler');
    const reply = await approvingWhile(someone, 'invoice.issue', () =>
      changeRelation(runtime, someone.who, someone.taxpayerId, 'tax-handler', { permissions: ['enquiry'] }),
    );
    expect(said(reply)).toBe('ROLE_NOT_ALLOWED');
  });
});
