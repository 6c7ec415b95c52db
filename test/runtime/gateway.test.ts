import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeFinder } from '../../infra/local/http/routes.ts';
import type { Runtime } from '../../infra/local/runtime.ts';
import { allowing } from '../support/patience.ts';
import { keeping } from '../support/variants.ts';
import { probe, startFixture } from './fixture.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startFixture();
});
afterAll(() => runtime?.stop());

const ask = (path: string, init?: RequestInit) => fetch(runtime.url + path, init);
/** Sends a request that fetch would change before sending. */
const raw = (request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(runtime.url).port), '127.0.0.1', () => socket.end(request));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text)).once('error', reject);
  });

describe('HTTP API event', () => {
  it('has the shape of payload 2.0', async () => {
    const answer = await ask('/things/a%2Fb?x=1&x=2&name=%E5%BC%A0', {
      headers: { cookie: 'one=1; two=2', 'X-Thing': 'Y', 'user-agent': 'tester' },
    });
    const event = (await answer.json()) as Record<string, unknown>;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /things/{id}',
      rawPath: '/things/a%2Fb',
      rawQueryString: 'x=1&x=2&name=%E5%BC%A0',
      cookies: ['one=1', 'two=2'],
      queryStringParameters: { x: '1,2', name: '张' },
      pathParameters: { id: 'a/b' },
      isBase64Encoded: false,
      requestContext: {
        routeKey: 'GET /things/{id}',
        stage: '$default',
        http: {
          method: 'GET',
          path: '/things/a%2Fb',
          sourceIp: '127.0.0.1',
          userAgent: 'tester',
          protocol: 'HTTP/1.1',
        },
      },
    });
    expect(event.headers).toMatchObject({ 'x-thing': 'Y' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event).not.toHaveProperty('body');
  });

  it('passes cookies and headers of the answer on', async () => {
    const answer = await ask('/probe');
    expect(answer.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('hands on binary bodies as base64', async () => {
    const answer = await ask('/things/1/parts/2', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array([0, 255, 1]),
    });
    expect(await answer.json()).toMatchObject({
      isBase64Encoded: true,
      body: 'AP8B',
      pathParameters: { id: '1', part: '2' },
    });
  });

  it('shows the clock of the runtime', async () => {
    runtime.clock.set('2030-01-02T03:04:05Z');
    const event = (await (await ask('/probe')).json()) as {
      requestContext: { timeEpoch: number; time: string };
    };
    runtime.clock.reset();
    expect(event.requestContext).toMatchObject({
      timeEpoch: Date.UTC(2030, 0, 2, 3, 4, 5),
      time: '02/Jan/2030:03:04:05 +0000',
    });
  });
});

describe('routes', () => {
  const find = routeFinder(
    ['GET /a/{id}', 'GET /a/me', 'ANY /a/{id}', 'GET /{proxy+}', 'POST /a/{id}/b'].map((routeKey) => ({
      routeKey,
      functionName: routeKey,
    })),
  );
  it('prefer literals, then parameters, then the rest of the path', () => {
    expect(find('GET', '/a/me')?.route.routeKey).toBe('GET /a/me');
    expect(find('GET', '/a/x')?.params).toEqual({ id: 'x' });
    expect(find('PUT', '/a/x')?.route.routeKey).toBe('ANY /a/{id}');
    expect(find('GET', '/a/x/y')).toMatchObject({ params: { proxy: 'a/x/y' } });
    expect(find('POST', '/a//b')).toBeUndefined();
    expect(find('POST', '/nowhere')).toBeUndefined();
  });
});

describe('bad input', () => {
  it('an unknown route or method is 404 in the language of the person', async () => {
    const chinese = await ask('/nowhere');
    expect(chinese.status).toBe(404);
    expect(chinese.headers.get('content-type')).toContain('application/problem+json');
    expect(await chinese.json()).toMatchObject({
      code: 'NOT_FOUND',
      title: '没有找到您要访问的内容',
      status: 404,
      traceId: expect.any(String),
    });
    const english = await ask('/things/mine', { method: 'DELETE', headers: { 'accept-language': 'en' } });
    expect(await english.json()).toMatchObject({ code: 'NOT_FOUND', title: 'Not found' });
    expect((await ask('/nowhere', { method: 'HEAD' })).status).toBe(404);
    expect((await ask('/probe', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('malformed percent-encoding is 400', async () => {
    for (const path of ['/things/%zz', '/things/%E5%BC', '/probe?x=%'])
      expect(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toContain(
        '"code":"BAD_REQUEST"',
      );
  });

  it('a body beyond 10 MB is read to its end and answered 413', async () => {
    const answer = await ask('/probe', { method: 'POST', body: Buffer.alloc(11 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('a request cut in the middle disturbs nobody', async () => {
    await raw('POST /probe HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"do"');
    expect((await ask('/probe')).status).toBe(200);
  });

  it('what is no HTTP gets 400', async () => {
    expect(await raw('nonsense\r\n\r\n')).toContain('400');
    expect((await ask('/probe')).status).toBe(200);
  });
});

describe('functions that fail', () => {
  const failed = { status: 500, body: { message: 'Internal Server Error' } };
  keeping(1)(['throw', 'never', 'hang', 'exit'])('%s → 500, and the next request is served', async (what) => {
    expect(await probe(runtime, { do: what })).toEqual(failed);
    await expect.poll(async () => (await ask('/probe')).status, { timeout: allowing(10_000) }).toBe(200);
  });
  it.each([
    [{ statusCode: 'no' }],
    [{ statusCode: 200, body: { not: 'text' } }],
    [{ statusCode: 200, headers: { 'bad name': 'x' } }],
    [{ statusCode: 200, headers: { ok: 'line\nbreak' } }],
  ])('an answer that is none → 500 (%j)', async (answer) => {
    expect(await probe(runtime, { do: 'raw', answer })).toEqual(failed);
  });
  it('a bare value is a body', async () => {
    expect(await probe(runtime, { do: 'raw', answer: { hello: 1 } })).toEqual({
      status: 200,
      body: { hello: 1 },
    });
  });
});
