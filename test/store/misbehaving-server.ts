import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked at, not typed
  readonly body: any;
}
export type Play = (response: ServerResponse, seen: Seen, nth: number) => void;

/** A DynamoDB that does what it is told to, and remembers what it was sent. */
export async function startMisbehaving() {
  const seen: Seen[] = [];
  let play: Play = answer({});
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    seen.push({ headers: request.headers, body: text ? JSON.parse(text) : undefined });
    play(response, seen.at(-1) as Seen, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plays(next: Play) {
      play = next;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The environment of a function that takes it for AWS, and has two tables. */
export const environmentFor = (origin: string): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
  AWS_REGION: 'cn-north-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_ENDPOINT_URL_DYNAMODB: origin,
  TABLE_USERS: 'users',
  TABLE_TICKETS: 'tickets',
});

export const requestId = 'Q5L7RAHB4TB6PNVA0KIVNK0CJ7VV4KQNSO5AEMVJF66Q9ASUAAJG';

/** An answer as DynamoDB gives it. */
export const answer =
  (body: object, status = 200, headers: Record<string, string> = {}): Play =>
  (response) =>
    response
      .writeHead(status, {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': requestId,
        ...headers,
      })
      .end(JSON.stringify(body));

export const refusal = (
  type: string,
  status = 400,
  headers: Record<string, string> = {},
  more: object = {},
) => answer({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', ...more }, status, headers);

/** `first` for the first try of a call, then what a healthy table says. */
export const atFirst =
  (first: Play, then: Play = answer({})): Play =>
  (response, seen, nth) =>
    (nth === 1 ? first : then)(response, seen, nth);
