import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dynamoDbClient } from '../../infra/local/dynamodb-client.ts';
import { startDynamoDbLocal } from '../../infra/local/dynamodb-local.ts';
import { createTables } from '../../infra/local/tables.ts';
import { type Synthesized, synthesizeLocal } from '../assembly.ts';
import { median, progress, say, table, title, verdict } from '../print.ts';
import { atOnce } from './at-once.ts';
import { pinning, pinSelf, type Server, startServer } from './child.ts';
import { loginOfOurs, loginOfPeer, poster } from './journeys.ts';
import type { OursSetup } from './ours.ts';
import { type Person, seedPeople } from './people.ts';
import { makeSecrets, type Stubs, startStubs } from './stubs.ts';

/** How much is measured: `rounds` per width, and logins (hashes) in each round. */
export interface Amount {
  readonly rounds: number;
  readonly perRound: Readonly<Record<number, number>>;
  readonly warmUp: number;
}
export const usualAmount: Amount = { rounds: 9, perRound: { 16: 48, 1: 20 }, warmUp: 160 };
const widths = [16, 1] as const;
const limits: Readonly<Record<number, number>> = { 16: 1.25, 1: 1.4 };

/** Something measured: does `count` logins (or hashes), `width` at once. */
interface Contestant {
  readonly name: string;
  readonly server: Server;
  run(width: number, count: number): Promise<void>;
}

/** Everything around the measured processes. */
export interface Ground {
  readonly people: Person[];
  readonly stubs: Stubs;
  readonly ours: { setup: OursSetup; env: Readonly<Record<string, string>> };
  readonly synthesized: Synthesized;
  readonly core: string | undefined;
  stop(): Promise<void>;
}

/** DynamoDB Local with the template's tables, secrets, outbox and registered people; on all cores but the measured one. */
export async function prepare(people: number): Promise<Ground> {
  const pinned = pinning();
  if (pinned) pinSelf(pinned.rest);
  const secrets = await makeSecrets();
  const stubs = await startStubs(secrets);
  const local = await startDynamoDbLocal();
  const synthesized = await synthesizeLocal(stubs.origin);
  const { app } = synthesized;
  const namespace = `bench${randomUUID().replaceAll('-', '')}`;
  await createTables(dynamoDbClient(local.endpoint, namespace, app.environment.region), app.tables);
  const login = app.functions.find((model) => model.shortName === 'login');
  if (!login) throw new Error('The template has no function for logging in');
  const env = {
    ...login.environment,
    AWS_REGION: app.environment.region,
    // DynamoDB Local keeps the data of each access key apart.
    AWS_ACCESS_KEY_ID: namespace,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stubs.origin,
    AWS_ENDPOINT_URL_KMS: stubs.origin,
    AWS_ENDPOINT_URL_OUTBOX: stubs.origin,
  };
  Object.assign(process.env, env);
  progress(`writing ${people} registered people`);
  const seeded = await seedPeople(people, secrets);
  return {
    people: seeded,
    stubs,
    ours: {
      setup: {
        directory: login.directory,
        handler: login.handler,
        routes: app.routes.filter((route) => route.functionName === login.name),
      },
      env,
    },
    synthesized,
    core: pinned?.server,
    stop: async () => {
      stubs.stop();
      await local.stop();
      await synthesized.remove();
      if (pinned) pinSelf(`0-${pinned.rest.split('-').at(-1)}`);
    },
  };
}

export async function startOurs(
  ground: Ground,
  nodeOptions: readonly string[] = [],
  account: 'documentNumber' | 'phone' = 'documentNumber',
): Promise<Contestant> {
  const server = await startServer('ours', './ours.ts', {
    args: [JSON.stringify(ground.ours.setup)],
    env: ground.ours.env,
    core: ground.core,
    nodeOptions,
  });
  const { post } = poster(server.port);
  return {
    name: 'ours, by document number',
    server,
    run: (width, count) =>
      atOnce(width, count, () => {
        const person = ground.people.pop();
        if (!person) throw new Error('Nobody is left who has not logged in');
        return loginOfOurs(post, person, account, ground.stubs.takeCode);
      }),
  };
}

async function startHash(core: string | undefined): Promise<Contestant> {
  const server = await startServer('argon2id', './hash.ts', { core });
  return { name: 'the hash alone', server, run: (width, count) => server.verify(count, width) };
}

async function startPeer(people: number, core: string | undefined): Promise<Contestant> {
  const server = await startServer('better-auth', './better-auth.ts', { args: [String(people)], core });
  const { post } = poster(server.port);
  const waiting = new Map<string, (code: string) => void>();
  server.onCode((to, code) => waiting.get(to)?.(code));
  let next = 0;
  return {
    name: 'better-auth',
    server,
    run: (width, count) =>
      atOnce(width, count, () =>
        loginOfPeer(post, `p${next++}@bench.test`, (email) => new Promise((ok) => waiting.set(email, ok))),
      ),
  };
}

/** CPU ms of one login (or hash) of this contestant in this round. */
async function measured({ server, run }: Contestant, width: number, count: number): Promise<number> {
  const before = await server.cpu();
  await run(width, count);
  return ((await server.cpu()) - before) / count;
}

const peerInstalled = (): boolean =>
  existsSync(new URL('../node_modules/better-auth/package.json', import.meta.url));

/** Part 2 and 3: what a whole password login costs, in hashes. */
export async function compareLogins(amount: Amount = usualAmount): Promise<void> {
  title('CPU of a whole password login ÷ CPU of the one argon2id verification in it');
  const perWidth = widths.map((width) => amount.rounds * (amount.perRound[width] ?? 0));
  const logins = amount.warmUp + perWidth.reduce((sum, count) => sum + count, 0) + 64;
  const ground = await prepare(2 * logins);
  const contestants: Contestant[] = [];
  try {
    progress('starting the measured processes');
    const hash = await startHash(ground.core);
    contestants.push(hash);
    const ours = await startOurs(ground);
    contestants.push(ours);
    const byPhone = await startOurs(ground, [], 'phone');
    contestants.push({ ...byPhone, name: 'ours, by phone' });
    if (peerInstalled()) contestants.push(await startPeer(logins, ground.core));
    progress('warming up');
    for (const contestant of contestants)
      await contestant.run(16, contestant === hash ? 32 : amount.warmUp);

    const rows: string[][] = [];
    for (const width of widths) {
      const count = amount.perRound[width] ?? 0;
      const costs = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
      for (let round = 0; round < amount.rounds; round++) {
        progress(`${width} at once, round ${round + 1} of ${amount.rounds}`);
        // Everybody's turn comes first equally often.
        const first = round % contestants.length;
        for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)])
          costs.get(contestant)?.push(await measured(contestant, width, count));
      }
      const hashes = costs.get(hash) ?? [];
      for (const contestant of contestants) rows.push(row(contestant, width, costs.get(contestant) ?? [], hashes));
    }
    table(['', 'at once', 'CPU ms', 'beyond the hash', '÷ hash', 'lowest', 'highest', 'limit', ''], rows);
    say(
      `\nMedians of ${amount.rounds} interleaved rounds (${widths.map((width, i) => `${perWidth[i]} logins at ${width} at once`).join(', ')}); lowest and highest are the rounds' ratios. Each measured process has ${ground.core === undefined ? 'all cores' : 'one core'}.`,
    );
    if (!peerInstalled())
      say('better-auth is not installed; for the comparison run `npm ci --prefix bench` and then this again.');
  } finally {
    for (const { server } of contestants) await server.stop();
    await ground.stop();
  }
}

function row(
  { name }: Contestant,
  width: number,
  costs: readonly number[],
  hashes: readonly number[],
): string[] {
  const cpu = median(costs);
  const ratios = costs.map((cost, round) => cost / (hashes[round] ?? Number.NaN));
  const ratio = median(ratios);
  const isHash = costs === hashes;
  const limit = name.startsWith('ours') ? limits[width] : undefined;
  return [
    name,
    String(width),
    cpu.toFixed(1),
    isHash ? '' : (cpu - median(hashes)).toFixed(1),
    isHash ? '1' : ratio.toFixed(2),
    isHash ? '' : Math.min(...ratios).toFixed(2),
    isHash ? '' : Math.max(...ratios).toFixed(2),
    limit === undefined ? '' : limit.toFixed(2),
    limit === undefined ? '' : verdict(ratio, limit),
  ];
}
