import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Reads a body to its end; undefined if it is larger than the limit (the rest is read and dropped). */
export async function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limitBytes) return undefined;
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export const makeAgent = (): Agent => new Agent({ keepAlive: true, maxSockets: 128, scheduling: 'lifo' });

/** One POST over a kept-alive connection; if the other side had already closed it, a new connection is opened once. */
export function post(
  url: URL,
  headers: Record<string, string | number>,
  body: Buffer | string,
  agent: Agent,
): Promise<Answer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const once = (again: boolean): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          hostname: url.hostname,
          port: url.port,
          path: url.pathname,
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': bytes.length },
        },
        (incoming) => {
          readBody(incoming, Number.POSITIVE_INFINITY).then(
            (answer = Buffer.alloc(0)) =>
              resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: answer }),
            reject,
          );
        },
      );
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        if (again && outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(once(false));
        else reject(error);
      });
      outgoing.end(bytes);
    });
  return once(true);
}
