import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelMay } from '#domain/channels.ts';
import { type Channel, channels } from '#domain/names.ts';
import type { Sample } from '../support/people.ts';
import {
  expectStatus,
  loginTicket,
  openTestRuntime,
  registered,
  type TestRuntime,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { asChannel, claimOf } from './support/channels.ts';

/** The keys of the channels are in the data folder, so this file can sign assertions that no honest channel signs. */
const folder = mkdtempSync(join(tmpdir(), 'ahtax-channels-'));
const keys = new Map<string, { key: CryptoKey; kid: string }>();
let runtime: TestRuntime;
let who: Sample;
beforeAll(async () => {
  const jwks: Record<string, object> = {};
  for (const channel of channels) {
    if (channel === 'web') continue;
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const kid = `${channel}-test`;
    keys.set(channel, { key: privateKey, kid });
    jwks[channel] = { ...(await exportJWK(privateKey)), kid };
  }
  writeFileSync(join(folder, 'channel-keys.json'), JSON.stringify(jwks));
  runtime = await openTestRuntime({ inMemory: false, dataDir: folder });
  who = await registered(runtime);
});
afterAll(async () => {
  await runtime?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const path = '/v1/channel/scans';
async function freshCode(): Promise<string> {
  const loginId = await loginTicket(runtime, who);
  return expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body.qrContent;
}
const now = () => Math.floor(runtime.clock.now().getTime() / 1000);
/** Claims of a valid assertion, with changes; undefined removes a claim. */
function claims(changes: JWTPayload = {}): JWTPayload {
  const all: JWTPayload = {
    iss: 'ahtax-app',
    aud: runtime.issuer,
    iat: now(),
    exp: now() + 60,
    jti: randomUUID(),
    htm: 'POST',
    htu: path,
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
const signed = (payload: JWTPayload, by = 'ahtax-app', header: object = {}) => {
  const { key, kid } = keys.get(by) ?? (keys.get('ahtax-app') as { key: CryptoKey; kid: string });
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(key);
};
const present = async (assertion: string | undefined, qrContent?: string) =>
  runtime.http(
    'POST',
    path,
    { qrContent: qrContent ?? (await freshCode()) },
    assertion === undefined ? {} : { assertion },
  );

describe('CHN-1 a channel proves itself', () => {
  long('CHN-1 takes a right assertion, with and without iat', async () => {
    expectStatus(await present(await signed(claims())), 200);
    expectStatus(await present(await signed(claims({ iat: undefined as unknown as number }))), 200);
  });

  it.each<[string, JWTPayload, string?, object?]>([
    ['expired', { iat: -90, exp: -30 }],
    ['of a life longer than 60 s', { exp: 3600 }],
    ['from the future', { iat: 3600, exp: 3660 }],
    ['without an end', { exp: undefined as unknown as number }],
    ['without jti', { jti: undefined as unknown as string }],
    ['with a jti that is easily guessed', { jti: '1' }],
    ['for another method', { htm: 'GET' }],
    ['for another path', { htu: '/v1/channel/scans/x/face' }],
    ['for the whole URL', { htu: `https://etax.example${path}` }],
    ['without method', { htm: undefined }],
    ['without path', { htu: undefined }],
    ['for another audience', { aud: 'https://other.example' }],
    ['without audience', { aud: undefined as unknown as string }],
    ['of an unknown channel', { iss: 'another-app' }],
    ['of the web, which signs nothing', { iss: 'web' }],
    ['without channel', { iss: undefined as unknown as string }],
    ["signed with another channel's key", {}, 'wechat-mini'],
    ["signed with another channel's key under its own key id", {}, 'wechat-mini', { kid: 'ahtax-app-test' }],
    ['with an unknown key id', {}, 'ahtax-app', { kid: 'nobody' }],
    ['of a person who is none', { person: { documentType: 'x', documentNumber: '' } }],
    [
      'of a person with more than the contract names',
      { person: { documentType: '201', documentNumber: '1', level: 5 } },
    ],
  ])('CHN-1 refuses an assertion %s', async (_, changes, by, header) => {
    const shifted = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [
        name,
        typeof value === 'number' && (name === 'iat' || name === 'exp') ? now() + value : value,
      ]),
    );
    const refused = await present(await signed(claims(shifted), by, header));
    expect(refused.body).toMatchObject({
      status: 401,
      code: 'ASSERTION_INVALID',
      title: '渠道身份验证未通过',
    });
    // The answer does not say which check failed, because only a forger needs to know that.
    expect(Object.keys(refused.body).sort()).toEqual([
      'code',
      'detail',
      'status',
      'title',
      'traceId',
      'type',
    ]);
  });

  long('CHN-1 refuses none, other algorithms, and keys that the token brings itself', async () => {
    const payload = Buffer.from(JSON.stringify(claims())).toString('base64url');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const symmetric = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'ahtax-app-test' })
      .sign(new TextEncoder().encode('ahtax-app-test-ahtax-app-test-ahtax'));
    const own = await generateKeyPair('ES256', { extractable: true });
    const brought = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid: 'ahtax-app-test', jwk: await exportJWK(own.publicKey) })
      .sign(own.privateKey);
    const right = await signed(claims());
    const altered = right.replace(/^([^.]+)\.[^.]+/, `$1.${payload}`);
    for (const assertion of [
      undefined,
      '',
      'x',
      'a.b.c',
      none,
      symmetric,
      brought,
      altered,
      'x'.repeat(8000),
    ])
      expect((await present(assertion)).body).toMatchObject({ status: 401, code: 'ASSERTION_INVALID' });
  });

  it('CHN-1 takes an assertion once, also under parallel calls', async () => {
    const assertion = await signed(claims());
    const qrContent = await freshCode();
    const replies = await Promise.all([1, 2, 3, 4].map(() => present(assertion, qrContent)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 401, 401, 401]);
    expect((await present(assertion, qrContent)).body.code).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 the same call again, because the answer of its own write was lost, is no second use', async () => {
    const rule = { function: 'channel-scan', table: 'Tickets', action: 'PutItem', nth: 1 };
    const lost = runtime.faults.add({ ...rule, kind: 'after' });
    expectStatus(await present(await signed(claims())), 200);
    expect(runtime.faults.struck(lost)).toBe(1);
    runtime.faults.clear();
  });

  it('CHN-1 is spent by a call that is refused, too', async () => {
    const assertion = await signed(claims({ iss: 'wechat-mini' }), 'wechat-mini');
    const qrContent = await freshCode();
    expect((await present(assertion, qrContent)).body.code).toBe('CHANNEL_NOT_ALLOWED');
    expect((await present(assertion, qrContent)).body.code).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 two channels may use the same jti', async () => {
    const jti = randomUUID();
    expectStatus(await present(await signed(claims({ jti }))), 200);
    const other = claims({ jti, iss: 'iit-app', ...claimOf(who) });
    expectStatus(await present(await signed(other, 'iit-app')), 200);
  });

  it('CHN-1 dies with its minute', async () => {
    const assertion = await signed(claims());
    const qrContent = await freshCode();
    runtime.clock.advance(66);
    expect((await present(assertion, qrContent)).body.code).toBe('ASSERTION_INVALID');
  });

  it('CHN-1 a hall names officer and office', async () => {
    const unnamed = await signed(claims({ iss: 'hall' }), 'hall');
    expect((await present(unnamed)).body.code).toBe('ASSERTION_INVALID');
    const named = claims({ iss: 'hall', officer: '3401001', office: '合肥市办税服务厅' });
    expect((await present(await signed(named, 'hall'))).body.code).toBe('CHANNEL_NOT_ALLOWED');
  });
});

describe('CHN the table', () => {
  const others: Channel[] = channels.filter(
    (channel) => channel !== 'web' && !channelMay(channel, 'face-factor'),
  );
  it('CHN-1 only the two apps serve as face factor', () => {
    expect([...others].sort()).toEqual(['alipay-mini', 'exchange', 'hall', 'terminal', 'wechat-mini']);
  });
  it.each(others)('CHN-1 %s gets CHANNEL_NOT_ALLOWED for a face check, at every step', async (channel) => {
    const qrContent = await freshCode();
    const ticket = qrContent.split('/').at(-1);
    const call = asChannel(runtime, channel, claimOf(who));
    const replies = [
      await call('POST', path, { qrContent }),
      await call('POST', `${path}/${ticket}/face`),
      await call('POST', `${path}/${ticket}/face-result`, { token: 'x' }),
    ];
    for (const reply of replies)
      expect(reply.body).toMatchObject({ status: 403, code: 'CHANNEL_NOT_ALLOWED' });
    // The refused scan changed nothing: the right app can scan the code.
    expectStatus(await asChannel(runtime, 'ahtax-app')('POST', path, { qrContent }), 200);
  });
  long('CHN-2 the settings tell clients the apps and channels', async () => {
    const { body } = await runtime.http('GET', '/v1/config');
    expect(body.channels.map((channel: { code: string }) => channel.code)).toEqual(
      channels.filter((channel) => channel !== 'exchange'),
    );
  });
});
