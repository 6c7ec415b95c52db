import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import aws4 from 'aws4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbError, makeClient } from '#store/dynamodb.ts';

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Play = (response: ServerResponse, nth: number) => void;

let server: Server;
let endpoint: string;
const seen: Seen[] = [];
let play: Play = (response) => response.end('{}');

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    play(response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  seen.length = 0;
  play = (response) => response.end('{}');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const identity = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI',
  sessionToken: 'of-the-role',
};
const client = (more: object = {}) =>
  makeClient({ region: 'cn-north-1', endpoint, tries: 3, timeoutMs: 300, ...identity, ...more });
const refusal = (response: ServerResponse, status: number, type: string) =>
  response
    .writeHead(status)
    .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }));

describe('the DynamoDB client', () => {
  it('says what the SDK says: operation, body, credential scope and session token', async () => {
    const input = { TableName: 'users', Key: { personKey: { S: '甲' } } };
    await client()('GetItem', input);
    const sdk = new DynamoDBClient({ region: 'cn-north-1', endpoint, credentials: identity });
    await sdk.send(new GetItemCommand(input));
    sdk.destroy();
    const [ours, theirs] = seen.map(({ headers, body }) => ({
      body: JSON.parse(body),
      target: headers['x-amz-target'],
      type: headers['content-type'],
      token: headers['x-amz-security-token'],
      scope: /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1],
    }));
    expect(ours).toEqual(theirs);
    expect(ours?.scope).toMatch(/^AKIDEXAMPLE\/\d{8}\/cn-north-1\/dynamodb\/aws4_request$/);
  });

  it.each([identity, { ...identity, sessionToken: undefined }])('signs as aws4 does', async (who) => {
    await client(who)('PutItem', { TableName: 'users', Item: { name: { S: '张三' } } });
    const [{ headers, body } = { headers: {}, body: '' }] = seen;
    const signed = aws4.sign(
      {
        service: 'dynamodb',
        region: 'cn-north-1',
        method: 'POST',
        path: '/',
        body,
        headers: {
          Host: headers.host,
          'Content-Type': headers['content-type'],
          'X-Amz-Date': headers['x-amz-date'],
          'X-Amz-Target': headers['x-amz-target'],
        },
      },
      who.sessionToken ? identity : { accessKeyId: who.accessKeyId, secretAccessKey: who.secretAccessKey },
    );
    expect(headers.authorization).toBe(signed.headers?.Authorization);
  });

  it('tries again what passes by itself, with one token for all tries of a transaction', async () => {
    play = (response, nth) =>
      nth < 3 ? refusal(response, nth === 1 ? 500 : 400, 'ThrottlingException') : response.end('{}');
    await client()('TransactWriteItems', { TransactItems: [] });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ body }) => JSON.parse(body).ClientRequestToken)).size).toBe(1);
    expect(new Set(seen.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
  });

  it('gives two transactions two tokens', async () => {
    const send = client();
    await send('TransactWriteItems', { TransactItems: [] });
    await send('TransactWriteItems', { TransactItems: [] });
    expect(new Set(seen.map(({ body }) => JSON.parse(body).ClientRequestToken)).size).toBe(2);
  });

  it('does not repeat a refusal, and tells it by name with what it carries', async () => {
    play = (response) =>
      response.writeHead(400).end(
        JSON.stringify({
          __type: 'x#ConditionalCheckFailedException',
          message: 'no',
          Item: { a: { S: 'b' } },
        }),
      );
    const error = await client()('UpdateItem', {}).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(DynamoDbError);
    expect(error).toMatchObject({
      name: 'ConditionalCheckFailedException',
      status: 400,
      Item: { a: { S: 'b' } },
    });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, Play]>([
    ['hangs', () => undefined],
    ['cuts the connection', (response) => response.destroy()],
    ['answers half', (response) => response.writeHead(200, { 'content-length': '50' }).write('{"Item"')],
    ['answers no JSON', (response) => response.end('<html>')],
  ])('gives up after three tries when the table %s', async (_, how) => {
    play = how;
    await expect(client({ timeoutMs: 120 })('GetItem', {})).rejects.toThrow();
    expect(seen).toHaveLength(3);
  });

  it('recovers from one cut connection', async () => {
    play = (response, nth) => (nth === 1 ? response.destroy() : response.end('{"Item":{}}'));
    expect(await client()('GetItem', {})).toEqual({ Item: {} });
  });
});
