import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFaceGateway, type FaceSubject } from '#gateways/face/index.ts';
import { tencentFace } from '#gateways/face/tencent.ts';
import { tencentAuthorization } from '#gateways/tencent-api.ts';
import { allowing } from '../support/patience.ts';
import { keeping } from '../support/variants.ts';
import { deadOrigin, errorOf, type Played, playServer, type Received } from './server.ts';

const subject: FaceSubject = {
  name: '张三',
  documentType: '201',
  documentNumber: '34010419900307123X',
  ticket: 'ticket-handle',
};
const settings = { kind: 'tencent', region: 'ap-nanjing', ruleId: '7' } as const;
const credentials = async () => ({ tencent: { secretId: 'tencent-id', secretKey: 'tencent-secret' } });

const servers: { close(): Promise<void> }[] = [];
const play = async (answer: (request: Received, count: number) => Played) => {
  const server = await playServer(answer);
  servers.push(server);
  return server;
};
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const response = (content: object): Played => ({ body: { Response: { RequestId: 'r', ...content } } });

describe('Tencent Cloud FaceID', () => {
  it('FACE-2 opens a session for name and document; the ticket stays here', async () => {
    const server = await play(() => response({ BizToken: 'CE661F1A-0F1E', Url: 'x' }));
    expect(await tencentFace(settings, credentials, server.origin).start(subject)).toEqual({
      provider: 'tencent',
      token: 'CE661F1A-0F1E',
    });
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({ 'x-tc-action': 'DetectAuth', 'x-tc-version': '2018-03-01' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      RuleId: '7',
      Name: '张三',
      IdCard: '34010419900307123X',
    });
    expect(request?.headers.authorization).toBe(
      tencentAuthorization(
        {
          service: 'faceid',
          host: new URL(server.origin).host,
          timestamp: Number(request?.headers['x-tc-timestamp']),
          body: request?.body ?? '',
        },
        { secretId: 'tencent-id', secretKey: 'tencent-secret' },
      ),
    );
  });

  it.each<[unknown, string]>([
    [0, 'pass'],
    [null, 'pending'],
    [17, 'pending'],
    [1004, 'fail'],
    [1002, 'fail'],
    [15, 'fail'],
    [2006, 'mismatch'],
    [2016, 'mismatch'],
    [301, 'mismatch'],
    [99_999, 'fail'],
    ['0', 'fail'],
    [false, 'fail'],
  ])('FACE-2 REG-6 fetches the result itself, text only: code %s is %s', async (ErrCode, outcome) => {
    const server = await play(() =>
      response({ Text: { ErrCode, ErrMsg: 'x', IdCard: subject.documentNumber } }),
    );
    expect(await tencentFace(settings, credentials, server.origin).result('biz-token')).toEqual({
      outcome,
      transactionId: 'biz-token',
    });
    expect(server.requests[0]?.headers['x-tc-action']).toBe('GetDetectInfoEnhanced');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      BizToken: 'biz-token',
      RuleId: '7',
      InfoType: '1',
    });
  });

  it('FACE-2 takes an answer without a result as unfinished, never as a pass', async () => {
    for (const content of [{}, { Text: null }, { Text: {} }, { Text: 'x' }, { Text: [] }]) {
      const server = await play(() => response(content));
      expect((await tencentFace(settings, credentials, server.origin).result('t')).outcome).toBe('pending');
    }
  });

  it.each([4, 10, 1001, 2001])(
    'LCK-6 does not blame the person for the fault %s of the provider',
    async (ErrCode) => {
      const server = await play(() => response({ Text: { ErrCode } }));
      expect((await errorOf(tencentFace(settings, credentials, server.origin).result('t'))).name).toBe(
        'FaceUnavailable',
      );
    },
  );

  it.each([
    ['InvalidParameterValue.BizTokenIllegal', 'FaceRefused'],
    ['InvalidParameter', 'FaceRefused'],
    ['InternalError', 'FaceUnavailable'],
    ['UnauthorizedOperation.Arrears', 'FaceUnavailable'],
    ['AuthFailure.SignatureFailure', 'FaceUnavailable'],
  ])('FACE-2 tells what the provider refuses from what it cannot do: %s', async (Code, name) => {
    const server = await play(() => response({ Error: { Code, Message: `${subject.documentNumber} 张三` } }));
    const error = await errorOf(tencentFace(settings, credentials, server.origin).start(subject));
    expect(error.name).toBe(name);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/34010419900307123X|张三|secret/);
  });
});

describe('the simulated provider', () => {
  it('FACE-2 opens a session and fetches its result', async () => {
    const server = await play(({ method }) =>
      method === 'POST'
        ? { status: 201, body: { token: 'tok-1' } }
        : { body: { state: 'done', outcome: 'pass', transactionId: 'tx-1' } },
    );
    vi.stubEnv('AWS_ENDPOINT_URL_FACE_SIMULATOR', server.origin);
    const gateway = createFaceGateway({ kind: 'simulator' }, credentials);
    expect(await gateway.start(subject)).toEqual({ provider: 'simulator', token: 'tok-1' });
    expect(await gateway.result('tok-1')).toEqual({ outcome: 'pass', transactionId: 'tx-1' });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /sessions',
      'GET /sessions/tok-1',
    ]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      name: '张三',
      documentNumber: subject.documentNumber,
      ticket: 'ticket-handle',
    });
  });

  it('FACE-2 passes only on the word pass of a session that is done', async () => {
    const outcomes: [object, string][] = [
      [{ state: 'done', outcome: 'fail' }, 'fail'],
      [{ state: 'done', outcome: 'mismatch' }, 'mismatch'],
      [{ state: 'open', outcome: 'pass' }, 'pending'],
      [{}, 'pending'],
    ];
    for (const [body, outcome] of outcomes) {
      vi.stubEnv('AWS_ENDPOINT_URL_FACE_SIMULATOR', (await play(() => ({ body }))).origin);
      expect((await createFaceGateway({ kind: 'simulator' }, credentials).result('t')).outcome).toBe(outcome);
    }
    vi.stubEnv(
      'AWS_ENDPOINT_URL_FACE_SIMULATOR',
      (await play(() => ({ body: { state: 'done', outcome: 'PASS' } }))).origin,
    );
    expect((await errorOf(createFaceGateway({ kind: 'simulator' }, credentials).result('t'))).name).toBe(
      'FaceUnavailable',
    );
  });

  it('FACE-2 asks for no path that a token chooses, and refuses one that nobody knows', async () => {
    const server = await play(() => ({ status: 404 }));
    vi.stubEnv('AWS_ENDPOINT_URL_FACE_SIMULATOR', server.origin);
    const gateway = createFaceGateway({ kind: 'simulator' }, credentials);
    for (const token of ['', '../x', 'a/b', 'a?b', '%2e', 'x'.repeat(129)]) {
      expect((await errorOf(gateway.result(token))).name).toBe('FaceRefused');
    }
    expect(server.requests).toHaveLength(0);
    expect((await errorOf(gateway.result('unknown'))).name).toBe('FaceRefused');
  });
});

describe('both providers', () => {
  const open = (name: string, origin: string) => {
    if (name === 'tencent') return tencentFace(settings, credentials, origin);
    vi.stubEnv('AWS_ENDPOINT_URL_FACE_SIMULATOR', origin);
    return createFaceGateway({ kind: 'simulator' }, credentials);
  };

  keeping(1)(['tencent', 'simulator'])(
    'FACE-2 %s: away, cut, slow or rubbish is a failure, never a pass',
    async (name) => {
      expect((await errorOf(open(name, await deadOrigin()).result('t'))).name).toBe('FaceUnavailable');
      for (const answer of [
        { cut: true } as const,
        { delay: 10_000 },
        { raw: '<html>' },
        { raw: '' },
        { raw: Buffer.alloc(1_000_000, ' ') },
        { status: 500, raw: 'x' },
        { status: 302, headers: { location: '/y' }, raw: '' },
      ]) {
        const server = await play(() => answer);
        const started = performance.now();
        expect((await errorOf(open(name, server.origin).result('t'))).name).toMatch('FaceUnavailable');
        expect(performance.now() - started).toBeLessThan(allowing(6000));
        expect(server.requests).toHaveLength(1);
      }
    },
    15_000,
  );
});
