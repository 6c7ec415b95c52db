import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { type Runtime, startRuntime } from '../../infra/local/runtime.ts';
import { synthesize } from '../../infra/synth.ts';
import { long } from '../support/variants.ts';
import { flows, functionsDirectory } from './fixtures/event-flows/flows.ts';

const outdir = mkdtempSync(join(tmpdir(), 'ahtax-events-'));
const { privateKey, publicKey } = await generateKeyPair('ES256');
const { x = '', y = '' } = await exportJWK(publicKey);
const filing: RelyingPartyInput = {
  clientId: 'filing',
  name: { zh: '申报', en: 'Filing' },
  sector: 'filing',
  redirectUris: ['http://127.0.0.1:4001/callback'],
  backchannelLogoutUri: 'http://127.0.0.1:4001/logout',
  keys: [{ kid: 'k1', kty: 'EC', crv: 'P-256', x, y }],
  resources: [{ uri: 'http://127.0.0.1:4001/api' }],
  accepts: { kinds: ['natural'] },
};

let runtime: Runtime;
beforeAll(async () => {
  const stageDir = await synthesize({ stage: 'local', outdir, flows, functionsDirectory });
  runtime = await startRuntime({
    inMemory: true,
    dynamodbEndpoint: inject('dynamodbEndpoint'),
    stageDir,
    relyingParties: [filing],
    loadLate: true,
    quiet: true,
  });
});
afterAll(async () => {
  await runtime?.stop();
  rmSync(outdir, { recursive: true, force: true });
});

const send = (path: string, init: RequestInit = {}) =>
  fetch(runtime.url + path, { redirect: 'manual', ...init });
const write = async (id: string, ended?: string) => {
  const body = JSON.stringify({ id, ended });
  const answer = await send('/v1/write', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(answer.status).toBe(204);
};
const table = (name: string) => runtime.tables.find((one) => one.endsWith(`-${name}`)) ?? '';
/** What the worker wrote about the messages with this id, by the number of the try. */
const tries = async (id: string): Promise<string[]> => {
  const { Items } = await runtime.dynamodb('Scan', { TableName: table('Tickets') });
  return (Items as { ticketKey: { S: string } }[])
    .map(({ ticketKey }) => ticketKey.S)
    .filter((key) => key.startsWith(`${id}#`))
    .sort();
};

describe('SSO-15 changes of a table start functions', () => {
  long('that fit the pattern, and through a queue the next one', async () => {
    await write('one', 'logged-out');
    await write('two');
    await write('three', 'quietly');
    await runtime.settled();
    expect(await tries('one')).toEqual(['one#1']);
    expect(await tries('two')).toEqual([]);
    expect(await tries('three')).toEqual([]);
  });

  it('also where somebody writes past the functions', async () => {
    await runtime.dynamodb('PutItem', {
      TableName: table('Sessions'),
      Item: { sessionId: { S: 'direct' }, ended: { S: 'by-hand' } },
    });
    await runtime.settled();
    expect(await tries('direct')).toEqual(['direct#1']);
  });

  long('and one that nobody can take holds up no other: it goes to the dead letters', async () => {
    await Promise.all([write('poison', 'x'), write('after', 'x'), write('later', 'x')]);
    await runtime.settled();
    // The other messages of its batch came again with it.
    expect(await tries('after')).toContain('after#1');
    expect(await tries('later')).toContain('later#1');
    const failed = runtime.queued('watcher-failed').map((body) => JSON.parse(body).dynamodb.Keys.sessionId.S);
    expect(failed).toEqual(['poison']);
  });
});

describe('SSO-15 a message of a queue', () => {
  long('that fails comes again when its time is up on the virtual clock, and then is put aside', async () => {
    await write('bad', 'x');
    await runtime.settled();
    expect(await tries('bad')).toEqual(['bad#1']);
    runtime.clock.advance(59);
    await runtime.settled();
    expect(await tries('bad')).toEqual(['bad#1']);
    runtime.clock.advance(2);
    await runtime.settled();
    expect(await tries('bad')).toEqual(['bad#1', 'bad#2']);
    runtime.clock.advance(61);
    await runtime.settled();
    runtime.clock.advance(61);
    await runtime.settled();
    expect(await tries('bad')).toEqual(['bad#1', 'bad#2', 'bad#3']);
    expect(runtime.queued('worker-failed')).toEqual([JSON.stringify({ id: 'bad' })]);
    runtime.clock.reset();
  });

  it('is sent by whom the contract lets, and nobody was refused anything', () => {
    expect(runtime.denials()).toEqual([]);
    expect(runtime.unusedGrants().filter(({ functionName }) => functionName !== 'writer')).toEqual([]);
  });
});

describe('SSO-15 routes that other systems call', () => {
  const form = (text: string, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: text,
  });

  it('SSO-1 know the clients of this run', async () => {
    expect(await (await send('/v1/clients')).json()).toEqual({ clients: ['filing'] });
  });

  it('take a form, from another page too, and a parameter without a value is none', async () => {
    const answer = await send('/oauth2/echo', form('a=%E5%BE%90+x&b=', { origin: 'https://rp.example.cn' }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ a: '徐 x' });
  });

  it.each([
    ['a parameter twice', 'a=1&a=2', {}, 400, 'invalid_request', 'a: sent more than once'],
    ['a parameter that is missing', 'b=1', {}, 400, 'invalid_request', 'a: expected'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, 'invalid_request', ''],
    ['more than fits', `a=${'x'.repeat(17_000)}`, {}, 413, 'invalid_request', ''],
  ])('SSO-15 refuse %s in the form of OAuth', async (_what, text, headers, status, error, description) => {
    const answer = await send('/oauth2/echo', form(text, headers));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const body = (await answer.json()) as Record<string, string>;
    expect(Object.keys(body)).toEqual(['error', 'error_description']);
    expect(body.error).toBe(error);
    expect(body.error_description).toContain(description);
  });

  it('see doubled parameters of a query, send the browser on by 303 and keep a secret there', async () => {
    const answer = await send('/oauth2/raw?x=1,2&x=3', { headers: { cookie: '__Host-sso-a=mine' } });
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(JSON.parse(location.searchParams.get('saw') ?? '')).toEqual([
      ['x', '1,2'],
      ['x', '3'],
    ]);
    expect(location.searchParams.get('cookie')).toBe('mine');
    expect(answer.headers.getSetCookie()).toEqual([
      '__Host-sso-a=secret; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600',
    ]);
  });

  const assertion = (changes: object = {}) =>
    new SignJWT({ jti: randomUUID(), ...changes })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer('filing')
      .setSubject('filing')
      .setAudience(runtime.issuer)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(privateKey);
  const who = async (token: string, more = '', headers = {}) => {
    const type = encodeURIComponent('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    return send(
      '/oauth2/who',
      form(`a=1&client_assertion=${token}&client_assertion_type=${type}${more}`, headers),
    );
  };

  it('SSO-3 know who calls by an assertion, which works once, even where six come at once', async () => {
    const token = await assertion();
    const answers = await Promise.all(Array.from({ length: 6 }, () => who(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    const [accepted] = answers.filter(({ status }) => status === 200);
    expect(await accepted?.json()).toEqual({ clientId: 'filing' });
  });

  it('SSO-3 refuse a second way to say who one is, another client_id, and no assertion at all', async () => {
    for (const [answer, challenge] of [
      [await who(await assertion(), '&client_secret=x'), null],
      // RFC 6749, 5.2: who tries the header is told by that scheme.
      [await who(await assertion(), '', { authorization: 'Basic eDp4' }), 'Basic realm="oauth2"'],
      [await who(await assertion(), '', { authorization: '"odd"' }), null],
      [await who(await assertion(), '&client_id=other'), null],
      [await send('/oauth2/who', form('a=1')), null],
    ] as const) {
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge]);
      expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
    }
    expect((await who(await assertion(), '&client_id=filing')).status).toBe(200);
  });
});
