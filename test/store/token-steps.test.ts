/** @module-tag long */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { sealedSession } from '#crypto/session-references.ts';
import { defaultMatters } from '#domain/factors/matters.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { acrs } from '#domain/sso/acrs.ts';
import type { AuthorizationRequest } from '#domain/sso/authorization-requests.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import { introspectToken } from '#flows/sso-token/introspect-token.ts';
import { revokeToken } from '#flows/sso-token/revoke-token.ts';
import { tokenEndpoint } from '#flows/sso-token/token-endpoint.ts';
import { userinfo } from '#flows/sso-token/userinfo.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { handOver } from '#journeys/sso/hand-over.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import { type Person, sealContext } from '#store/people/person-row.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { FaceCheckedMatter, SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import { companyRow, contextOf, dataKeys, putRows, recordOf, signingRing } from '../support/in-process.ts';
import { acting, storeSession } from '../support/session-rows.ts';
import {
  auditOf,
  changedMeanwhile,
  day,
  now,
  origin,
  relationRow,
  seconds,
  ticketOf as ticketIn,
  tomorrow,
  yesterday,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';
import type { StoredRow } from '../support/stored-rows.ts';

/** What a tax system does with its code and its tokens, on rows as a decision leaves them. */
let db: Db;
let ctx: FlowContext;
let parts: object;
let signing: FlowContext['signing'];
const relyingParties: RelyingParty[] = [];
beforeAll(async () => {
  db = await openStore('Audit', 'Relationships', 'RpSessions', 'Sessions', 'Taxpayers', 'Tickets', 'Users');
  signing = await signingRing();
  parts = { signing, relyingParties, settings: { ...contextOf(db).settings, matters: defaultMatters } };
  ctx = contextOf(db, parts);
});

const later = (by: number) => new Date(now.getTime() + by * 1000);
const { sessionIdleSeconds, ssoReplayGraceSeconds, ssoCodeSeconds } = defaultPolicies;

/** A system of the stage; each has its own resource and sector. */
function system(facts: Partial<RelyingParty> = {}): RelyingParty {
  const clientId = `system-${relyingParties.length + 1}`;
  const added: RelyingParty = {
    clientId,
    name: { zh: '申报', en: 'Filing' },
    sector: clientId,
    redirectUris: [`https://${clientId}.example.cn/cb`],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: `https://${clientId}.example.cn/logout`,
    keys: [],
    resources: [{ uri: `https://${clientId}.example.cn/api`, scopes: ['openid', 'profile', 'document'] }],
    accepts: { kinds: ['natural', 'enterprise', 'agency', 'special'] },
    minLevel: 3,
    document: false,
    number: false,
    silent: true,
    refresh: true,
    dpop: false,
    pushed: false,
    matters: ['invoice.issue'],
    introspects: [],
    ...facts,
  };
  relyingParties.push(added);
  return added;
}
const filing = system();
const other = system();
const resourceOf = (client: RelyingParty) => client.resources[0]?.uri ?? '';

let people = 0;
const newPerson = () => `p1_${String(++people)}`;
const numberOfPerson = '340102199001011234';
async function personRow(personKey: string, facts: Partial<Person> = {}) {
  const row = recordOf(personKey, '张三丰', {
    account: { status: 'active', since: 'then' },
    sealedNumber: seal(dataKeys, sealContext.number(personKey), numberOfPerson),
    ...facts,
  });
  await putRows(db, 'Users', row);
  return row;
}
const signedIn = ({ personKey = newPerson(), ...facts }: Partial<Session> = {}) =>
  storeSession(
    db,
    { personKey, name: '张三丰' },
    {
      startedAt: seconds - 600,
      lastSeenAt: seconds - 60,
      expiresAt: seconds + 7200,
      factorAt: seconds - 600,
      methods: ['pwd', 'sms', 'mfa'],
      ...facts,
    },
  );
let companies = 0;
/** A handler who is at work in a company. */
async function atWork(facts: Partial<Relation> = {}, more: Partial<Session> = {}) {
  const id = `91340100MT${String(++companies).padStart(7, '0')}X`;
  const company = companyRow(`c_${id}`);
  const personKey = newPerson();
  const relation = relationRow({ personKey, name: '张三丰' }, company, facts);
  await putRows(db, 'Taxpayers', company);
  await putRows(db, 'Relationships', relation);
  const session = await signedIn({ personKey, ...acting(relation), ...more });
  return { company, relation, session, id };
}

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
interface Asking {
  readonly client?: RelyingParty;
  readonly request?: Partial<AuthorizationRequest>;
  readonly matter?: FaceCheckedMatter;
}
/** The code that a decision in this session gives. */
async function codeOf(session: Session, { client = filing, request, matter }: Asking = {}) {
  const asked: AuthorizationRequest = {
    clientId: client.clientId,
    redirectUri: client.redirectUris[0] ?? '',
    challenge,
    scope: ['openid', 'profile'],
    resource: resourceOf(client),
    prompt: [],
    acrValues: [],
    ...request,
  };
  const records = session.company && (await readAccessRecords(db, session.personKey, session.company));
  const acts = effectiveSession(session, records, now);
  const granted = grantedDetails(ctx, client, asked.taxpayer, acts, records);
  if (!granted) throw new Error('the client does not accept the identity');
  const ticket = { request: asked, kind: 'sso', ticketKey: 't', state: 'open', createdAt: seconds };
  const { rest, redirectTo } = handOver(
    ctx,
    { now, language: 'zh', origin } as AnyCall,
    client,
    ticket as unknown as SsoRequestTicket,
    { ...acts, records, identityVersion: session.identityVersion },
    {
      details: granted.details,
      ...(granted.limits ? { limits: granted.limits } : {}),
      ...(matter ? { matter: { shown: matter, transactionId: 'local-1' } } : {}),
    },
  );
  await db.transact(rest);
  return new URL(redirectTo).searchParams.get('code') ?? '';
}

interface Calling {
  readonly client?: RelyingParty;
  readonly now?: Date;
  /** The id of the call's assertion. */
  readonly jti?: string;
  readonly dpop?: string;
  readonly by?: FlowContext;
}
// biome-ignore lint/suspicious/noExplicitAny: the test gives each step only the parts of a call that it reads
type AnyStep = (ctx: FlowContext, call: any) => Promise<{ status: number; body?: any }>;
interface Answer {
  readonly said: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the body that it asks for
  readonly body: any;
  readonly what?: string | undefined;
}
const run = (step: unknown, call: object, by: FlowContext = ctx): Promise<Answer> =>
  Promise.resolve()
    .then(() => (step as AnyStep)(by, call))
    .then(
      ({ status, body }) => ({ said: String(status), body }),
      (error: unknown) => {
        if (!(error instanceof OAuthProblem)) throw error;
        return { said: error.error, body: undefined, what: error.description };
      },
    );
const calling = (
  body: object,
  { client = filing, now: time = now, jti = newHandle(), dpop }: Calling = {},
) => ({
  now: time,
  language: 'zh',
  origin,
  body,
  route: { method: 'POST', path: '/oauth2/token' },
  header: (name: string) => (name === 'dpop' ? dpop : undefined),
  caller: { client, clientAssertion: { clientId: client.clientId, jti, expiresAt: later(100) } },
});
const token = (body: object, how: Calling = {}) => run(tokenEndpoint, calling(body, how), how.by);
const exchangeForm = (code: string, client: RelyingParty) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: client.redirectUris[0],
  code_verifier: verifier,
});
const exchange = (code: string, facts: object = {}, how: Calling = {}) =>
  token({ ...exchangeForm(code, how.client ?? filing), ...facts }, how);
const refresh = (refresh_token: string, facts: object = {}, how: Calling = {}) =>
  token({ grant_type: 'refresh_token', refresh_token, ...facts }, how);
/** Tokens of a new hand-over. */
async function tokensOf(session: Session, asking: Asking = {}, how: Calling = {}) {
  const { client = filing } = asking;
  const { said, body } = await exchange(await codeOf(session, asking), {}, { client, ...how });
  if (said !== '200') throw new Error(said);
  return body;
}
/** The same call again is refused for its assertion if the first one has spent it. */
async function refusedOnce(given: object, answer: string, how: Calling = {}) {
  const jti = newHandle();
  const first = await token(given, { ...how, jti });
  expect(first.said).toBe(answer);
  expect((await token(given, { ...how, jti })).said).toBe('invalid_client');
  return first;
}
const rowOf = (session: Session, { clientId }: RelyingParty = filing) =>
  db.get<RpSession>('RpSessions', { sessionId: session.sessionId, clientId }) as Promise<RpSession>;
const ticketOf = (code: string) => ticketIn(db, code);
const eventsOf = (subject: string, kind: string) => auditOf(db, subject, kind);
const change = <Table extends 'Sessions' | 'RpSessions' | 'Users'>(
  table: Table,
  row: StoredRow<Table>,
  facts: StoredRow<Table>,
) => putRows<Table>(db, table, { ...row, ...facts });
const meanwhile = (table: Write['table'], changing: () => Promise<unknown>) =>
  contextOf(changedMeanwhile(db, table, changing), parts);

/** The key with which a system makes proofs (RFC 9449). */
async function proofKey() {
  const pair = await generateKeyPair('ES256');
  const jwk = await exportJWK(pair.publicKey);
  const proof = (claims: object = {}) =>
    new SignJWT({
      jti: newHandle(),
      htm: 'POST',
      htu: 'https://etax.example.cn/oauth2/token',
      iat: seconds,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(pair.privateKey);
  return { jkt: await calculateJwkThumbprint(jwk), proof };
}
const invoice = (facts: Partial<FaceCheckedMatter> = {}): FaceCheckedMatter => ({
  code: 'invoice.issue',
  at: later(-60).toISOString(),
  since: 'then',
  validUntil: seconds + 300,
  ...facts,
});

describe('a code', () => {
  it('SSO-5 SSO-6 of a person gives tokens and the row of the hand-over, and is spent', async () => {
    const session = await signedIn();
    const code = await codeOf(session, { request: { nonce: 'n-1' } });
    const { said, body } = await exchange(code);
    const row = await rowOf(session);
    expect([said, body]).toEqual([
      '200',
      {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 300,
        id_token: expect.any(String),
        refresh_token: expect.any(String),
        scope: 'openid profile',
        authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
      },
    ]);
    expect(row).toEqual({
      sessionId: session.sessionId,
      clientId: filing.clientId,
      sid: expect.stringMatching(/^[\w-]{32}$/),
      sub: expect.any(String),
      personKey: session.personKey,
      identityVersion: 1,
      scope: 'openid profile',
      resource: resourceOf(filing),
      startedAt: seconds,
      expiresAt: session.expiresAt,
      lookAt: later(sessionIdleSeconds).toISOString(),
      refreshHash: expect.any(String),
      sweepShard: expect.any(String),
      ttl: session.expiresAt + 86_400,
    });
    expect(decodeJwt(body.id_token)).toMatchObject({
      aud: filing.clientId,
      sub: row.sub,
      sid: row.sid,
      name: '张**',
      nonce: 'n-1',
      amr: ['pwd', 'sms', 'mfa'],
      auth_time: session.startedAt,
      identity: { kind: 'natural' },
    });
    const access = decodeJwt(body.access_token);
    expect(access).toMatchObject({
      aud: resourceOf(filing),
      client_id: filing.clientId,
      sid: row.sid,
      scope: 'openid profile',
      authorization_details: body.authorization_details,
    });
    expect(access).not.toHaveProperty('cnf');
    expect(await ticketOf(code)).toMatchObject({ state: 'spent', spent: { at: seconds, sid: row.sid } });
    expect((await eventsOf(session.personKey, 'sso-handed-over')).map(({ detail }) => detail)).toEqual([
      { client: filing.clientId, identity: 'natural' },
    ]);
  });

  it('SSO-6 SSO-8 of a company identity keeps what it was told, by whom it is found, and until when', async () => {
    const { session, company, id } = await atWork({ validUntil: day });
    const taxpayer = { kinds: ['enterprise'], actions: ['invoice'] } as const;
    const asked = { taxpayer, claims: { essentialAcr: [acrs.twoFactors] }, scope: ['openid'] };
    const { body } = await exchange(await codeOf(session, { request: asked }));
    expect(await rowOf(session)).toMatchObject({
      company: session.company,
      companyKey: company.companyKey,
      granted: { actions: ['invoice'], until: day },
      taxpayer,
      acrs: [acrs.twoFactors],
      lookAt: new Date('2027-03-02T02:30:00Z').toISOString(),
    });
    expect(body.authorization_details).toMatchObject([
      { identity: 'enterprise', role: 'tax-handler', actions: ['invoice'], taxpayer: { id } },
    ]);
    expect(decodeJwt(body.id_token)).not.toHaveProperty('name');
    expect((await eventsOf(session.personKey, 'sso-handed-over')).map(({ detail }) => detail)).toEqual([
      { client: filing.clientId, identity: 'enterprise', role: 'tax-handler' },
    ]);
  });

  it('SSO-3 SSO-5 is refused without a part of the form; the assertion is spent, and the code is not', async () => {
    const session = await signedIn();
    const code = await codeOf(session);
    for (const name of ['code', 'redirect_uri', 'code_verifier']) {
      const form = { ...exchangeForm(code, filing), [name]: undefined };
      const { what } = await refusedOnce(form, 'invalid_request');
      expect(what).toBe(`${name} is missing`);
    }
    const target = await refusedOnce(
      { ...exchangeForm(code, filing), resource: resourceOf(other) },
      'invalid_target',
    );
    expect(target.what).toContain('resource');
    expect((await ticketOf(code)).state).toBe('open');
    expect((await exchange(code, { resource: resourceOf(filing) })).said).toBe('200');
  });

  it('SSO-5 is worth nothing with another address, verifier, client or key, and stays open', async () => {
    const session = await signedIn();
    const key = await proofKey();
    const code = await codeOf(session);
    const form = exchangeForm(code, filing);
    for (const wrong of [
      { code: 'a.b' },
      { code: newHandle() },
      { redirect_uri: 'https://elsewhere.example.cn/cb' },
      { code_verifier: 'w'.repeat(43) },
      { code_verifier: 'short' },
    ])
      await refusedOnce({ ...form, ...wrong }, 'invalid_grant');
    await refusedOnce(form, 'invalid_grant', { client: other });
    // A code of the other client whose row names this one.
    const theirs = await codeOf(session, { client: other });
    const row = await ticketOf(theirs);
    const request = { ...(row.request as AuthorizationRequest), clientId: filing.clientId };
    await putRows(db, 'Tickets', { ...row, request });
    expect((await exchange(theirs, {}, { client: other })).said).toBe('invalid_grant');
    // The row of another journey under the same key.
    const odd = await codeOf(session);
    await putRows(db, 'Tickets', { ...(await ticketOf(odd)), kind: 'login' });
    expect((await exchange(odd)).said).toBe('invalid_grant');
    expect((await ticketOf(code)).state).toBe('open');
    expect((await exchange(code)).said).toBe('200');

    const bound = await codeOf(await signedIn(), { request: { dpopJkt: key.jkt } });
    await refusedOnce(exchangeForm(bound, filing), 'invalid_grant');
    const stranger = await proofKey();
    expect((await exchange(bound, {}, { dpop: await stranger.proof() })).said).toBe('invalid_grant');
    expect((await exchange(bound, {}, { dpop: await key.proof() })).said).toBe('200');
  });

  it('SSO-5 is in time until its last second, and not in it', async () => {
    const session = await signedIn();
    const code = await codeOf(session);
    const end = later(ssoCodeSeconds);
    await refusedOnce(exchangeForm(code, filing), 'invalid_grant', { now: end });
    expect((await exchange(code, {}, { now: new Date(end.getTime() - 1) })).said).toBe('200');
  });

  it('SSO-6 SSO-7 a client without refresh tokens gets none, and a proved key binds the tokens', async () => {
    const plain = system({ refresh: false });
    const session = await signedIn();
    const body = await tokensOf(session, { client: plain });
    expect(body).not.toHaveProperty('refresh_token');
    expect(await rowOf(session, plain)).not.toHaveProperty('refreshHash');
    expect(await rowOf(session, plain)).not.toHaveProperty('jkt');
    const key = await proofKey();
    const bound = await tokensOf(session, {}, { dpop: await key.proof() });
    expect(bound.token_type).toBe('DPoP');
    expect(decodeJwt(bound.access_token).cnf).toEqual({ jkt: key.jkt });
    expect((await rowOf(session)).jkt).toBe(key.jkt);
    const quiet = await tokensOf(await signedIn(), { request: { scope: ['profile'] } });
    expect(quiet).not.toHaveProperty('id_token');
    expect(quiet.scope).toBe('profile');
  });

  it('SSO-9 carries the matter for which the face was shown, while that check holds', async () => {
    const session = await signedIn();
    const person = await personRow(session.personKey);
    const matter = invoice({ nonce: 'm-1' });
    const body = await tokensOf(session, { matter });
    expect(body.authorization_details).toEqual([
      { type: 'taxpayer', identity: 'natural' },
      {
        type: 'matter',
        matter: 'invoice.issue',
        at: seconds - 60,
        level: 4,
        valid_until: seconds + 300,
        nonce: 'm-1',
      },
    ]);
    expect((await rowOf(session)).matter).toEqual(matter);
    const over = await codeOf(session, { matter });
    await change('Users', person, { orders: { proofsEndedAt: now.toISOString() } });
    expect((await exchange(over)).said).toBe('invalid_grant');
    expect((await ticketOf(over)).state).toBe('open');
    const without = await tokensOf(session);
    expect(without.authorization_details).toHaveLength(1);
    expect(await rowOf(session)).not.toHaveProperty('matter');
  });

  it('SSO-5 SES-2 meets the end of what it stands on, and gives nothing', async () => {
    for (const facts of [
      { ended: { reason: 'logged-out', at: seconds } },
      { identityVersion: 2 },
      { lastSeenAt: seconds - sessionIdleSeconds },
      { expiresAt: seconds },
    ] satisfies StoredRow<'Sessions'>[]) {
      const session = await signedIn();
      const code = await codeOf(session);
      await change('Sessions', session, facts);
      await refusedOnce(exchangeForm(code, filing), 'invalid_grant');
      expect(await rowOf(session)).toBeUndefined();
      expect((await ticketOf(code)).state).toBe('open');
    }
    const { session, relation, company } = await atWork();
    const code = await codeOf(session);
    await putRows(db, 'Relationships', { ...relation, rev: 2 });
    await refusedOnce(exchangeForm(code, filing), 'invalid_grant');
    await putRows(db, 'Relationships', relation);
    await putRows(db, 'Taxpayers', { ...company, rev: 2 });
    await refusedOnce(exchangeForm(code, filing), 'invalid_grant');
    await putRows(db, 'Taxpayers', company);
    // Spent by somebody else after it was read.
    const spent = meanwhile('RpSessions', () => exchange(code));
    expect((await exchange(code, {}, { by: spent })).said).toBe('invalid_grant');
    expect(await eventsOf(session.personKey, 'sso-handed-over')).toHaveLength(1);
  });

  it('SSO-6 SSO-8 of the same identity keeps the name and widens what was told; of another one it is new', async () => {
    const { session } = await atWork();
    const asked = (...actions: ('filing' | 'invoice')[]) => ({ request: { taxpayer: { actions } } });
    await tokensOf(session, asked('filing'));
    const first = await rowOf(session);
    await exchange(await codeOf(session, asked('invoice')), {}, { now: later(5) });
    const second = await rowOf(session);
    expect(second).toMatchObject({
      sid: first.sid,
      startedAt: seconds,
      refreshHash: first.refreshHash,
      granted: { actions: ['filing', 'invoice'] },
    });
    for (const facts of [
      { ended: { reason: 'left', at: seconds }, sweepShard: undefined },
      { narrowings: 1 },
      { identityVersion: 0 },
    ] satisfies StoredRow<'RpSessions'>[]) {
      await change('RpSessions', second, facts);
      await exchange(await codeOf(session, asked('invoice')), {}, { now: later(5) });
      const fresh = await rowOf(session);
      expect(fresh.sid).not.toBe(first.sid);
      expect(fresh).toMatchObject({ startedAt: seconds + 5, granted: { actions: ['invoice'] } });
      expect(fresh).not.toHaveProperty('ended');
    }
  });

  it('SSO-5 SSO-8 another hand-over of the same session that comes between is read again', async () => {
    const { session } = await atWork();
    const [one, two] = [await codeOf(session), await codeOf(session)];
    const between = meanwhile('RpSessions', () => exchange(one));
    const { said, body } = await exchange(two, {}, { by: between });
    expect(said).toBe('200');
    const row = await rowOf(session);
    expect(decodeJwt(body.access_token).sid).toBe(row.sid);
    expect((await ticketOf(one)).spent).toMatchObject({ sid: row.sid });
    // The end of the first one comes between: the new one has another name.
    const three = await codeOf(session);
    const left = meanwhile('RpSessions', async () =>
      change('RpSessions', await rowOf(session), { ended: { reason: 'left', at: seconds } }),
    );
    expect((await exchange(three, {}, { by: left })).said).toBe('200');
    expect((await rowOf(session)).sid).not.toBe(row.sid);
  });

  it('SSO-5 that comes again soon is a double call; later it ends what the first gave, once and in the audit', async () => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    try {
      const session = await signedIn();
      const code = await codeOf(session);
      await exchange(code);
      const row = await rowOf(session);
      const form = exchangeForm(code, filing);
      await refusedOnce(form, 'invalid_grant', { now: later(ssoReplayGraceSeconds) });
      expect(await rowOf(session)).toEqual(row);
      // A caller without the verifier does not get there.
      const late = later(ssoReplayGraceSeconds + 1);
      await refusedOnce({ ...form, code_verifier: 'w'.repeat(43) }, 'invalid_grant', { now: late });
      expect(await rowOf(session)).toEqual(row);
      // Nor does a whole call that is sent again: its assertion is spent.
      const jti = newHandle();
      const again = system();
      await token({ grant_type: 'password' }, { jti, client: again });
      const twice = await codeOf(session, { client: again });
      await exchange(twice, {}, { client: again });
      expect((await exchange(twice, {}, { client: again, jti, now: late })).said).toBe('invalid_client');
      expect(await rowOf(session, again)).not.toHaveProperty('ended');
      expect(lines).toEqual([]);

      const away = meanwhile('RpSessions', () => Promise.reject(new Error('away')));
      await expect(token(form, { now: late, by: away })).rejects.toThrow('away');
      await refusedOnce(form, 'invalid_grant', { now: late });
      const ended = await rowOf(session);
      expect(ended.ended).toEqual({ reason: 'replay', at: seconds + ssoReplayGraceSeconds + 1 });
      expect(ended).not.toHaveProperty('sweepShard');
      expect(
        (await eventsOf(session.personKey, 'sso-replayed')).map((one) => [one.outcome, one.detail]),
      ).toEqual([['failure', { client: filing.clientId }]]);
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        { level: 'WARN', event: 'code-replayed', flow: 'sso-token', client: filing.clientId },
      ]);
      // Once: what has ended has ended, and what came later has another name.
      await refusedOnce(form, 'invalid_grant', { now: later(60) });
      expect(await rowOf(session)).toEqual(ended);
      await tokensOf(session);
      await refusedOnce(form, 'invalid_grant', { now: later(60) });
      expect(await rowOf(session)).not.toHaveProperty('ended');
      expect(await eventsOf(session.personKey, 'sso-replayed')).toHaveLength(1);
      expect(lines).toHaveLength(1);
    } finally {
      write.mockRestore();
    }
  });
});

describe('the token endpoint', () => {
  it('SSO-3 refuses a form that means nothing, and spends its assertion', async () => {
    const missing = await refusedOnce({}, 'invalid_request');
    expect(missing.what).toBe('grant_type is missing');
    await refusedOnce({ grant_type: 'password' }, 'unsupported_grant_type');
    const long = (length: number) => ({ grant_type: 'refresh_token', refresh_token: 'x'.repeat(length) });
    const refused = await refusedOnce(long(1025), 'invalid_request');
    expect(refused.what).toBe('refresh_token is longer than 1024 characters');
    await refusedOnce(long(1024), 'invalid_grant');
    await refusedOnce({ ...long(1024), scope: undefined }, 'invalid_grant');
  });

  it('SSO-3 SSO-6 wants the proof of a key from who must bind tokens; a proof is for one call, refused or not', async () => {
    const strict = system({ dpop: true });
    const key = await proofKey();
    const session = await signedIn();
    const code = await codeOf(session, { client: strict });
    const form = exchangeForm(code, strict);
    const missing = await refusedOnce(form, 'invalid_request', { client: strict });
    expect(missing.what).toBe('The DPoP proof is missing');
    await refusedOnce(form, 'invalid_dpop_proof', { client: strict, dpop: 'no proof' });
    for (const wrong of [
      { htm: 'GET' },
      { htu: 'https://etax.example.cn/oauth2/userinfo' },
      { iat: seconds - 100 },
    ])
      expect((await token(form, { client: strict, dpop: await key.proof(wrong) })).said).toBe(
        'invalid_dpop_proof',
      );
    // A refused call has spent its proof too.
    const dpop = await key.proof();
    expect((await token({ ...form, redirect_uri: 'x' }, { client: strict, dpop })).said).toBe(
      'invalid_grant',
    );
    expect((await token({ ...form, redirect_uri: 'x' }, { client: strict, dpop })).said).toBe(
      'invalid_dpop_proof',
    );
    expect((await token(form, { client: strict, dpop })).said).toBe('invalid_dpop_proof');
    // If both were used before, the assertion is named.
    const jti = newHandle();
    await token({ grant_type: 'x' }, { client: strict, dpop: await key.proof(), jti });
    expect((await token({ grant_type: 'x' }, { client: strict, dpop, jti })).said).toBe('invalid_client');
    expect((await token(form, { client: strict, dpop: await key.proof(), jti })).said).toBe('invalid_client');
    expect((await ticketOf(code)).state).toBe('open');
    const good = await key.proof();
    expect((await token(form, { client: strict, dpop: good })).said).toBe('200');
    expect((await token({ grant_type: 'x' }, { client: strict, dpop: good })).said).toBe(
      'invalid_dpop_proof',
    );
  });

  it('SSO-3 a failure that is no refusal is thrown as it came', async () => {
    const code = await codeOf(await signedIn());
    const away = meanwhile('RpSessions', () => Promise.reject(new Error('away')));
    await expect(exchange(code, {}, { by: away })).rejects.toThrow('away');
    const header = () => {
      throw new Error('no headers');
    };
    const broken = { ...calling(exchangeForm(code, filing)), header };
    await expect(run(tokenEndpoint, broken)).rejects.toThrow('no headers');
  });
});

describe('a refresh', () => {
  it('SSO-7 is for clients that have refresh tokens, with one of their own', async () => {
    const plain = system({ refresh: false });
    const session = await signedIn();
    const { refresh_token } = await tokensOf(session);
    const form = { grant_type: 'refresh_token', refresh_token };
    await refusedOnce(form, 'unauthorized_client', { client: plain });
    const missing = await refusedOnce({ grant_type: 'refresh_token' }, 'invalid_request');
    expect(missing.what).toBe('refresh_token is missing');
    await refusedOnce({ ...form, refresh_token: 'none' }, 'invalid_grant');
    await refusedOnce(form, 'invalid_grant', { client: other });
  });

  it('SSO-7 SES-2 gives new tokens with the same refresh token, and the session counts as seen', async () => {
    const session = await signedIn();
    const first = await tokensOf(session, {
      request: { nonce: 'n-1', scope: ['openid', 'profile', 'document'] },
    });
    const at = later(90);
    const { said, body } = await refresh(first.refresh_token, {}, { now: at });
    expect(said).toBe('200');
    expect(body).toMatchObject({
      token_type: 'Bearer',
      refresh_token: first.refresh_token,
      scope: 'openid profile document',
      authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
    });
    const id = decodeJwt(body.id_token);
    expect(id).toMatchObject({ iat: seconds + 90, name: '张**', sub: decodeJwt(first.id_token).sub });
    expect(id).not.toHaveProperty('nonce');
    expect(await db.get('Sessions', { sessionId: session.sessionId })).toMatchObject({
      lastSeenAt: seconds + 90,
      expiresAt: session.expiresAt,
    });
    const less = await refresh(first.refresh_token, { scope: 'profile', resource: resourceOf(filing) });
    expect(less.body.scope).toBe('profile');
    for (const scope of ['openid admin', 'admin', ' ', '']) {
      const refused = await refusedOnce(
        { grant_type: 'refresh_token', refresh_token: first.refresh_token, scope },
        'invalid_scope',
      );
      expect(refused.what).toBe('scope is more than was granted');
    }
    const target = await refusedOnce(
      { grant_type: 'refresh_token', refresh_token: first.refresh_token, resource: resourceOf(other) },
      'invalid_target',
    );
    expect(target.what).toContain('resource');
  });

  it('SSO-7 SSO-8 SES-2 is over with the hand-over, its name, its key, its session or the identity', async () => {
    const session = await signedIn();
    const { refresh_token } = await tokensOf(session);
    const form = { grant_type: 'refresh_token', refresh_token };
    const row = await rowOf(session);
    for (const facts of [
      { ended: { reason: 'left', at: seconds } },
      { sid: 'another' },
      { refreshHash: 'another' },
      { refreshHash: undefined },
      { identityVersion: 2 },
      { jkt: 'k' },
    ] satisfies StoredRow<'RpSessions'>[]) {
      await change('RpSessions', row, facts);
      await refusedOnce(form, 'invalid_grant');
    }
    await change('RpSessions', row, {});
    for (const facts of [
      { ended: { reason: 'logged-out', at: seconds } },
      { identityVersion: 2 },
      { lastSeenAt: seconds - sessionIdleSeconds },
      { expiresAt: seconds },
      { realNameLevel: 2 },
    ] satisfies StoredRow<'Sessions'>[]) {
      await change('Sessions', session, facts);
      await refusedOnce(form, 'invalid_grant');
    }
    await change('Sessions', session, { realNameLevel: 3 });
    expect((await refresh(refresh_token)).said).toBe('200');
    await db.transact([{ table: 'Sessions', remove: { sessionId: session.sessionId } }]);
    await refusedOnce(form, 'invalid_grant');
    await change('Sessions', session, {});
    for (const facts of [
      { ended: { reason: 'logged-out', at: seconds } },
      { identityVersion: 2 },
    ] satisfies StoredRow<'Sessions'>[]) {
      const between = meanwhile('Sessions', () => change('Sessions', session, facts));
      expect((await refresh(refresh_token, {}, { by: between })).said).toBe('invalid_grant');
      await change('Sessions', session, {});
    }
    const left = meanwhile('RpSessions', () =>
      change('RpSessions', row, { ended: { reason: 'left', at: seconds } }),
    );
    expect((await refresh(refresh_token, {}, { by: left })).said).toBe('invalid_grant');
  });

  it('SSO-6 SSO-7 of a bound token wants the key again; one that was not bound takes any', async () => {
    const key = await proofKey();
    const session = await signedIn();
    const { refresh_token } = await tokensOf(session, {}, { dpop: await key.proof() });
    expect((await refresh(refresh_token)).said).toBe('invalid_grant');
    const stranger = await proofKey();
    expect((await refresh(refresh_token, {}, { dpop: await stranger.proof() })).said).toBe('invalid_grant');
    const bound = await refresh(refresh_token, {}, { dpop: await key.proof() });
    expect([bound.said, bound.body.token_type]).toEqual(['200', 'DPoP']);
    expect(decodeJwt(bound.body.access_token).cnf).toEqual({ jkt: key.jkt });
    const free = await tokensOf(await signedIn());
    const now_ = await refresh(free.refresh_token, {}, { dpop: await key.proof() });
    expect(decodeJwt(now_.body.access_token).cnf).toEqual({ jkt: key.jkt });
  });

  it('SSO-7 SSO-8 REL-8 states what is permitted today, narrowed to the request; more is kept as told', async () => {
    const { session, relation, company } = await atWork({ permissions: ['filing'] });
    const { refresh_token } = await tokensOf(session, {
      request: { taxpayer: { actions: ['filing', 'invoice'] } },
    });
    const renamed = { ...company, rev: 2, name: '黄山云雾有限公司' };
    await putRows(db, 'Taxpayers', renamed);
    const more = { ...relation, rev: 2, permissions: ['filing', 'invoice', 'enquiry'], validUntil: tomorrow };
    await putRows(db, 'Relationships', more);
    const { said, body } = await refresh(refresh_token);
    expect(said).toBe('200');
    expect(body.authorization_details).toMatchObject([
      { actions: ['filing', 'invoice'], valid_until: tomorrow, taxpayer: { name: renamed.name } },
    ]);
    expect((await rowOf(session)).granted).toEqual({ actions: ['filing', 'invoice'] });
    const form = { grant_type: 'refresh_token', refresh_token };
    for (const facts of [{ state: 'deleted' }, { validUntil: yesterday }, { permissions: ['enquiry'] }]) {
      await putRows(db, 'Relationships', { ...more, ...facts });
      await refusedOnce(form, 'invalid_grant');
    }
    await putRows(db, 'Relationships', more);
    // Changed between reading and writing: judged again by what is there then.
    const less = meanwhile('Sessions', () =>
      putRows(db, 'Relationships', { ...more, rev: 3, permissions: ['filing'] }),
    );
    const again = await refresh(refresh_token, {}, { by: less });
    expect(again.body.authorization_details[0].actions).toEqual(['filing']);
    const gone = meanwhile('Sessions', () =>
      putRows(db, 'Relationships', { ...more, rev: 4, state: 'deleted' }),
    );
    expect((await refresh(refresh_token, {}, { by: gone })).said).toBe('invalid_grant');
  });

  it('SSO-9 STP-4 states the matter until its end, while the identity may do it and the face check holds', async () => {
    const natural = await signedIn();
    const person = await personRow(natural.personKey);
    const { refresh_token } = await tokensOf(natural, { matter: invoice() });
    const kinds = async (how: Calling = {}, by = refresh_token) =>
      (await refresh(by, {}, how)).body.authorization_details.map(({ type }: { type: string }) => type);
    expect(await kinds()).toEqual(['taxpayer', 'matter']);
    expect(await kinds({ now: later(299) })).toEqual(['taxpayer', 'matter']);
    expect(await kinds({ now: later(300) })).toEqual(['taxpayer']);
    for (const facts of [
      { orders: { suspendedAt: now.toISOString() } },
      { account: { status: 'active', since: 'later' } },
      { account: { status: 'cancelled', since: 'then' } },
      { phoneRecoveredAt: now.toISOString() },
    ] satisfies StoredRow<'Users'>[]) {
      await change('Users', person, facts);
      expect(await kinds()).toEqual(['taxpayer']);
    }
    await change('Users', person, {});
    // The check is over between reading and writing: the tokens are made again without it.
    const ordered = meanwhile('Sessions', () =>
      change('Users', person, { orders: { proofsEndedAt: now.toISOString() } }),
    );
    expect(await kinds({ by: ordered })).toEqual(['taxpayer']);
    await change('Users', person, {});
    expect(await kinds()).toEqual(['taxpayer', 'matter']);
    const noMatters = contextOf(db, { ...parts, settings: { ...ctx.settings, matters: [] } });
    expect(await kinds({ by: noMatters })).toEqual(['taxpayer']);

    const { session, relation } = await atWork();
    await personRow(session.personKey);
    const acting = await tokensOf(session, { matter: invoice() });
    expect(await kinds({}, acting.refresh_token)).toEqual(['taxpayer', 'matter']);
    await putRows(db, 'Relationships', { ...relation, rev: 2, permissions: ['filing'] });
    expect(await kinds({}, acting.refresh_token)).toEqual(['taxpayer']);
  });

  it('SSO-4 SSO-9 is refused once the system accepts such an identity no longer, and states the acr of today', async () => {
    const { session } = await atWork({}, { faceAt: later(-60).toISOString() });
    const { refresh_token } = await tokensOf(session, { request: { acrValues: [acrs.twoFactors] } });
    const { body } = await refresh(refresh_token);
    expect(decodeJwt(body.access_token).acr).toBe(acrs.twoFactors);
    expect(decodeJwt(body.id_token).amr).toEqual(['pwd', 'sms', 'mfa', 'face']);
    const free = await tokensOf(await signedIn({ faceAt: later(-60).toISOString() }));
    expect(decodeJwt((await refresh(free.refresh_token)).body.access_token).acr).toBe(acrs.face);
    const narrowed = { ...filing, accepts: { kinds: ['natural'] as const } };
    expect((await refresh(refresh_token, {}, { client: narrowed })).said).toBe('invalid_grant');
    expect((await refresh(refresh_token)).said).toBe('200');
  });
});

/** A call with an access token, as the door has verified it. */
const holding = (accessToken: string, client: RelyingParty = filing) => ({
  now,
  language: 'zh',
  origin,
  caller: { client, token: decodeJwt(accessToken) },
});
const named = (accessToken: string, client?: RelyingParty, by?: FlowContext) =>
  run(userinfo, holding(accessToken, client), by);
const judged = (accessToken: string, client: RelyingParty, facts: object = {}) =>
  run(introspectToken, { ...calling({ token: accessToken }, { client }), ...facts });
const given = (text: string, how: Calling = {}) => run(revokeToken, calling({ token: text }, how), how.by);

describe('what a token is worth', () => {
  it('SSO-6 SSO-7 userinfo names the person by its scope; the document only for who may have it', async () => {
    const trusted = system({ document: true });
    const session = await signedIn();
    await personRow(session.personKey);
    const scopes = { request: { scope: ['openid', 'profile', 'document'] } };
    const few = await tokensOf(session, scopes);
    expect((await named(few.access_token)).body).toEqual({
      sub: (await rowOf(session)).sub,
      name: '张**',
      real_name_level: 4,
      identity: { kind: 'natural' },
      authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
    });
    const all = await tokensOf(session, { ...scopes, client: trusted });
    expect((await named(all.access_token, trusted)).body.document).toEqual({
      type: '201',
      number: numberOfPerson,
    });
    const bare = await tokensOf(session, { client: trusted, request: { scope: ['openid'] } });
    const { body } = await named(bare.access_token, trusted);
    expect(Object.keys(body)).toEqual(['sub', 'real_name_level', 'identity', 'authorization_details']);
    const narrow = await tokensOf(session, { request: { scope: ['profile'] } });
    const refused = await named(narrow.access_token);
    expect([refused.said, refused.what]).toEqual(['insufficient_scope', 'The scope openid is needed']);
    // Nobody has a record any more.
    const gone = await signedIn();
    const last = await tokensOf(gone, { ...scopes, client: trusted });
    expect((await named(last.access_token, trusted)).body).not.toHaveProperty('document');
  });

  it('SSO-7 userinfo is over with the hand-over, the session and what stands behind the identity', async () => {
    const { session, relation } = await atWork();
    const { access_token } = await tokensOf(session);
    const row = await rowOf(session);
    const { body } = await named(access_token);
    expect(body.identity).toEqual({ kind: 'enterprise', role: 'tax-handler' });
    expect(body.authorization_details).toMatchObject([{ actions: ['filing', 'invoice'] }]);
    await change('RpSessions', row, { ended: { reason: 'left', at: seconds } });
    expect((await named(access_token)).said).toBe('invalid_token');
    await change('RpSessions', row, { sid: 'another' });
    expect((await named(access_token)).said).toBe('invalid_token');
    await change('RpSessions', row, {});
    await change('Sessions', session, { ended: { reason: 'idle', at: seconds } });
    expect((await named(access_token)).said).toBe('invalid_token');
    await change('Sessions', session, {});
    await putRows(db, 'Relationships', { ...relation, state: 'deleted' });
    expect((await named(access_token)).said).toBe('invalid_token');
    await putRows(db, 'Relationships', relation);
    expect((await named(access_token)).said).toBe('200');
    // A session that was sealed for another token.
    const claims = decodeJwt(access_token);
    const ses = sealedSession(dataKeys, { clientId: filing.clientId, sid: 'another' }, session.sessionId);
    const moved = { ...holding(access_token), caller: { client: filing, token: { ...claims, ses } } };
    expect((await run(userinfo, moved)).said).toBe('invalid_token');
  });

  it('SSO-11 introspection tells who keeps the resource all of it, and everybody else the same no', async () => {
    const keeper = system({ introspects: [resourceOf(filing)] });
    const { session, relation } = await atWork();
    const { access_token } = await tokensOf(session);
    const claims = decodeJwt(access_token);
    const row = await rowOf(session);
    const known = await judged(access_token, keeper);
    expect(known.body).toEqual({
      active: true,
      iss: 'https://etax.example.cn',
      sub: row.sub,
      aud: resourceOf(filing),
      client_id: filing.clientId,
      token_type: 'Bearer',
      scope: 'openid profile',
      jti: claims.jti,
      sid: row.sid,
      iat: seconds,
      exp: seconds + 300,
      auth_time: session.startedAt,
      acr: acrs.twoFactors,
      real_name_level: 4,
      authorization_details: [expect.objectContaining({ actions: ['filing', 'invoice'] })],
    });
    const no = { active: false };
    for (const client of [filing, other]) expect((await judged(access_token, client)).body).toEqual(no);
    expect((await judged('none', keeper)).body).toEqual(no);
    expect((await judged(access_token, keeper, { now: later(300) })).body).toEqual(no);
    await putRows(db, 'Relationships', { ...relation, rev: 2, permissions: ['filing'] });
    const less = await judged(access_token, keeper);
    expect(less.body.authorization_details[0].actions).toEqual(['filing']);
    await putRows(db, 'Relationships', { ...relation, state: 'deleted' });
    expect((await judged(access_token, keeper)).body).toEqual(no);
    await putRows(db, 'Relationships', relation);
    await change('RpSessions', row, { ended: { reason: 'left', at: seconds } });
    expect((await judged(access_token, keeper)).body).toEqual(no);

    const key = await proofKey();
    const bound = await tokensOf(await signedIn(), {}, { dpop: await key.proof() });
    expect((await judged(bound.access_token, keeper)).body).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: key.jkt },
    });
  });
});

describe('a token that is given back', () => {
  const endsOf = async (session: Session) =>
    (await eventsOf(session.personKey, 'sso-ended')).map(({ detail }) => detail);

  it('SSO-11 SSO-8 ends the hand-over behind it, whichever of the two tokens it is, once', async () => {
    for (const kind of ['access_token', 'refresh_token']) {
      const session = await signedIn();
      const tokens = await tokensOf(session);
      const answer = await given(tokens[kind]);
      expect([answer.said, answer.body]).toEqual(['200', null]);
      const row = await rowOf(session);
      expect(row.ended).toEqual({ reason: 'revoked', at: seconds });
      expect(await endsOf(session)).toEqual([{ client: filing.clientId, reason: 'revoked' }]);
      expect((await given(tokens[kind], { now: later(1) })).said).toBe('200');
      expect(await rowOf(session)).toEqual(row);
      expect(await endsOf(session)).toHaveLength(1);
    }
  });

  it('SSO-11 ends nothing for an unknown or expired one, another client’s, or one of an earlier hand-over', async () => {
    const session = await signedIn();
    const tokens = await tokensOf(session);
    const row = await rowOf(session);
    for (const [text, how] of [
      ['none', {}],
      [tokens.access_token, { client: other }],
      [tokens.refresh_token, { client: other }],
      [tokens.access_token, { now: later(300) }],
    ] as const)
      expect((await given(text, how)).said).toBe('200');
    expect(await rowOf(session)).toEqual(row);
    for (const facts of [{ sid: 'another' }, { refreshHash: 'another' }]) {
      await change('RpSessions', row, facts);
      await given(tokens.refresh_token);
      expect(await rowOf(session)).not.toHaveProperty('ended');
    }
    await change('RpSessions', row, { sid: 'another' });
    await given(tokens.access_token);
    expect(await rowOf(session)).not.toHaveProperty('ended');
    const nothing = await signedIn();
    const of = await tokensOf(nothing);
    // The row is gone, a day after the session.
    await change('RpSessions', await rowOf(nothing), { clientId: 'elsewhere' });
    expect(await endsOf(session)).toEqual([]);
    expect((await given(of.refresh_token)).said).toBe('200');
  });

  it('SSO-8 SSO-11 another end that comes between stays the reason', async () => {
    const session = await signedIn();
    const { refresh_token } = await tokensOf(session);
    const row = await rowOf(session);
    const left = { reason: 'left', at: seconds } as const;
    const between = meanwhile('RpSessions', () => change('RpSessions', row, { ended: left }));
    expect((await given(refresh_token, { by: between })).said).toBe('200');
    expect((await rowOf(session)).ended).toEqual(left);
    expect(await endsOf(session)).toEqual([]);
  });
});
