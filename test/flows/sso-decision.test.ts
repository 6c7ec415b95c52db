/** @module-tag grants */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unseal } from '#crypto/sealed.ts';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus, loggedIn, loggedInByFace } from '../support/runtime.ts';
import { dataKeysOf } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  client,
  goTo,
  staffLine,
  yesterday,
} from './support/agencies.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany, keyOf } from './support/relations.ts';
import { reportLine, reportNumber, underReport } from './support/reports.ts';
import {
  answerIn,
  asked,
  authorize,
  type Parameters,
  pageOf,
  requestOf,
  type Sent,
  type TaxSystem,
  taxSystem,
  ticketRow,
} from './support/sso.ts';

let runtime: WatchedRuntime;
/**
 * Systems that accept everybody without a question, natural people after a question, managers of companies, and people
 * of the highest level.
 */
let open: TaxSystem;
let asking: TaxSystem;
let bosses: TaxSystem;
let strict: TaxSystem;
beforeAll(async () => {
  [open, asking, bosses, strict] = await Promise.all([
    taxSystem('filing-web'),
    taxSystem('person-web', { accepts: { kinds: ['natural'] }, silent: false, document: true }),
    taxSystem('boss-web', { accepts: { kinds: ['enterprise'], roles: ['legal-representative'] } }),
    taxSystem('strict-web', { minLevel: 5 }),
  ]);
  runtime = await openWatchedRuntime({
    relyingParties: [open, asking, bosses, strict].map(({ client: one }) => one),
  });
});
afterAll(() => runtime?.finish('sso-decision'));
beforeEach(() => runtime.clock.set(morning));

interface SignedIn {
  readonly who: Known;
  readonly token: string;
  readonly sessionId: string;
}
const natural = async (): Promise<SignedIn> => {
  const who = await knownPerson(runtime);
  const { session } = await loggedInByFace(runtime, who);
  return { who, token: session.accessToken, sessionId: session.sessionId };
};
/** A person who is logged in as a tax handler of an active company. */
const handler = async (): Promise<SignedIn & { taxpayerId: string }> => {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, await knownPerson(runtime), { name: '徽香茶业' });
  await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  const { session, token } = await inCompany(runtime, who, taxpayerId);
  return { who, token, sessionId: session.sessionId, taxpayerId };
};
/** A browser that a system sent, and the deciding page for the person who is logged in there. */
const pageFor = async (system: TaxSystem, { token }: { token?: string }, changes: Parameters = {}) => {
  const browser = await asked(runtime, system, changes);
  return { browser, ...pageOf(runtime, browser, token) };
};
const said = ({ status, body }: { status: number; body: Loose }): string => body?.code ?? String(status);
const codeIn = ({ body }: { body: Loose }): string => answerIn(body.redirectTo).code ?? '';
const codesKept = async (sessionId: string) =>
  (await rows(runtime, 'Tickets')).filter((one) => one.kind === 'sso-code' && one.sessionId === sessionId);
const isOpen = async ({ id }: Pick<Sent, 'id'>) => (await ticketRow(runtime, id)).state === 'open';
const detailsOf = async (code: string): Promise<Loose> => {
  const kept = await ticketRow(runtime, code);
  return JSON.parse(unseal(dataKeysOf(runtime), `sso-code:${kept.ticketKey}`, kept.sealedDetails));
};
const ssoEvents = async ({ who }: Pick<SignedIn, 'who'>) =>
  (await history(runtime, who))
    .filter(({ kind }) => kind.startsWith('sso-') || kind === 'identity-switched')
    .map(({ kind, detail }) => [
      kind,
      detail.client ?? detail.identity,
      ...(detail.reason ? [detail.reason] : []),
    ]);

const expectNothingDone = async (someone: SignedIn, browser: Sent) => {
  expect(await codesKept(someone.sessionId)).toEqual([]);
  expect(await isOpen(browser)).toBe(true);
  expect((await ssoEvents(someone)).filter(([kind]) => kind === 'sso-decided')).toEqual([]);
};

describe('the page of a hand-over', () => {
  long('SSO-13 tells which system asks, as whom one would go there, and what it gets', async () => {
    const { show } = await pageFor(asking, await natural(), { scope: 'openid profile document' });
    const { body } = expectStatus(await show(), 200);
    expect(body.asked).toEqual({
      client: { clientId: 'person-web', name: { zh: 'person-web系统', en: 'System person-web' } },
      identity: { kind: 'natural' },
      accepted: true,
      choose: false,
      accepts: { kinds: ['natural'] },
      gets: ['pseudonym', 'level', 'name', 'document'],
      permissions: [],
      expiresAt: '2027-03-02T10:10:00+08:00',
    });
  });

  long('SSO-13 of a company tells the company, and what is permitted there today', async () => {
    const { show } = await pageFor(open, await handler(), {
      scope: 'openid',
      authorization_details: '[{"type":"taxpayer","actions":["enquiry","invoice"]}]',
    });
    expect((await show()).body.asked).toMatchObject({
      identity: { kind: 'enterprise', taxpayerName: '徽香茶业', role: 'tax-handler' },
      gets: ['pseudonym', 'level', 'company', 'permissions'],
      permissions: ['enquiry', 'invoice'],
    });
  });

  long('SSO-4 is there for the browser that began alone, logged in or not', async () => {
    const someone = await natural();
    const { browser } = await pageFor(open, someone);
    const other = await asked(runtime, open);
    for (const cookie of ['', other.cookie, `${browser.cookie.split('=')[0]}=${'A'.repeat(32)}`]) {
      const page = pageOf(runtime, { ...browser, cookie }, someone.token);
      for (const call of [page.system, page.show, page.approve, page.refuse, page.leave])
        expect(said(await call())).toBe('NOT_FOUND');
    }
    expect(await isOpen(browser)).toBe(true);
  });

  it('SSO-13 names the system before anybody is logged in, and nothing else', async () => {
    const { system, show, approve } = await pageFor(open, {}, { prompt: 'none' });
    expect((await system()).body).toEqual({
      client: { clientId: 'filing-web', name: { zh: 'filing-web系统', en: 'System filing-web' } },
      interactive: false,
    });
    expect([said(await show()), said(await approve())]).toEqual(['SESSION_ENDED', 'SESSION_ENDED']);
  });
});

describe('a decision', () => {
  long(
    'SSO-4 hands over with code, state and iss, and uses the request and the browser’s secret up',
    async () => {
      const someone = await natural();
      const { approve, show, refuse, leave, browser } = await pageFor(open, someone);
      const reply = expectStatus(await approve(), 200);
      expect(answerIn(reply.body.redirectTo)).toEqual({
        to: 'https://filing-web.example.cn/back',
        code: expect.stringMatching(/^[\w-]{43}\.s1\.[\w.-]+$/),
        state: 'state-of-the-system',
        iss: runtime.issuer,
      });
      expect(reply.headers.getSetCookie()).toEqual([
        `${browser.cookie.split('=')[0]}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`,
      ]);
      for (const call of [show, approve, refuse, leave]) expect(said(await call())).toBe('STATE_CONFLICT');
      expect(await ssoEvents(someone)).toEqual([['sso-decided', 'filing-web']]);
    },
  );

  long('SSO-5 SSO-6 keeps with the code what was decided, sealed where it could name somebody', async () => {
    const someone = await handler();
    const { approve } = await pageFor(open, someone);
    const code = codeIn(await approve());
    const kept = await ticketRow(runtime, code);
    const session = await row(runtime, 'Sessions', { sessionId: someone.sessionId });
    expect(kept).toMatchObject({
      kind: 'sso-code',
      state: 'open',
      personKey: someone.who.personKey,
      sessionId: someone.sessionId,
      identityVersion: session.identityVersion,
      sessionEnds: session.expiresAt,
      expiresAt: runtime.clock.now().getTime() / 1000 + 60,
      request: {
        clientId: 'filing-web',
        redirectUri: 'https://filing-web.example.cn/back',
        nonce: 'nonce-of-the-system',
        scope: ['openid', 'profile'],
      },
      seenAccess: { acting: session.company, companyRev: expect.any(Number), relationRev: 1 },
      claims: {
        authTime: session.startedAt,
        acr: 'urn:ahtax:face',
        amr: ['pwd', 'face', 'mfa'],
        realNameLevel: 4,
        identity: { kind: 'enterprise', role: 'tax-handler' },
      },
    });
    expect(kept.claims.sub).not.toContain(someone.who.personKey);
    for (const text of [code, '徽香茶业', someone.who.name, someone.who.documentNumber])
      expect(JSON.stringify(kept)).not.toContain(text);
    expect(await detailsOf(code)).toEqual([
      {
        type: 'taxpayer',
        identity: 'enterprise',
        taxpayer: { ref: expect.any(String), name: '徽香茶业', id: someone.taxpayerId },
        role: 'tax-handler',
        actions: ['filing', 'declaration', 'enquiry', 'invoice'],
        valid_until: null,
        report_no: null,
        basis: { kind: 'relation' },
      },
    ]);
  });

  long(
    'SSO-6 DOC-4 DOC-2 a company that a request means stands nowhere in clear, and is found however its number is printed',
    async () => {
      const someone = await handler();
      const { taxpayerId: id } = someone;
      const meaning = (taxpayer: string) =>
        pageFor(open, someone, { authorization_details: JSON.stringify([{ type: 'taxpayer', taxpayer }]) });
      const printed = `${id.slice(0, 6)} ${id.slice(6, 14)}-${id.slice(14).toLowerCase()}`;
      const page = await meaning(printed);
      const kept = JSON.stringify(await ticketRow(runtime, page.browser.id));
      for (const text of [id, id.slice(6), printed]) expect(kept).not.toContain(text);
      const [details] = await detailsOf(codeIn(expectStatus(await page.approve(), 200)));
      expect(details.taxpayer.id).toBe(id);
      const byRef = await meaning(details.taxpayer.ref);
      expect(expectStatus(await byRef.show(), 200).body.asked.accepted).toBe(true);
      expect(JSON.stringify(await ticketRow(runtime, byRef.browser.id))).not.toContain(details.taxpayer.ref);
      const other = await meaning(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`);
      expect(expectStatus(await other.show(), 200).body.asked.accepted).toBe(false);
      expect(said(await other.approve())).toBe('IDENTITY_NOT_ACCEPTED');
    },
  );

  long('SSO-4 is made once: of twelve at once, some yes and some no, one counts', async () => {
    const someone = await natural();
    const { approve, refuse } = await pageFor(open, someone);
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, at) => (at % 3 === 2 ? refuse() : approve())),
    );
    expect(replies.map(said).sort()).toEqual(['200', ...Array(11).fill('STATE_CONFLICT')]);
    const [made] = replies.filter(({ status }) => status === 200);
    const gave = answerIn(made?.body.redirectTo).code === undefined ? 0 : 1;
    expect(await codesKept(someone.sessionId)).toHaveLength(gave);
    expect(await ssoEvents(someone)).toHaveLength(1);
  });

  long('SSO-4 no goes back with access_denied, and is told in the history', async () => {
    const someone = await natural();
    const { refuse } = await pageFor(open, someone);
    const { body } = expectStatus(await refuse(), 200);
    expect(answerIn(body.redirectTo)).toMatchObject({
      error: 'access_denied',
      state: 'state-of-the-system',
      iss: runtime.issuer,
    });
    expect(await ssoEvents(someone)).toEqual([['sso-refused', 'filing-web', 'access_denied']]);
    expect(await codesKept(someone.sessionId)).toEqual([]);
  });

  it('SSO-4 who does not log in goes back, too', async () => {
    const { leave } = await pageFor(open, {});
    expect(answerIn((await leave()).body.redirectTo).error).toBe('access_denied');
    expect(said(await leave())).toBe('STATE_CONFLICT');
  });

  long('SSO-2 after ten minutes is none any more', async () => {
    const { who } = await natural();
    const { browser } = await pageFor(open, {});
    runtime.clock.advance(599);
    const { session } = await loggedInByFace(runtime, who);
    const page = pageOf(runtime, browser, session.accessToken);
    expectStatus(await page.show(), 200);
    runtime.clock.advance(1);
    for (const call of [page.system, page.show, page.approve, page.refuse, page.leave])
      expect(said(await call())).toBe('EXPIRED');
  });

  it('SSO-4 takes two calls of the database after each other, a request one', async () => {
    const someone = await handler();
    runtime.resetUsage();
    const { approve } = await pageFor(open, someone);
    expectStatus(await approve({ silently: true }), 200);
    const usage = (await runtime.http('GET', '/local/usage')).body;
    expect(usage['sso-request'].routes['GET /oauth2/authorize']).toMatchObject({ calls: 1, longestChain: 1 });
    expect(usage['sso-decision'].routes['POST /v1/sso/{id}/approve']).toMatchObject({
      calls: 3,
      longestChain: 2,
    });
  });
});

describe('between the look and the write', () => {
  /** Holds an approval until `meanwhile` is done, and returns the approval's answer. */
  const approvingWhile = async (
    someone: SignedIn,
    meanwhile: () => Promise<unknown>,
    body: object = {},
  ): Promise<{ reply: Loose; browser: Sent }> => {
    const { approve, browser } = await pageFor(open, someone);
    const reply = await whileHeld(runtime, { function: 'sso-decision' }, () => approve(body), meanwhile);
    return { reply, browser };
  };

  long('SSO-4 a session that ends hands nobody over, and says why', async () => {
    const someone = await natural();
    const { reply, browser } = await approvingWhile(someone, () =>
      runtime.http('DELETE', '/v1/session', undefined, { token: someone.token }),
    );
    expect([reply.body.code, reply.body.reason]).toEqual(['SESSION_ENDED', 'logged-out']);
    await expectNothingDone(someone, browser);
  });

  const becoming = async ({ token }: SignedIn, kind: string, taxpayerId?: string): Promise<string> => {
    const { choices } = expectStatus(
      await runtime.http('GET', '/v1/session/identities', undefined, { token }),
      200,
    ).body;
    return choices.find(
      ({ identity }: Loose) =>
        identity.kind === kind && (taxpayerId === undefined || identity.taxpayerId === taxpayerId),
    ).choiceId;
  };

  long('SSO-4 a switch leaves the decision of the identity before undone', async () => {
    const someone = await handler();
    const choiceId = await becoming(someone, 'natural');
    const { reply, browser } = await approvingWhile(someone, () =>
      runtime.http('POST', '/v1/session/identity', { choiceId }, { token: someone.token }),
    );
    expect(said(reply)).toBe('SESSION_ENDED');
    await expectNothingDone(someone, browser);
  });

  it.each<[string, (someone: SignedIn & { taxpayerId: string }) => Promise<unknown>]>([
    [
      'the relation ends',
      ({ who, taxpayerId }) => changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' }),
    ],
    [
      'its last day was yesterday',
      ({ who, taxpayerId }) =>
        changeRelation(runtime, who, taxpayerId, 'tax-handler', { validUntil: yesterday }),
    ],
    [
      'the company is gone',
      ({ taxpayerId }) => feed(runtime, companyLine(taxpayerId, { state: 'cancelled' })),
    ],
  ])('SSO-4 SWI-5 %s: nobody is handed over for the company', async (_, meanwhile) => {
    const someone = await handler();
    const { reply, browser } = await approvingWhile(someone, () => meanwhile(someone));
    expect(said(reply)).toBe('RELATION_NOT_FOUND');
    await expectNothingDone(someone, browser);
  });

  long('SSO-6 permissions get narrower: the narrower ones are handed over', async () => {
    const someone = await handler();
    const { reply } = await approvingWhile(someone, () =>
      changeRelation(runtime, someone.who, someone.taxpayerId, 'tax-handler', { permissions: ['enquiry'] }),
    );
    expectStatus(reply, 200);
    expect((await detailsOf(codeIn(reply)))[0].actions).toEqual(['enquiry']);
  });

  long('SSO-6 the company gets another name: the new one is told', async () => {
    const someone = await handler();
    const { reply } = await approvingWhile(someone, () =>
      feed(runtime, companyLine(someone.taxpayerId, { name: '新名茶业' })),
    );
    expect((await detailsOf(codeIn(expectStatus(reply, 200))))[0].taxpayer.name).toBe('新名茶业');
  });

  it.each<
    [string, (agencyId: string, clientId: string, agent: Known, agreement: object) => Promise<unknown>]
  >([
    [
      'the agreement ends',
      (_agencyId, _clientId, _agent, agreement) => feed(runtime, { ...agreement, until: yesterday }),
    ],
    [
      'the agency’s form names somebody else',
      async (agencyId) => feed(runtime, staffLine(agencyId, [await knownPerson(runtime)])),
    ],
    [
      'the client is gone',
      (_agencyId, clientId) => feed(runtime, companyLine(clientId, { state: 'cancelled' })),
    ],
  ])('SSO-4 AGY-1 %s: the agent is not handed over for the client', async (_, meanwhile) => {
    const firm = await agencyFirm(runtime);
    const agent = await knownPerson(runtime);
    const clientId = await client(runtime);
    const agreement = agreementLine(firm.id, clientId, [agent]);
    await feed(runtime, staffLine(firm.id, [agent]), agreement);
    const at = await agentAt(runtime, agent, firm.id);
    const { session, token } = await goTo(runtime, at.api, clientId);
    const someone = { who: agent, token, sessionId: session.sessionId };

    const held = await approvingWhile(someone, () => meanwhile(firm.id, clientId, agent, agreement));
    expect(said(held.reply)).toBe('RELATION_NOT_FOUND');
    await expectNothingDone(someone, held.browser);
  });

  long('SSO-4 SPC-3 the report runs out: nobody is handed over under it', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss, { subject: 'cross-region' });
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo));
    const { session, token } = await underReport(runtime, boss, taxpayerId, reportNo);
    const someone = { who: boss, token, sessionId: session.sessionId };
    const { reply, browser } = await approvingWhile(someone, () =>
      feed(runtime, reportLine(taxpayerId, reportNo, undefined, { validUntil: yesterday })),
    );
    expect(said(reply)).toBe('RELATION_NOT_FOUND');
    await expectNothingDone(someone, browser);
  });

  long(
    'SSO-4 SWI-5 an identity that was chosen and is lost meanwhile changes nothing of the session',
    async () => {
      const someone = await handler();
      const other = await companyOf(runtime, await knownPerson(runtime));
      await giveRelation(runtime, someone.who, other, 'finance-head');
      const before = await row(runtime, 'Sessions', { sessionId: someone.sessionId });
      const choiceId = await becoming(someone, 'enterprise', other);
      const { reply, browser } = await approvingWhile(
        someone,
        () => changeRelation(runtime, someone.who, other, 'finance-head', { state: 'deleted' }),
        { choiceId },
      );
      expect(said(reply)).toBe('RELATION_NOT_FOUND');
      await expectNothingDone(someone, browser);
      expect(await row(runtime, 'Sessions', { sessionId: someone.sessionId })).toEqual(before);
    },
  );

  long(
    'SSO-4 SWI-5 the chosen identity and the hand-over are one write; the token before ends with it',
    async () => {
      const someone = await handler();
      const { approve } = await pageFor(open, someone, { prompt: 'select_account' });
      const choiceId = await becoming(someone, 'natural');
      const code = codeIn(expectStatus(await approve({ choiceId }), 200));
      const session = await row(runtime, 'Sessions', { sessionId: someone.sessionId });
      expect(session).toMatchObject({ identity: { kind: 'natural' }, identityVersion: 2 });
      expect(await ticketRow(runtime, code)).toMatchObject({
        identityVersion: 2,
        claims: { identity: { kind: 'natural' } },
      });
      expect(await ticketRow(runtime, code)).not.toHaveProperty('seenAccess');
      expect(await detailsOf(code)).toEqual([{ type: 'taxpayer', identity: 'natural' }]);
      const old = await runtime.http('GET', '/v1/session', undefined, { token: someone.token });
      expect(said(old)).toBe('SESSION_ENDED');
      expect((await ssoEvents(someone)).sort()).toEqual([
        ['identity-switched', 'natural'],
        ['sso-decided', 'filing-web'],
      ]);
    },
  );

  long('SSO-4 LGN-10 a company can be chosen in the same way, with its role remembered', async () => {
    const someone = await natural();
    const taxpayerId = await companyOf(runtime, someone.who, { name: '选中的公司' });
    await giveRelation(runtime, someone.who, taxpayerId, 'tax-handler');
    const { approve } = await pageFor(bosses, someone);
    const choiceId = await becoming(someone, 'enterprise', taxpayerId);
    const code = codeIn(expectStatus(await approve({ choiceId }), 200));
    expect(await ticketRow(runtime, code)).toMatchObject({
      identityVersion: 2,
      seenAccess: { acting: { by: 'relation', companyKey: keyOf(taxpayerId), role: 'legal-representative' } },
    });
    expect((await detailsOf(code))[0].taxpayer.name).toBe('选中的公司');
    expect((await row(runtime, 'Users', { personKey: someone.who.personKey })).lastRoles).toEqual({
      [keyOf(taxpayerId)]: 'legal-representative',
    });
  });
});

describe('who a system does not take', () => {
  long('SSO-4 is told whom it does, and is not handed over', async () => {
    const someone = await handler();
    const { approve, show, browser } = await pageFor(bosses, someone);
    expect((await show()).body.asked).toMatchObject({ accepted: false, choose: true });
    const { status, body } = await approve();
    expect([status, body.code]).toEqual([403, 'IDENTITY_NOT_ACCEPTED']);
    expect(body.accepts).toEqual({ kinds: ['enterprise'], roles: ['legal-representative'] });
    expect(await isOpen(browser)).toBe(true);
    expect(await codesKept(someone.sessionId)).toEqual([]);
  });

  long('SSO-4 cannot choose such an identity either, and the session stays who it was', async () => {
    const someone = await handler();
    const { choices } = (
      await runtime.http('GET', '/v1/session/identities', undefined, { token: someone.token })
    ).body;
    const { approve } = await pageFor(bosses, someone);
    const [first] = choices;
    expect(said(await approve({ choiceId: first.choiceId }))).toBe('IDENTITY_NOT_ACCEPTED');
    expect(said(await approve({ choiceId: 'made-up' }))).toBe('NOT_FOUND');
    expectStatus(await runtime.http('GET', '/v1/enterprise', undefined, { token: someone.token }), 200);
  });

  long(
    'SSO-4 REL-8 has lost the company: shown what is left, and never handed over as that unasked',
    async () => {
      const someone = await handler();
      const { approve, show, refuse } = await pageFor(open, someone);
      await changeRelation(runtime, someone.who, someone.taxpayerId, 'tax-handler', { state: 'deleted' });
      expect((await show()).body.asked).toMatchObject({
        identity: { kind: 'natural' },
        accepted: false,
        choose: true,
      });
      expect((await approve({ silently: true })).body.asked.accepted).toBe(false);
      expect(said(await approve())).toBe('RELATION_NOT_FOUND');
      expectStatus(await refuse(), 200);
    },
  );

  it('SSO-9 LVL-1 has too low a level, which is told', async () => {
    const { approve, show } = await pageFor(strict, await natural());
    for (const reply of [await show(), await approve()])
      expect(reply.body).toMatchObject({ status: 403, code: 'LEVEL_TOO_LOW', required: 5 });
  });

  long(
    'SSO-9 has to log in again where the system wants that, and then goes on with the same request',
    async () => {
      const { who, token } = await natural();
      runtime.clock.advance(100);
      for (const changes of [{ prompt: 'login' }, { max_age: '0' }, { max_age: '99' }]) {
        const { approve } = await pageFor(open, { token }, changes);
        expect(said(await approve())).toBe('REAUTHENTICATION_REQUIRED');
      }
      const { browser, show } = await pageFor(open, { token }, { prompt: 'login' });
      expect(said(await show())).toBe('REAUTHENTICATION_REQUIRED');
      runtime.clock.advance(5);
      const { session } = await loggedInByFace(runtime, who);
      expectStatus(await pageOf(runtime, browser, session.accessToken).approve(), 200);
    },
  );

  long('SSO-9 has no face check where one is needed, which a no tells the system', async () => {
    const who = await knownPerson(runtime);
    const { session } = await loggedIn(runtime, who);
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:ahtax:face'] } } });
    for (const changes of [{ claims }, { acr_values: 'urn:ahtax:face' }]) {
      const { approve, show, refuse } = await pageFor(open, { token: session.accessToken }, changes);
      expect([said(await show()), said(await approve())]).toEqual(['FACE_REQUIRED', 'FACE_REQUIRED']);
      const no = answerIn((await refuse()).body.redirectTo);
      expect(no).toMatchObject({ error: 'unmet_authentication_requirements', iss: runtime.issuer });
    }
    const { approve } = await pageFor(open, { token: session.accessToken }, { acr_values: 'urn:ahtax:2fa' });
    expect((await ticketRow(runtime, codeIn(await approve()))).claims).toMatchObject({
      acr: 'urn:ahtax:2fa',
    });
  });

  long('SSO-9 is not who the system means by the claim sub', async () => {
    const { token } = await natural();
    const { claims } = await ticketRow(runtime, codeIn(await (await pageFor(open, { token })).approve()));
    const asking = (value: string) =>
      pageFor(open, { token }, { claims: JSON.stringify({ id_token: { sub: { value } } }) });
    expect(codeIn(await (await asking(claims.sub)).approve())).not.toBe('');
    expect(said(await (await asking(`${claims.sub}x`)).approve())).toBe('REAUTHENTICATION_REQUIRED');
  });

  it('SSO-9 shows the face for the system’s matter, of which sso-matters.test.ts tells the rest', async () => {
    const details = JSON.stringify([{ type: 'matter', matter: 'invoice.issue' }]);
    const page = await pageFor(open, await natural(), { authorization_details: details });
    expect((await page.approve()).body).toHaveProperty('stepUp');
    expectStatus(await page.stepUp(), 200);
    const { matter } = await ticketRow(runtime, codeIn(await page.approve()));
    expect(matter).toMatchObject({ code: 'invoice.issue' });
  });
});

describe('without a question', () => {
  long('SSO-4 goes who is taken, where system and request leave it open', async () => {
    const someone = await natural();
    const { approve } = await pageFor(open, someone);
    expect(codeIn(await approve({ silently: true }))).not.toBe('');
    for (const [system, changes] of [
      [open, { prompt: 'consent' }],
      [open, { prompt: 'select_account' }],
      [asking, {}],
      [bosses, {}],
    ] as const) {
      const page = await pageFor(system, someone, changes);
      expect((await page.approve({ silently: true })).body).toHaveProperty('asked');
      expect(await isOpen(page.browser)).toBe(true);
    }
  });

  it.each<[string, () => Promise<[TaxSystem, SignedIn]>, Parameters, string]>([
    ['a page', async () => [asking, await natural()], {}, 'interaction_required'],
    ['another identity', async () => [bosses, await natural()], {}, 'account_selection_required'],
    ['a higher level', async () => [strict, await natural()], {}, 'interaction_required'],
  ])('SSO-9 prompt=none is told where it takes %s', async (_, who, changes, error) => {
    const [system, someone] = await who();
    const { approve } = await pageFor(system, someone, { prompt: 'none', ...changes });
    expect(answerIn((await approve({ silently: true })).body.redirectTo)).toMatchObject({
      error,
      iss: runtime.issuer,
    });
    expect(await ssoEvents(someone)).toEqual([['sso-refused', system.client.clientId, error]]);
  });

  long('SSO-9 prompt=none hands over who is there, and nobody who is not', async () => {
    const someone = await natural();
    const there = await pageFor(open, someone, { prompt: 'none' });
    expect(codeIn(await there.approve({ silently: true }))).not.toBe('');
    const away = await pageFor(open, {}, { prompt: 'none' });
    expect(answerIn((await away.leave()).body.redirectTo).error).toBe('login_required');
    runtime.clock.advance(10);
    const old = await pageFor(open, someone, { prompt: 'none', max_age: '1' });
    expect(answerIn((await old.approve()).body.redirectTo).error).toBe('login_required');
  });
});

describe('while the database is away', () => {
  it.each([
    ['session and request', { action: 'BatchGetItem', table: 'Tickets' }],
    ['the company', { action: 'BatchGetItem', table: 'Taxpayers' }],
    ['the decision', { action: 'TransactWriteItems' }],
  ])('SSO-4 ERR-01 without %s nothing is done, and the next try hands over', async (_, rule) => {
    const someone = await handler();
    const { approve, browser } = await pageFor(open, someone);
    await runtime.provoking(async () => {
      runtime.faults.add({
        function: 'sso-decision',
        ...rule,
        kind: 'error500',
        times: Number.POSITIVE_INFINITY,
      });
      expect(said(await approve())).toBe('UNAVAILABLE');
    });
    await expectNothingDone(someone, browser);
    expect(codeIn(expectStatus(await approve(), 200))).not.toBe('');
  });

  long('SSO-4 ERR-01 a decision whose answer is lost is made once, and its code comes', async () => {
    const someone = await natural();
    const { approve } = await pageFor(open, someone);
    const reply = await runtime.provoking(() => {
      runtime.faults.add({ function: 'sso-decision', action: 'TransactWriteItems', kind: 'after' });
      return approve();
    });
    const code = codeIn(expectStatus(reply, 200));
    expect(await ticketRow(runtime, code)).toMatchObject({ state: 'open' });
    expect(await codesKept(someone.sessionId)).toHaveLength(1);
  });

  it('SSO-2 ERR-01 a request that cannot be kept is sent to a page that says so', async () => {
    await runtime.provoking(async () => {
      runtime.faults.add({ function: 'sso-request', kind: 'error500', times: Number.POSITIVE_INFINITY });
      const answer = await authorize(runtime, requestOf(open));
      expect([answer.status, answer.location, answer.cookie]).toEqual([
        303,
        `${runtime.issuer}/sso/error?reason=unavailable`,
        '',
      ]);
    });
  });
});
