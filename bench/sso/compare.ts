import { existsSync } from 'node:fs';
import { dynamoDbClient } from '../../infra/local/emulators/dynamodb-client.ts';
import { atOnce } from '../login/at-once.ts';
import { callsPath } from '../login/calls.ts';
import { type Cpu, startServer } from '../login/child.ts';
import { type Ground, prepare } from '../login/ground.ts';
import { median, progress, say, table, title, verdict } from '../print.ts';
import { browserAt, keptConnections } from './browser.ts';
import { type BenchClient, benchClient, exchangeForm, newRequest } from './client.ts';
import { codeIn, expect, expectTokens, form, handOverFunctions, type Side, startOurs } from './ours.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const perRound = 160;
const width = 8;
const warmUp = 400;
const people = 64;
/** The most DynamoDB calls of a whole hand-over, without the call that counts the address. */
const mostCalls = 7;
/** The limit for the ratio: our CPU ÷ the CPU of oidc-provider. */
const limit = 1;

/**
 * Part `sso`: CPU and calls of a whole hand-over of a person who is logged in, compared with oidc-provider on the same
 * SDK.
 */
export async function compareHandOvers(): Promise<void> {
  title('A whole hand-over to a tax system (request, decision, code, tokens): CPU beside oidc-provider');
  if (!existsSync(new URL('../node_modules/oidc-provider/package.json', import.meta.url))) {
    say('oidc-provider is not installed; run `npm ci --prefix bench` and then this again.');
    return;
  }
  const client = await benchClient();
  const ground = await prepare(people, handOverFunctions, [client.registered]);
  const sides: Side[] = [];
  try {
    progress('starting the measured processes');
    const ours = await startOurs(ground, client);
    sides.push(ours, ...(await startPeer(ground, client)));
    // The first hand-over also reads secrets, so only later ones are counted.
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

/** The DynamoDB calls of one hand-over. */
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

/** oidc-provider with a table of its own in the same DynamoDB Local. */
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
    // If its own session does not exist yet, it redirects to the login page and back.
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
