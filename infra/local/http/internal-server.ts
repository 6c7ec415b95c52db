import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EmulatorContext, sendAwsError, strikeService } from '../emulators/caller.ts';
import type { FaceSimulator } from '../emulators/face-simulator.ts';
import type { Objects } from '../emulators/objects.ts';
import type { Outbox } from '../emulators/outbox.ts';
import { invocationHeader } from '../lambda/invocation-headers.ts';
import { readBody, sendJson } from './http.ts';
import { objectOf, parseJson, stringOf } from './json.ts';

type Handle = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The services behind the functions; created after the server listens, because its address is needed first. */
export interface Services {
  readonly ctx: EmulatorContext;
  readonly dynamoDb: Handle;
  readonly aws: Handle;
  readonly outbox: Outbox;
  readonly face: FaceSimulator;
  readonly objects: Objects;
}

export interface InternalServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  attach(services: Services): void;
  stop(): Promise<void>;
}

/** One server on 127.0.0.1 for everything that functions call. */
export async function startInternalServer(): Promise<InternalServer> {
  let services: Services | undefined;
  const server: Server = createServer((incoming, response) => {
    if (!services) return sendJson(response, 503, {});
    const attached = services;
    dispatch(attached, incoming, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      sendAwsError(response, attached.ctx, 500, 'InternalServerError', String(error));
    });
  });
  // The server never closes an idle connection, because a request could be on its way; the other side decides.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attach: (given) => {
      services = given;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function dispatch(
  services: Services,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = incoming.headers['x-amz-target'];
  if (typeof target === 'string')
    return target.startsWith('DynamoDB_')
      ? services.dynamoDb(incoming, response)
      : services.aws(incoming, response);
  const path = (incoming.url ?? '/').split('?')[0] ?? '/';
  if (path === '/outbox/messages' && incoming.method === 'POST')
    return withFault('sms', services, incoming, response, (body) => {
      const [phone, purpose, text] = [stringOf(body.phone), stringOf(body.purpose), stringOf(body.text)];
      if (phone === undefined || purpose === undefined || text === undefined)
        return [400, { message: 'phone, purpose and text are needed' }];
      const code = stringOf(body.code);
      const at = new Date(services.ctx.clock.now()).toISOString();
      services.outbox.add({ phone, purpose, ...(code === undefined ? {} : { code }), text, at });
      return [202, {}];
    });
  if (path === '/face/sessions' && incoming.method === 'POST')
    return withFault('face', services, incoming, response, () => [201, services.face.start()]);
  const token = /^\/face\/sessions\/([\w-]+)$/.exec(path)?.[1];
  if (token !== undefined && incoming.method === 'GET')
    return withFault('face', services, incoming, response, () => {
      const result = services.face.result(token);
      return result ? [200, result] : [404, { message: 'No such session' }];
    });
  if (await services.objects.handle(services.ctx, incoming, response)) return;
  incoming.resume();
  sendJson(response, 501, { message: 'The local runtime does not answer this' });
}

/** An outside service that can be made unavailable (`service: 'sms'` or `'face'` in a fault rule). */
async function withFault(
  service: 'sms' | 'face',
  { ctx }: Services,
  incoming: IncomingMessage,
  response: ServerResponse,
  carryOut: (body: Readonly<Record<string, unknown>>) => [status: number, body: object],
): Promise<void> {
  const body = await readBody(incoming, 1024 * 1024);
  const invocation = ctx.usage.find(incoming.headers[invocationHeader]?.toString(), '');
  const operation = `${incoming.method} ${service}`;
  const fault = await strikeService(ctx, service, operation, invocation.functionName, invocation, response);
  if (fault === 'timeout') return;
  if (fault === 'error500' || fault === 'conflict')
    return sendJson(response, 500, { message: 'Injected fault' });
  if (fault === 'throttle') return sendJson(response, 429, { message: 'Injected fault' });
  if (fault === 'crash') return ctx.crash(invocation.functionName);
  const [status, answer] = carryOut(objectOf(parseJson(body?.toString('utf8') ?? '')));
  if (fault === 'crash-after') return ctx.crash(invocation.functionName);
  if (fault === 'after') {
    response.socket?.destroy();
    return;
  }
  sendJson(response, status, answer);
}
