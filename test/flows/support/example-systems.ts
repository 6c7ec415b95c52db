import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { newClientKey } from '../../../examples/relying-party/keys.ts';
import {
  callbackPath,
  homePath,
  loginPath,
  logoutPath,
  type Notice,
  taxSystem,
} from '../../../examples/relying-party/system.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';

/** The tax system of examples/relying-party on a port of this machine; it uses openid-client. */
export interface ExampleSystem {
  readonly client: RelyingPartyInput;
  readonly origin: string;
  readonly notices: readonly Notice[];
  /** Connects the system with this runtime and its clock. */
  meet(runtime: TestRuntime): void;
  stop(): void;
}

/** @param host `localhost` is another site than the bureau's, as in production */
export async function exampleSystem(
  clientId: string,
  changes: Partial<RelyingPartyInput> = {},
  host = '127.0.0.1',
): Promise<ExampleSystem> {
  const key = await newClientKey();
  let handle: (incoming: IncomingMessage, response: ServerResponse) => unknown = (_, response) =>
    response.writeHead(503).end();
  const server = createServer((incoming, response) => void handle(incoming, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://${host}:${port}`;
  let notices: readonly Notice[] = [];
  return {
    client: {
      clientId,
      name: { zh: `${clientId}系统`, en: `System ${clientId}` },
      sector: 'filing',
      redirectUris: [origin + callbackPath],
      postLogoutRedirectUris: [origin + homePath],
      backchannelLogoutUri: `http://127.0.0.1:${port}${logoutPath}`,
      initiateLoginUri: origin + loginPath,
      keys: [key.publicKey],
      resources: [{ uri: `${origin}/api` }],
      accepts: { kinds: ['natural', 'enterprise', 'agency', 'special'] },
      ...changes,
    },
    origin,
    get notices() {
      return notices;
    },
    meet: (runtime) => {
      const name = changes.name?.zh ?? clientId;
      const system = taxSystem({ name, origin, issuer: runtime.url, clientId, key, now: runtime.clock.now });
      ({ handle, notices } = system);
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** As much of a browser as the journeys need: cookies by name, and redirects one after the other. */
export function browser() {
  const jar = new Map<string, string>();
  const visit = async (
    url: string,
    method = 'GET',
  ): Promise<{ status: number; location: string; text: string }> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { method, redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return {
      status: answer.status,
      location: answer.headers.get('location') ?? '',
      text: await answer.text(),
    };
  };
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  return { visit, cookies };
}

/**
 * A click on the system's button, the decision by the page's call, and the way back; returns the system's page.
 * @param decide the body that the page sends; `refuse` makes the page refuse
 */
export async function enter(
  runtime: TestRuntime,
  { origin }: Pick<ExampleSystem, 'origin'>,
  token: string,
  { visit, cookies }: ReturnType<typeof browser> = browser(),
  decide: object | 'refuse' = { silently: true },
) {
  const away = await visit(origin + loginPath);
  const asked = await visit(away.location);
  const id = /\/sso#([\w-]{32})$/.exec(asked.location)?.[1];
  if (!id) throw new Error(`${asked.status} ${asked.location}`);
  const [step, body] = decide === 'refuse' ? ['refuse', {}] : ['approve', decide];
  const reply = await runtime.http('POST', `/v1/sso/${id}/${step}`, body, { token, cookie: cookies() });
  const back = await visit(expectStatus(reply, 200).body.redirectTo);
  return { back, page: await visit(`${origin}/`) };
}
