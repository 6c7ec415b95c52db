import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export interface Played {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent unchanged instead of JSON. */
  readonly raw?: string | Buffer;
  readonly headers?: Record<string, string>;
  /** Milliseconds to wait before the answer. */
  readonly delay?: number;
  /** Closes the connection instead of answering. */
  readonly cut?: true;
}

/** A provider on 127.0.0.1 that records its requests and gives the answers of `play`. */
export async function playServer(play: (request: Received, count: number) => Played | Promise<Played>) {
  const requests: Received[] = [];
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(request);
      const played = await play(request, requests.length);
      if (played.delay) await new Promise((resolve) => setTimeout(resolve, played.delay));
      if (played.cut) return incoming.socket.destroy();
      answer.writeHead(played.status ?? 200, { 'content-type': 'application/json', ...played.headers });
      answer.end(played.raw ?? JSON.stringify(played.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { origin, requests, close };
}

/** The address of a port on which no server listens. */
export async function deadOrigin(): Promise<string> {
  const { origin, close } = await playServer(() => ({}));
  await close();
  return origin;
}

/** The error with which a promise ends; fails if the promise succeeds. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('no error was thrown');
}
