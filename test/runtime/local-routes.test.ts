import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openChannels } from '../../infra/local/control/channel-keys.ts';
import type { Runtime } from '../../infra/local/runtime.ts';
import { parseSchedule } from '../../infra/local/template/cron.ts';
import { allowing } from '../support/patience.ts';
import { call, probe, put, startFixture } from './fixture.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startFixture();
});
afterAll(() => runtime?.stop());
afterEach(() => runtime.clock.reset());

async function local(path: string, body?: unknown, method = 'POST') {
  const answer = await fetch(`${runtime.url}/local${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
const inFunction = async () =>
  (await probe(runtime, { do: 'clock' })).body as Record<string, unknown> & { now: number };

describe('virtual clock', () => {
  it('stands where it was set, in every worker at once', async () => {
    expect(await local('/clock', { now: '2031-05-06T07:08:09+08:00' })).toEqual({
      status: 200,
      body: { now: '2031-05-05T23:08:09.000Z', fixed: true },
    });
    expect(await local('/clock', undefined, 'GET')).toEqual({
      status: 200,
      body: { now: '2031-05-05T23:08:09.000Z', fixed: true },
    });
    const at = Date.UTC(2031, 4, 5, 23, 8, 9);
    const seen = await inFunction();
    expect(seen).toMatchObject({
      now: at,
      made: '2031-05-05T23:08:09.000Z',
      called: 'string',
      given: '1970-01-01T00:00:00.000Z',
      isDate: true,
      sameConstructor: true,
    });
    expect(Math.abs(Number(seen.real) - Date.now())).toBeLessThan(allowing(5_000));
    await local('/clock', { advanceSeconds: 90 });
    expect((await inFunction()).now).toBe(at + 90_000);
    expect((await inFunction()).now).toBe(at + 90_000);
  });

  it('runs ahead when it is moved without being stopped, and comes back', async () => {
    const moved = await local('/clock', { advanceSeconds: 3600 });
    expect(moved.body.fixed).toBe(false);
    const first = (await inFunction()).now;
    expect(first - Date.now()).toBeGreaterThan(3_590_000);
    expect((await local('/clock', {})).body.fixed).toBe(false);
    expect(Math.abs((await inFunction()).now - Date.now())).toBeLessThan(allowing(5_000));
  });

  it.each([
    [{ now: 'tomorrow' }],
    [{ now: '2031-05-06T07:08:09' }],
    [{ now: '2031-15-06T07:08:09Z' }],
    [{ advanceSeconds: '5' }],
    [{ now: '2031-05-06T07:08:09Z', advanceSeconds: 5 }],
    [{ other: 1 }],
    ['{'],
    ['[]'],
  ])('refuses %j', async (body) => {
    expect(await local('/clock', body)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });
});

describe('/local', () => {
  it('runs a schedule as the scheduler would and answers what it returned', async () => {
    await local('/clock', { now: '2026-11-24T00:00:00+08:00' });
    const { status, body } = await local('/schedule/nightly');
    expect({ status, body }).toEqual({
      status: 200,
      body: { do: 'echo', scheduledAt: '2026-11-23T16:00:00Z' },
    });
    expect((await local('/schedule/other')).status).toBe(404);
  });

  it('feeds the registry line by line and adds the results up', async () => {
    const lines = Array.from({ length: 1_450 }, (_, n) => (n === 1_300 ? 'bad' : `{"n":${n}}`));
    lines.splice(10, 0, '');
    const { body } = await local('/registry', `${lines.join('\n')}\n`);
    expect(body).toMatchObject({
      accepted: 1_449,
      stale: 0,
      rejected: [{ line: 1_302, code: 'BAD_REQUEST' }],
    });
    expect(body.warnings).toHaveLength(4);
    expect((await local('/registry', '')).body).toEqual({
      accepted: 0,
      stale: 0,
      rejected: [],
      warnings: [],
    });
  });

  it('signs assertions for a channel', async () => {
    await local('/clock', { now: '2030-01-01T00:00:00Z' });
    const person = { documentType: '201', documentNumber: '11010119900101001X' };
    const { body } = await local('/channels/ahtax-app/assertion', {
      method: 'POST',
      path: '/v1/channel/scans',
      person,
    });
    const claims = JSON.parse(Buffer.from(body.assertion.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({
      iss: 'ahtax-app',
      aud: runtime.issuer,
      iat: 1893456000,
      exp: 1893456060,
      htm: 'POST',
      htu: '/v1/channel/scans',
      person,
    });
    expect(claims.jti.length).toBeGreaterThanOrEqual(16);
    expect((await local('/channels/nobody/assertion', { method: 'GET', path: '/' })).status).toBe(404);
    expect((await local('/channels/hall/assertion', { method: 'GET' })).status).toBe(400);
  });

  it('has a key pair per channel that verifies', async () => {
    const { publicKeys, assertion } = await openChannels(undefined);
    const token = await assertion(
      'hall',
      { method: 'POST', path: '/x', officer: 'o', office: 'p' },
      'http://here',
      Date.now(),
    );
    const keys = createLocalJWKSet({ keys: publicKeys.hall ?? [] } as never);
    expect((await jwtVerify(token, keys, { issuer: 'hall', audience: 'http://here' })).payload).toMatchObject(
      { officer: 'o', office: 'p' },
    );
    expect(JSON.stringify(publicKeys)).not.toContain('"d":');
    expect(publicKeys).not.toHaveProperty('web');
  });

  it('keeps messages newest first', async () => {
    for (const code of ['1', '2'])
      await probe(runtime, {
        do: 'fetch',
        variable: 'AWS_ENDPOINT_URL_OUTBOX',
        path: '/messages',
        init: {
          method: 'POST',
          body: JSON.stringify({ phone: '13800000000', purpose: 'login', code, text: 't' }),
        },
      });
    const { body } = await local('/sms?phone=13800000000', undefined, 'GET');
    expect(body.map((message: { code: string }) => message.code)).toEqual(['2', '1']);
    expect((await local('/sms?phone=1', undefined, 'GET')).body).toEqual([]);
  });

  it('simulates the face provider: what counts is the outcome set when it is asked', async () => {
    const face = (path: string, init?: object) =>
      probe(runtime, { do: 'fetch', variable: 'AWS_ENDPOINT_URL_FACE_SIMULATOR', path, init });
    const started = (await face('/sessions', { method: 'POST', body: '{}' })).body as {
      body: { token: string };
    };
    const result = async () =>
      (
        (await face(`/sessions/${started.body.token}`)).body as {
          body: { outcome: string; transactionId: string };
        }
      ).body;
    const passed = await result();
    expect(passed).toMatchObject({ state: 'done', outcome: 'pass' });
    expect((await local('/face', { outcome: 'mismatch' })).status).toBe(200);
    expect(await result()).toEqual({ ...passed, outcome: 'mismatch' });
    expect((await face('/sessions/none')).body).toMatchObject({ status: 404 });
    expect((await local('/face', { outcome: 'maybe' })).status).toBe(400);
  });

  it('takes faults by hand', async () => {
    expect(await local('/faults', { kind: 'error500', nth: 1 })).toMatchObject({ status: 201 });
    expect((await local('/faults', undefined, 'GET')).body).toHaveLength(1);
    expect((await local('/faults', { kind: 'magic' })).status).toBe(400);
    const { body: hold } = await local('/faults', { kind: 'hold', action: 'PutItem' });
    const waiting = call(runtime, put('held by hand'));
    await runtime.faults.held(hold.id);
    expect((await local(`/faults/${hold.id}/release`)).status).toBe(204);
    expect(await waiting).toMatchObject({ ok: true });
    expect((await local('/faults/f0/release')).status).toBe(404);
    expect((await local('/faults', undefined, 'DELETE')).status).toBe(204);
    expect(runtime.faults.list()).toEqual([]);
  });

  it('knows nothing else', async () => {
    expect((await local('/nothing', undefined, 'GET')).status).toBe(404);
    expect((await local('/schedule/%zz')).status).toBe(400);
  });
});

describe('schedule expressions', () => {
  const due = (expression: string, at: string, zone = 'Asia/Shanghai') =>
    parseSchedule(expression, zone).due(Date.parse(at));
  it('are due once a day, in their time zone', () => {
    expect(due('cron(0 0 * * ? *)', '2026-11-24T00:00:30+08:00')).toBe(true);
    expect(due('cron(0 0 * * ? *)', '2026-11-24T00:01:00+08:00')).toBe(false);
    expect(due('cron(0 0 * * ? *)', '2026-11-24T00:00:00Z')).toBe(false);
    expect(due('cron(30 23 * * ? *)', '2026-11-24T23:30:59Z', 'UTC')).toBe(true);
    expect(due('cron(30 23 * * ? *)', '2026-11-24T23:30:00+08:00', 'UTC')).toBe(false);
  });
  it('SSO-8 are due every so many minutes, from each full hour on', () => {
    expect(due('cron(0/5 * * * ? *)', '2026-11-24T00:00:30+08:00')).toBe(true);
    expect(due('cron(0/5 * * * ? *)', '2026-11-24T17:55:59Z', 'UTC')).toBe(true);
    expect(due('cron(0/5 * * * ? *)', '2026-11-24T00:04:00+08:00')).toBe(false);
  });
  it('are refused where they are another form than the one in use', () => {
    for (const expression of [
      'cron(0 0 * *)',
      'cron(61 0 * * ? *)',
      'cron(0 24 * * ? *)',
      'cron(0 0 L * ? *)',
      'cron(30 8-10 ? * MON-FRI *)',
      'rate(5 minutes)',
      'cron(0/7 * * * ? *)',
      'cron(0/0 * * * ? *)',
      'cron(2/5 * * * ? *)',
      'at(2026-01-01T00:00:00)',
    ])
      expect(() => parseSchedule(expression, 'UTC')).toThrow('not understood');
  });
});
