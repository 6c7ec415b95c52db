import { signAccessToken } from '../../shared/crypto/access-tokens.ts';
import { deriveKeys, personKey } from '../../shared/crypto/keys.ts';
import { newHandle } from '../../shared/crypto/random.ts';
import { type DataKeys, seal } from '../../shared/crypto/sealed.ts';
import { parseSigningRing } from '../../shared/crypto/signing-ring.ts';
import { defaultPolicies } from '../../shared/domain/policies.ts';
import { openTables } from '../../shared/store/dynamodb/tables.ts';
import { sealContext } from '../../shared/store/people/person-row.ts';
import { sessionPut } from '../../shared/store/sessions/sessions.ts';
import { type Server, startServer } from '../login/child.ts';
import type { Ground } from '../login/ground.ts';
import { type Answer, browserAt, keptConnections } from './browser.ts';
import { type BenchClient, exchangeForm, newRequest } from './client.ts';

/** One of the compared sides. The side hands the nth person over, from the browser's first call to the tokens. */
export interface Side {
  readonly name: string;
  readonly server: Server;
  handOver(n: number): Promise<void>;
}

/** The functions that take part in a hand-over. */
export const handOverFunctions = ['sso-request', 'sso-decision', 'sso-token'] as const;

export function expect(answer: Answer, status: number, what: string): Answer {
  if (answer.status !== status)
    throw new Error(`${what}: ${answer.status} ${answer.location} ${answer.text}`);
  return answer;
}
export const form = { 'content-type': 'application/x-www-form-urlencoded' };
export const codeIn = (location: string): string => {
  const code = new URL(location).searchParams.get('code');
  if (!code) throw new Error(`No code in ${location}`);
  return code;
};
export const expectTokens = ({ text }: Answer): void => {
  const { id_token, access_token, refresh_token } = JSON.parse(text);
  if (!id_token || !refresh_token || String(access_token).split('.').length !== 3)
    throw new Error(`Not all tokens came: ${text}`);
};

/** Starts the three functions of a hand-over, and writes people with sessions in the form that a login leaves. */
export async function startOurs(ground: Ground, client: BenchClient): Promise<Side> {
  const { secrets, stubs } = ground;
  const issuer = stubs.origin;
  const keys = deriveKeys(secrets.root);
  const ring = await parseSigningRing(secrets.signing);
  const dataKeys: DataKeys = { current: secrets.dataKeyId, keys: { [secrets.dataKeyId]: secrets.dataKey } };
  const db = openTables();
  const now = Math.floor(Date.now() / 1000);
  const sessions = await Promise.all(
    ground.people.map(async ({ documentNumber }) => {
      const owner = personKey(keys, '201', documentNumber);
      const sessionId = newHandle();
      await db.put(
        sessionPut({
          sessionId,
          personKey: owner,
          channel: 'web',
          identity: { kind: 'natural' },
          identityVersion: 1,
          sealedName: seal(dataKeys, sealContext.name(owner), '测试人'),
          realNameLevel: 4,
          startedAt: now,
          lastSeenAt: now,
          expiresAt: now + 43_200,
          factorAt: now,
          methods: ['pwd', 'sms', 'mfa'],
          browser: 'Chrome',
          address: '127.0.0.0',
          refreshHash: newHandle(),
          turnedAt: [0],
        }),
      );
      return { owner, sessionId };
    }),
  );
  const server = await startServer('ours', '../login/ours.ts', {
    args: [JSON.stringify(ground.ours.setup)],
    env: ground.ours.env,
    core: ground.core,
  });
  const agent = keptConnections();
  const tokenOf = ({ owner, sessionId }: (typeof sessions)[number]) =>
    signAccessToken(
      ring,
      {
        subject: owner,
        sessionId,
        identityVersion: 1,
        realNameLevel: 4,
        identity: { kind: 'natural' },
      },
      { issuer, policies: defaultPolicies },
      new Date(),
    );
  const handOver = async (n: number): Promise<void> => {
    const session = sessions[n];
    if (!session) throw new Error('Nobody is there');
    const { call } = browserAt(server.port, agent);
    const { verifier, query } = newRequest(client);
    const { location } = expect(await call(`/oauth2/authorize?${query}`), 303, 'the request');
    const id = /#([\w-]{32})$/.exec(location)?.[1];
    const decided = await call(`/v1/sso/${id}/approve`, {
      method: 'POST',
      headers: {
        origin: issuer,
        authorization: `Bearer ${await tokenOf(session)}`,
        'content-type': 'application/json',
      },
      body: '{"silently":true}',
    });
    const { redirectTo } = JSON.parse(expect(decided, 200, 'the decision').text);
    const body = await exchangeForm(client, issuer, { code: codeIn(redirectTo), verifier });
    expectTokens(
      expect(await call('/oauth2/token', { method: 'POST', headers: form, body }), 200, 'the exchange'),
    );
  };
  return { name: 'ours', server, handOver };
}
