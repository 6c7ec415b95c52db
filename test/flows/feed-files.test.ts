import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FlowContext } from '#runtime/context.ts';
import { nextLines, type Position } from '../../functions/registry-feed/file-lines.ts';
import { continuationMessage, type FeedFile, readMessage } from '../../functions/registry-feed/messages.ts';
import {
  makeVisibleAgain,
  processFile,
  secondsToNextTry,
} from '../../functions/registry-feed/process-file.ts';
import { answerRange } from '../support/s3-range-answers.ts';
import { long } from '../support/variants.ts';

/** A stand-in for S3 with ranges and conditions, and for a queue that keeps its messages. */
const files = new Map<string, Buffer>();
const asked: { path: string; range: string | undefined; authorization: string | undefined }[] = [];
const sent: { QueueUrl: string; MessageBody: string; DelaySeconds: number; VisibilityTimeout?: number }[] =
  [];
let refuse: number | undefined;
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      expect(request.headers['x-amz-target']).toMatch(/^AmazonSQS\.(SendMessage|ChangeMessageVisibility)$/);
      sent.push(JSON.parse(body));
      return response.end('{"MessageId":"1"}');
    }
    const { range, authorization } = request.headers;
    asked.push({ path: request.url ?? '', range, authorization });
    const bytes = files.get(request.url ?? '');
    if (refuse !== undefined || !bytes) return response.writeHead(refuse ?? 404).end('<Error/>');
    return answerRange(request, response, bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL_S3: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_REGION: 'cn-north-1',
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
  }))
    vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
let log: Record<string, unknown>[];
beforeEach(() => {
  log = [];
  sent.length = 0;
  asked.length = 0;
  refuse = undefined;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log.push(JSON.parse(String(text)));
    return true;
  });
  return () => vi.restoreAllMocks();
});

const object = { bucket: 'feed', encodedKey: 'day+one.jsonl' };
const put = (text: string | Buffer): void => {
  files.set('/feed/day%20one.jsonl', Buffer.from(text));
};
async function readAll(): Promise<{ lines: string[]; numbers: number[]; pieces: number }> {
  const all: string[] = [];
  const numbers: number[] = [];
  let at: Position = { offset: 0, line: 1 };
  for (let pieces = 1; ; pieces++) {
    const { lines, next, atEnd } = await nextLines(object, at, undefined);
    numbers.push(...lines.map((_, index) => at.line + index));
    all.push(...lines);
    if (atEnd) return { lines: all, numbers, pieces };
    at = next;
  }
}

describe('lines of an S3 object', () => {
  it('ENT-3 are read with signed requests, whatever ends a line', async () => {
    put('one\ntwo\r\nthree');
    expect((await readAll()).lines.map((line) => line.trim())).toEqual(['one', 'two', 'three']);
    expect(asked[0]).toMatchObject({
      path: '/feed/day%20one.jsonl',
      authorization: expect.stringContaining('/cn-north-1/s3/aws4_request'),
    });
    put('');
    expect((await readAll()).lines).toEqual([]);
    put('\n\nlast\n');
    expect((await readAll()).lines).toEqual(['', '', 'last']);
  });

  long('MIG-1 are cut at their ends, not within a character, however large the file', async () => {
    const line = (index: number) => `{"n":${index},"name":"${'张三丰'.repeat(index % 40)}"}`;
    const wanted = Array.from({ length: 30_000 }, (_, index) => line(index));
    put(wanted.join('\n'));
    const { lines, numbers, pieces } = await readAll();
    expect(lines).toEqual(wanted);
    expect(numbers).toEqual(wanted.map((_, index) => index + 1));
    expect(pieces).toBeGreaterThan(5);
    // No request asks for more than one piece.
    for (const { range } of asked) {
      const [from = 0, to = 0] = (/(\d+)-(\d+)/.exec(range ?? '') ?? []).slice(1).map(Number);
      expect(to - from).toBeLessThan(600_000);
    }
  });

  long(
    'MIG-1 of any length but the absurd: a line that is too long is one bad line, and what follows is read',
    async () => {
      const long = 'y'.repeat(3_000_000);
      put(`a\n${long}\nb\n${'z'.repeat(20_000_000)}\nc`);
      const { lines, numbers } = await readAll();
      expect(lines).toEqual(['a', long, 'b', '…', 'c']);
      expect(numbers).toEqual([1, 2, 3, 4, 5]);
    },
  );

  it('MIG-1 a line longer than a piece is taken alone, and no more is asked for than its double', async () => {
    const line = 'y'.repeat(600_000);
    put(`${line}\nb\nc`);
    const first = await nextLines(object, { offset: 0, line: 1 }, undefined);
    expect([first.lines, first.next, first.atEnd]).toEqual([[line], { offset: 600_001, line: 2 }, false]);
    expect(asked.map(({ range }) => range)).toEqual(['bytes=0-524287', 'bytes=0-1048575']);
    expect((await readAll()).lines).toEqual([line, 'b', 'c']);
  });

  it('ENT-3 fail without naming the file when S3 refuses', async () => {
    await expect(
      nextLines(
        { bucket: 'feed', encodedKey: 'missing-340101199003071234' },
        { offset: 0, line: 1 },
        undefined,
      ),
    ).rejects.toThrow(/^s3: http-404$/);
  });
});

long(
  'ENT-3 a message that failed is shown again after two minutes; that this fails too is no failure',
  async () => {
    sent.length = 0;
    await makeVisibleAgain('arn:aws-cn:sqs:cn-north-1:123456789012:ahtax-prod-registry-feed', 'handle', 2.5);
    expect(sent).toEqual([
      {
        QueueUrl: 'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/ahtax-prod-registry-feed',
        ReceiptHandle: 'handle',
        VisibilityTimeout: 120,
      },
    ]);
    await makeVisibleAgain('arn:aws:sqs:eu-west-1:123456789012:feed', 'handle', 1);
    expect(sent.at(-1)?.QueueUrl).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/feed');
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9');
    await expect(makeVisibleAgain('arn:aws:sqs:r:1:q', 'handle', 1)).resolves.toBeUndefined();
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', process.env.AWS_ENDPOINT_URL_S3 ?? '');
  },
);

it('ENT-3 five tries, however long each takes to fail, are over within a quarter of an hour', () => {
  for (const spent of [0, 1.2, 59, 60, 61, 120, 174.9]) {
    const next = secondsToNextTry(spent);
    expect(Number.isInteger(next)).toBe(true);
    expect(5 * (spent + next)).toBeLessThanOrEqual(900);
    expect(next).toBe(spent <= 60 ? 120 : 180 - Math.ceil(spent));
  }
});

it('MIG-1 a piece of nothing but old hashes is done before the function’s time is up', async () => {
  // A hash takes about 20 ms of a core (docs/operations.md), and at least 110 s are left when a piece begins
  // (process-file.ts).
  const line = JSON.stringify({
    type: 'person',
    version: 1,
    name: '张',
    documentType: '208',
    documentNumber: 'G1234',
    phones: [],
    passwordHash: `md5:${'0'.repeat(32)}`,
    faceVerified: false,
  });
  const agency = 'y'.repeat(600_000);
  put(`${agency}\n${`${line}\n`.repeat(50_000)}`);
  let at: Position = { offset: 0, line: 1 };
  for (let piece = 0; piece < 3; piece++) {
    const { lines, next } = await nextLines(object, at, undefined);
    expect(lines.length * 0.02).toBeLessThan(110);
    at = next;
  }
  expect(at.line).toBeGreaterThan(5_000);
});

describe('a file of the feed', () => {
  /** The lines of these tests are all refused before any table is needed. */
  const ctx = {} as FlowContext;
  const notification = JSON.stringify({
    Records: [
      { eventSource: 'aws:s3', s3: { bucket: { name: 'feed' }, object: { key: object.encodedKey } } },
    ],
  });
  const filesIn = (body: string): readonly FeedFile[] => {
    const message = readMessage(body, new Date('2026-11-23T00:00:00Z'));
    if (message.kind !== 'files') throw new Error('no file');
    return message.files;
  };
  const theFile = (body: string): FeedFile => {
    const [file] = filesIn(body);
    if (!file) throw new Error('no file');
    return file;
  };
  const take = (body: string, remainingMs: () => number) =>
    processFile(ctx, theFile(body), {
      messageId: 'm',
      queueArn: 'arn:aws-cn:sqs:cn-north-1:123456789012:ahtax-prod-registry-feed',
      remainingMs,
    });
  const bad = Array.from({ length: 40_000 }, (_, index) => (index % 7 === 0 ? '' : `{"number":${index}`));
  const badLines = bad.flatMap((line, index) => (line === '' ? [] : [index + 1]));
  /** By what an operator finds the lines of one file in the log. */
  const ofFile = { flow: 'registry-feed', messageId: 'm', file: expect.stringMatching(/^"\w+"$/) };
  const toldLines = () => log.filter(({ event }) => event === 'rejected').map(({ line }) => line);

  long(
    'MIG-1 goes on in a message of its own when the time is up, with its counts, until it is done',
    async () => {
      put(bad.join('\n'));
      let body = notification;
      let invocations = 0;
      for (;;) {
        invocations++;
        const before = sent.length;
        await take(body, () => 100_000);
        if (sent.length === before) break;
        body = sent.at(-1)?.MessageBody ?? '';
      }
      expect(invocations).toBeGreaterThan(1);
      expect(sent[0]).toMatchObject({
        QueueUrl: 'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/ahtax-prod-registry-feed',
        DelaySeconds: 0,
      });
      expect(toldLines()).toEqual(badLines);
      expect(log.at(-1)).toMatchObject({
        ...ofFile,
        event: 'file-done',
        lines: bad.length,
        accepted: 0,
        rejected: badLines.length,
        startedAt: '2026-11-23T00:00:00.000Z',
      });
      expect(JSON.stringify(log)).not.toContain('day');
    },
  );

  it('DOC-2 ENT-5 a file with a byte order mark loses no line by it, and a line in GBK is told as what it is', async () => {
    const line = (name: string | Buffer) =>
      Buffer.concat([Buffer.from('{"type":"unheard","name":"'), Buffer.from(name), Buffer.from('"}\n')]);
    put(
      Buffer.concat([
        Buffer.from('\ufeff'),
        line('庐州茶业'),
        line(Buffer.from([0xc2, 0xae, 0xd6, 0xdd])),
        line('徽光'),
      ]),
    );
    await take(notification, () => 800_000);
    const rejected = log.filter(({ event }) => event === 'rejected');
    for (const line of rejected) expect(line).toMatchObject(ofFile);
    const told = rejected.map(({ line: at, message }) => [at, message]);
    expect(told).toEqual([
      [1, expect.stringContaining('type')],
      [2, expect.stringContaining('not UTF-8')],
      [3, expect.stringContaining('type')],
    ]);
  });

  long('MIG-1 is taken in one go while there is time', async () => {
    put(bad.join('\n'));
    await take(notification, () => 800_000);
    expect(sent).toEqual([]);
    expect(log.filter(({ event }) => event === 'file-progress').length).toBeGreaterThan(0);
    expect(log.at(-1)).toMatchObject({ event: 'file-done', rejected: badLines.length });
  });

  long('MIG-1 a continuation that is delivered twice does the same twice', async () => {
    put(bad.join('\n'));
    await take(notification, () => 100_000);
    const body = sent[0]?.MessageBody ?? '';
    const told = [];
    for (const _ of [1, 2]) {
      log = [];
      await take(body, () => 100_000);
      told.push(toldLines());
    }
    expect(told[0]).toEqual(told[1]);
    expect(sent[1]).toEqual(sent[2]);
  });

  long('MIG-1 that is replaced or removed meanwhile is noticed, and not taken on', async () => {
    put(bad.join('\n'));
    await take(notification, () => 100_000);
    const body = sent[0]?.MessageBody ?? '';
    const { position, counts } = theFile(body);
    expect(counts.rejected).toBeGreaterThan(0);
    const changed = {
      level: 'ERROR',
      ...ofFile,
      event: 'file-changed',
      lines: position.line - 1,
      ...counts,
    };
    put(`${bad.join('\n')}\n`);
    await take(body, () => 100_000);
    expect(log.at(-1)).toMatchObject(changed);
    files.clear();
    await take(body, () => 100_000);
    expect(log.at(-1)).toMatchObject(changed);
    expect(sent).toHaveLength(1);
  });

  long(
    'MIG-1 goes on later from where it stood when a dependency is away; where it had not begun, it comes again',
    async () => {
      put(bad.join('\n'));
      refuse = 503;
      await expect(take(notification, () => 800_000)).rejects.toThrow('s3: http-503');
      refuse = undefined;
      let looks = 0;
      await take(notification, () => {
        if (++looks === 1) refuse = 503;
        return 800_000;
      });
      refuse = undefined;
      expect(sent).toHaveLength(1);
      expect(sent[0]?.DelaySeconds).toBe(60);
      const { position } = theFile(sent[0]?.MessageBody ?? '');
      expect(position.line).toBeGreaterThan(1);
      expect(log.at(-1)).toMatchObject({
        level: 'ERROR',
        ...ofFile,
        event: 'file-paused',
        lines: position.line - 1,
        cause: expect.objectContaining({ message: 's3: http-503' }),
      });
      await take(sent[0]?.MessageBody ?? '', () => 800_000);
      expect(toldLines()).toEqual(badLines);
    },
  );

  it('MIG-1 ENT-3 is told from lines that are a message themselves', () => {
    const now = new Date();
    expect(readMessage('{"type":"person"}', now)).toEqual({ kind: 'lines', lines: ['{"type":"person"}'] });
    expect(readMessage('{"type":"a"}\n{"type":"b"}', now)).toMatchObject({ kind: 'lines' });
    expect(filesIn(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' }))).toEqual([]);
    const file = theFile(notification);
    expect(filesIn(continuationMessage(file))).toEqual([file]);
    // A position that cannot come from this function is not accepted as a position.
    const forged = continuationMessage({ ...file, position: { offset: -1, line: 1 } });
    expect(readMessage(forged, now)).toMatchObject({ kind: 'lines' });
  });
});
