import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import type { Matter } from '../../../examples/relying-party/page.ts';
import type { Notice } from '../../../examples/relying-party/system.ts';

/** How a stand-in answers logout tokens. */
export const logoutAnswers = ['ok', 'error', 'none'] as const;
export type LogoutAnswer = (typeof logoutAnswers)[number];

/** A stand-in as the desk and `/local/rps` show it. */
export interface TaxSystem {
  readonly clientId: string;
  readonly name: RelyingPartyInput['name'];
  readonly url: string;
}
export interface TaxSystems {
  readonly relyingParties: readonly RelyingPartyInput[];
  readonly list: readonly TaxSystem[];
  /** The logout tokens that it received, newest first; undefined if there is no such system. */
  notices(clientId: string): readonly Notice[] | undefined;
  /** Sets the answer from now on; false if there is no such system. */
  answerLogouts(clientId: string, answer: LogoutAnswer): boolean;
  stop(): Promise<void>;
}

/** Which identities each stand-in accepts: people for themselves, companies, and agencies with their clients. */
const standIns = [
  {
    clientId: 'iit-web',
    name: { zh: '自然人电子税务局（示例）', en: 'Individual income tax (stand-in)' },
    sector: 'filing',
    accepts: { kinds: ['natural'] },
    matter: { code: 'refund.apply', zh: '申请退税' },
  },
  {
    clientId: 'filing-web',
    name: { zh: '企业申报系统（示例）', en: 'Tax filing for companies (stand-in)' },
    sector: 'filing',
    accepts: { kinds: ['enterprise'] },
    number: true,
    matter: { code: 'invoice.issue', zh: '开具发票' },
  },
  {
    clientId: 'agency-web',
    name: { zh: '涉税专业服务系统（示例）', en: 'Services of tax agencies (stand-in)' },
    sector: 'registration',
    accepts: { kinds: ['agency'] },
    // No agreement lets an agent issue invoices (AGY-4).
    matter: { code: 'refund.apply', zh: '申请退税' },
  },
] as const satisfies readonly (Partial<RelyingPartyInput> & { matter: Matter })[];

interface TaxSystemParts {
  /** The bureau's address. */
  readonly issuer: string;
  /** The first of their ports, if it is free. */
  readonly port: number | undefined;
  readonly now: () => Date;
}

/**
 * Three tax systems on this machine, each running the code of examples/relying-party with a key made for this run.
 * People are handed over to them, and they are informed when a hand-over ends. The systems use the runtime's clock.
 */
export async function openTaxSystems({ issuer, port, now }: TaxSystemParts): Promise<TaxSystems> {
  // Imported only here, because the library is not needed without them.
  const [{ newClientKey }, { taxSystem, callbackPath, homePath, loginPath, logoutPath }] = await Promise.all([
    import('../../../examples/relying-party/keys.ts'),
    import('../../../examples/relying-party/system.ts'),
  ]);
  const opened = await Promise.all(
    standIns.map(async ({ matter, ...settings }, at) => {
      const [key, server] = await Promise.all([newClientKey(), listening(port && port + at)]);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { clientId, name } = settings;
      const system = taxSystem({ name: name.zh, origin: url, issuer, clientId, key, matter, now });
      const state = { answer: 'ok' as LogoutAnswer };
      server.on('request', (incoming, response) => {
        const isLogout = incoming.url === logoutPath;
        if (isLogout && state.answer === 'none') incoming.resume();
        else if (isLogout && state.answer === 'error') refuse(response);
        else void system.handle(incoming, response);
      });
      const client: RelyingPartyInput = {
        ...settings,
        redirectUris: [url + callbackPath],
        postLogoutRedirectUris: [url + homePath],
        backchannelLogoutUri: url + logoutPath,
        initiateLoginUri: url + loginPath,
        keys: [key.publicKey],
        resources: [{ uri: `${url}/api` }],
        matters: [matter.code],
      };
      return { clientId, name, url, client, server, state, notices: system.notices };
    }),
  );
  const find = (clientId: string) => opened.find((one) => one.clientId === clientId);
  return {
    relyingParties: opened.map(({ client }) => client),
    list: opened.map(({ clientId, name, url }) => ({ clientId, name, url })),
    notices: (clientId) => find(clientId)?.notices,
    answerLogouts: (clientId, answer) => {
      const found = find(clientId);
      if (found) found.state.answer = answer;
      return found !== undefined;
    },
    stop: async () => {
      await Promise.all(
        opened.map(async ({ server }) => {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          await closed;
        }),
      );
    },
  };
}

const refuse = (response: ServerResponse): void => void response.writeHead(500).end();

/** Listens on the wanted port, or on any if another process has it. */
async function listening(wanted: number | undefined): Promise<Server> {
  const server = createServer();
  try {
    server.listen(wanted ?? 0, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return server;
}
