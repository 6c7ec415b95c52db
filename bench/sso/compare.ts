import { existsSync } from 'node:fs';
import { dynamoDbClient } from '../../infra/local/emulators/dynamodb-client.ts';
import { signAccessToken } from '../../shared/crypto/access-tokens.ts';
import { deriveKeys, personKey } from '../../shared/crypto/keys.ts';
import { handle } from '../../shared/crypto/random.ts';
import { type DataKeys, seal } from '../../shared/crypto/sealed.ts';
import { parseSigningRing } from '../../shared/crypto/signing-ring.ts';
import { defaultPolicies } from '../../shared/domain/policies.ts';
import { openTables } from '../../shared/store/dynamodb/tables.ts';
import { sealContext } from '../../shared/store/people/person-row.ts';
import { sessionPut } from '../../shared/store/sessions/sessions.ts';
import { atOnce } from '../login/at-once.ts';
import { callsPath } from '../login/calls.ts';
import { type Cpu, type Server, startServer } from '../login/child.ts';
import { type Ground, prepare } from '../login/ground.ts';
import { median, progress, say, table, title, verdict } from '../print.ts';
import { type Answer, browserAt, keptConnections } from './browser.ts';
import { type BenchClient, benchClient, exchangeForm, newRequest } from './client.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const perRound = 160;
const width = 8;
const warmUp = 400;
const people = 64;
/** DynamoDB calls of a whole hand-over, beside the address budget. */
const mostCalls = 7;
/** Ours ÷ the peer's. */
const limit = 1;

/** One side: hands the nth person over, from the browser's first call to the tokens. */
interface Side {
  readonly name: string;
  readonly server: Server;
  handOver(n: number): Promise<void>;
}

/** CPU and calls of a whole hand-over of somebody who is logged in: ours beside oidc-provider on the same SDK. */
export async function compareHandOvers(): Promise<void> {
  title('A whole hand-over to a tax system (request, decision, code, tokens): CPU beside oidc-provider');
  if (!existsSync(new URL('../node_modules/oidc-provider/package.json', import.meta.url))) {
    say('oidc-provider is not installed; run `npm ci --prefix bench` and then this again.');
    return;
  }
  const client = await benchClient();
  const ground = await prepare(people, ['sso-request', 'sso-decision', 'sso-token'], [client.registered]);
  const sides: Side[] = [];
  try {
    progress('starting the measured processes');
    const ours = await startOurs(ground, client);
    sides.push(ours, ...(await startPeer(ground, client)));
    // The first one reads secrets; what a hand-over costs afterwards is counted.
    for (const side of sides) await side.handOver(0);
    const calls = new Map<Side, number>();
    for (const side of sides) calls.set(side, await callsOf(side));
    progress('warming up');
    for (const side of sides) await atOnce(width, warmUp, (n) => side.handOver(n % people));
    const costs = new Map(sides.map((side) => [side, [] as Cpu[]]));
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1} of ${rounds}`);
      const first = round % sides.length;
      for (const side of [...sides.slice(first), ...sides.slice(0, first)])
        costs.get(side)?.push(await measured(side));
    }
    const own = costs.get(ours) ?? [];
    table(
      ['', 'DynamoDB calls', 'CPU ms', 'lowest', 'highest', 'ours ÷ this', 'limit', ''],
      sides.map((side) => {
        const all = (costs.get(side) ?? []).map((cpu) => cpu.all);
        const ratio = median(own.map((cpu, round) => cpu.all / (all[round] ?? Number.NaN)));
        const isOurs = side === ours;
        const count = calls.get(side) ?? Number.NaN;
        return [
          side.name,
          isOurs ? `${count} of ${mostCalls} ${verdict(count, mostCalls)}` : String(count),
          median(all).toFixed(2),
          Math.min(...all).toFixed(2),
          Math.max(...all).toFixed(2),
          isOurs ? '' : ratio.toFixed(2),
          isOurs ? '' : limit.toFixed(2),
          isOurs ? '' : verdict(ratio, limit),
        ];
      }),
    );
    say(
      `\nMedians of ${rounds} interleaved rounds of ${perRound} hand-overs, ${width} at once; the ratio is that of each round. Each measured process has ${ground.core === undefined ? 'all cores' : 'one core'}.`,
    );
  } finally {
    for (const server of new Set(sides.map((side) => side.server))) await server.stop();
    await ground.stop();
  }
}

/** Of DynamoDB, by one hand-over. */
async function callsOf({ server, handOver }: Side): Promise<number> {
  const { call } = browserAt(server.port, keptConnections());
  const before = Number((await call(callsPath)).text);
  await handOver(0);
  return Number((await call(callsPath)).text) - before;
}

async function measured({ server, handOver }: Side): Promise<Cpu> {
  const before = await server.cpu();
  await atOnce(width, perRound, (n) => handOver(n % people));
  const after = await server.cpu();
  return { all: (after.all - before.all) / perRound, main: (after.main - before.main) / perRound };
}

function expect(answer: Answer, status: number, what: string): Answer {
  if (answer.status !== status)
    throw new Error(`${what}: ${answer.status} ${answer.location} ${answer.text}`);
  return answer;
}
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const codeIn = (location: string): string => {
  const code = new URL(location).searchParams.get('code');
  if (!code) throw new Error(`No code in ${location}`);
  return code;
};
const expectTokens = ({ text }: Answer): void => {
  const { id_token, access_token, refresh_token } = JSON.parse(text);
  if (!id_token || !refresh_token || String(access_token).split('.').length !== 3)
    throw new Error(`Not all tokens came: ${text}`);
};

/** The three functions of a hand-over, and people whose sessions stand as a login leaves them. */
async function startOurs(ground: Ground, client: BenchClient): Promise<Side> {
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
      const sessionId = handle();
      await db.put(
        sessionPut({
          sessionId,
          personKey: owner,
          channel: 'web',
          identity: { kind: 'natural' },
          version: 1,
          sealedName: seal(dataKeys, sealContext.name(owner), '测试人'),
          realNameLevel: 4,
          startedAt: now,
          lastSeenAt: now,
          expiresAt: now + 43_200,
          factorAt: now,
          methods: ['pwd', 'sms', 'mfa'],
          browser: 'Chrome',
          address: '127.0.0.0',
          refreshHash: handle(),
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

/** The peer with a table of its own in the same DynamoDB Local. */
async function startPeer(ground: Ground, client: BenchClient): Promise<Side[]> {
  const { secrets, ours, core } = ground;
  const env = ours.env;
  const name = 'oidc-provider';
  const local = dynamoDbClient(
    env.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    env.AWS_ACCESS_KEY_ID ?? '',
    env.AWS_REGION ?? '',
  );
  await local('CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['id', 'uid'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byUid',
        KeySchema: [{ AttributeName: 'uid', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const [{ privateJwk, kid }] = JSON.parse(secrets.signing).keys;
  const { clientId, redirectUri, resource, publicJwk } = client;
  const signingJwk = { ...privateJwk, kid, alg: 'ES256', use: 'sig' };
  const setup = { table: name, clientId, redirectUri, resource, publicJwk, signingJwk };
  const server = await startServer(name, '../sso/oidc-provider.ts', {
    args: [JSON.stringify(setup)],
    env,
    core,
  });
  const issuer = `http://127.0.0.1:${server.port}`;
  const agent = keptConnections();
  const handOver = async (browser: ReturnType<typeof browserAt>, n: number): Promise<void> => {
    const { call } = browser;
    const headers = { 'x-bench-person': `person-${n}` };
    const { verifier, query } = newRequest(client);
    let { location } = expect(
      await call(`/auth?${query}&resource=${encodeURIComponent(resource)}`, { headers }),
      303,
      'the request',
    );
    // To the login page and back, where its own session does not stand yet.
    for (let step = 0; step < 3 && !location.startsWith(redirectUri); step++)
      ({ location } = expect(
        await call(location.replace(issuer, ''), { headers }),
        303,
        'on the way to the code',
      ));
    const body = await exchangeForm(client, issuer, { code: codeIn(location), verifier });
    expectTokens(expect(await call('/token', { method: 'POST', headers: form, body }), 200, 'the exchange'));
  };
  const browsers = Array.from({ length: people }, () => browserAt(server.port, agent));
  await atOnce(8, people, (n) => handOver(browsers[n] as (typeof browsers)[number], n));
  const sides: Side[] = [
    {
      name: 'oidc-provider, its own session stands',
      server,
      handOver: (n) => handOver(browsers[n] as (typeof browsers)[number], n),
    },
    {
      name: 'oidc-provider, the first of a session',
      server,
      handOver: (n) => handOver(browserAt(server.port, agent), n),
    },
  ];
  return sides;
}
