import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { defaultMatters } from '#domain/factors/matters.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { nextCheckAt, type RpSession, rpIndexKeysOf, rpSessionPut } from '#store/sessions/rp-sessions.ts';
import type { TestRuntime } from '../../support/runtime.ts';
import type { StoredRow } from '../../support/stored-rows.ts';
import { row } from '../../support/watched.ts';

/** A stand-in for a tax system: its key, the logout tokens that it got, and its answer to them. */
export interface StandIn {
  readonly client: RelyingPartyInput;
  /** The key that signs the client assertions. */
  readonly privateKey: CryptoKey;
  /** Logout tokens, in the order of their arrival. */
  readonly tokens: string[];
  /** 200, unless a test changes it. */
  answer: (response: ServerResponse) => void;
  stop(): void;
}

const key = { kid: 'k1', kty: 'EC', crv: 'P-256' } as const;

export async function standIn(clientId: string, changes: Partial<RelyingPartyInput> = {}): Promise<StandIn> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '' } = await exportJWK(publicKey);
  const tokens: string[] = [];
  const one = {
    tokens,
    answer: (response: ServerResponse) => void response.writeHead(200).end(),
  };
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    incoming.once('end', () => {
      tokens.push(new URLSearchParams(body).get('logout_token') ?? `not a token: ${incoming.url}`);
      one.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(one, {
    privateKey,
    client: {
      clientId,
      name: { zh: clientId, en: clientId },
      sector: 'filing',
      redirectUris: [`${origin}/callback`],
      backchannelLogoutUri: `${origin}/logout`,
      keys: [{ ...key, x, y }],
      resources: [{ uri: `${origin}/api` }],
      accepts: { kinds: ['natural', 'enterprise', 'agency', 'special'] },
      matters: defaultMatters.map(({ code }) => code),
      ...changes,
    } satisfies RelyingPartyInput,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}

const put = async (runtime: TestRuntime, item: StoredRow<'RpSessions'>) => {
  await runtime.dynamodb('PutItem', {
    TableName: runtime.tables.find((name) => name.endsWith('-RpSessions')),
    Item: marshall(item, { removeUndefinedValues: true }),
  });
};

/** Writes a hand-over as the exchange of a code leaves it; for tests about its end. */
export async function handedOver(
  runtime: TestRuntime,
  sessionId: string,
  clientId: string,
  changes: Partial<RpSession> = {},
): Promise<RpSession> {
  const session = await row(runtime, 'Sessions', { sessionId });
  const next: RpSession = {
    sessionId,
    clientId,
    sid: randomBytes(24).toString('base64url'),
    sub: `s1_${session.personKey}`,
    personKey: session.personKey,
    ...rpIndexKeysOf(session.company),
    identityVersion: session.identityVersion,
    scope: 'openid',
    resource: 'http://127.0.0.1/api',
    startedAt: session.startedAt,
    expiresAt: session.expiresAt,
    lookAt: nextCheckAt(session, changes.granted?.until, defaultPolicies),
    ...changes,
  };
  const write = rpSessionPut(next, undefined);
  await put(runtime, 'put' in write ? write.put : {});
  return next;
}

export const rpRow = (
  runtime: TestRuntime,
  { sessionId, clientId }: Pick<RpSession, 'sessionId' | 'clientId'>,
) => row(runtime, 'RpSessions', { sessionId, clientId });
