import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlainError } from './plain-error.ts';
import { sendProblem } from './problem.ts';

export type Handle = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface PublicServer {
  readonly port: number;
  /** From now on requests are served; until then they are answered with 503. */
  open(handle: Handle): void;
  stop(): Promise<void>;
}

/**
 * Opens the public port on 127.0.0.1 at once, because the issuer must be known before anything is synthesized.
 * @throws PlainError if the port is in use
 */
export async function takePort(wanted: number): Promise<PublicServer> {
  let handle: Handle | undefined;
  const server = createServer((incoming, response) => {
    if (!handle) {
      incoming.resume();
      return sendProblem(incoming, response, 'UNAVAILABLE', 'Starting / 正在启动');
    }
    handle(incoming, response).catch((error: unknown) => {
      // A client that disconnected during the request needs no answer.
      if (response.headersSent || response.destroyed || incoming.destroyed) return response.destroy();
      process.stderr.write(
        `The local runtime failed: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
      sendProblem(incoming, response, 'UNAVAILABLE', 'The local runtime failed / 本地运行环境出错');
    });
  });
  server.keepAliveTimeout = 120_000;
  server.listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new PlainError(
      reason === 'EADDRINUSE'
        ? `Port ${wanted} is taken: stop what uses it, or choose another with --port.`
        : `Port ${wanted} can't be used (${reason}): choose another with --port.`,
      reason === 'EADDRINUSE'
        ? `端口 ${wanted} 已被占用：请停止占用它的程序，或用 --port 另选端口。`
        : `无法使用端口 ${wanted}（${reason}）：请用 --port 另选端口。`,
      { cause: error },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    open: (given) => {
      handle = given;
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
