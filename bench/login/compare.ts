import { existsSync } from 'node:fs';
import { median, progress, say, table, title, verdict } from '../print.ts';
import { atOnce } from './at-once.ts';
import { type Cpu, type Server, startServer } from './child.ts';
import { type Ground, prepare } from './ground.ts';
import { loginOfOurs, loginOfPeer, poster } from './journeys.ts';

/** How much is measured: `rounds` per width, and logins (hashes) in each round. */
export interface Amount {
  readonly rounds: number;
  readonly perRound: Readonly<Record<number, number>>;
  readonly warmUp: number;
}
export const usualAmount: Amount = {
  rounds: Number(process.env.BENCH_ROUNDS ?? 7),
  perRound: { 16: 48, 1: 20 },
  warmUp: 240,
};
const widths = [16, 1] as const;
const limits: Readonly<Record<number, number>> = { 16: 1.3, 1: 1.42 };

/** One of the measured kinds: does `count` logins (or hashes), `width` at once. */
interface Contestant {
  readonly name: string;
  readonly server: Server;
  run(width: number, count: number): Promise<void>;
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
  // The portal's pages have the issuer's origin; calls from pages of other origins are refused.
  const { post } = poster(server.port, ground.stubs.origin);
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

/** @param postgres address of a database; without it better-auth uses SQLite in its own process */
async function startPeer(
  people: number,
  { core, stubs }: Pick<Ground, 'core' | 'stubs'>,
  postgres?: string,
): Promise<Contestant> {
  const args = [String(people), stubs.origin, ...(postgres === undefined ? [] : [postgres])];
  const server = await startServer('better-auth', './better-auth.ts', { args, core });
  const { post } = poster(server.port);
  let next = 0;
  return {
    name: postgres === undefined ? 'better-auth, SQLite in process' : 'better-auth, PostgreSQL',
    server,
    run: (width, count) =>
      atOnce(width, count, () => loginOfPeer(post, `p${next++}@bench.test`, stubs.takeCode)),
  };
}

/** CPU milliseconds of one login (or hash) of this kind in this round. */
export async function measured({ server, run }: Contestant, width: number, count: number): Promise<Cpu> {
  const before = await server.cpu();
  await run(width, count);
  const after = await server.cpu();
  return { all: (after.all - before.all) / count, main: (after.main - before.main) / count };
}

const peerInstalled = (): boolean =>
  existsSync(new URL('../node_modules/better-auth/package.json', import.meta.url));

/** Part `login`: the CPU of a whole password login ÷ the CPU of a hash. */
export async function compareLogins(amount: Amount = usualAmount): Promise<void> {
  title('CPU of a whole password login ÷ CPU of the one argon2id verification in it');
  const perWidth = widths.map((width) => amount.rounds * (amount.perRound[width] ?? 0));
  const logins = amount.warmUp + perWidth.reduce((sum, count) => sum + count, 0);
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
    if (peerInstalled()) {
      contestants.push(await startPeer(logins, ground));
      const { PG_URL: postgres } = process.env;
      if (postgres) contestants.push(await startPeer(logins, ground, postgres));
      else say('better-auth on PostgreSQL is skipped: PG_URL names no database.');
    }
    progress('warming up');
    for (const contestant of contestants) await contestant.run(16, contestant === hash ? 32 : amount.warmUp);

    const rows: string[][] = [];
    for (const width of widths) {
      const count = amount.perRound[width] ?? 0;
      const costs = new Map(contestants.map((contestant) => [contestant, [] as Cpu[]]));
      for (let round = 0; round < amount.rounds; round++) {
        progress(`${width} at once, round ${round + 1} of ${amount.rounds}`);
        // Each kind begins equally many rounds.
        const first = round % contestants.length;
        for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)])
          costs.get(contestant)?.push(await measured(contestant, width, count));
      }
      const hashes = costs.get(hash) ?? [];
      for (const contestant of contestants)
        rows.push(row(contestant, width, costs.get(contestant) ?? [], hashes));
    }
    table(
      [
        '',
        'at once',
        'CPU ms',
        'beyond the hash',
        'of all: main thread',
        '÷ hash',
        'lowest',
        'highest',
        'limit',
        '',
      ],
      rows,
    );
    say(
      `\nMedians of ${amount.rounds} interleaved rounds (${widths.map((width, i) => `${perWidth[i]} logins at ${width} at once`).join(', ')}); lowest and highest are the rounds' ratios. Each measured process has ${ground.core === undefined ? 'all cores' : 'one core'}.`,
    );
    if (!peerInstalled())
      say(
        'better-auth is not installed; for the comparison run `npm ci --prefix bench` and then this again.',
      );
  } finally {
    for (const { server } of contestants) await server.stop();
    await ground.stop();
  }
}

function row({ name }: Contestant, width: number, all: readonly Cpu[], ofHashes: readonly Cpu[]): string[] {
  const costs = all.map((cpu) => cpu.all);
  const hashes = ofHashes.map((cpu) => cpu.all);
  const cpu = median(costs);
  const ratios = costs.map((cost, round) => cost / (hashes[round] ?? Number.NaN));
  const ratio = median(ratios);
  const isHash = all === ofHashes;
  const limit = name.startsWith('ours') ? limits[width] : undefined;
  return [
    name,
    String(width),
    cpu.toFixed(1),
    isHash ? '' : (cpu - median(hashes)).toFixed(1),
    median(all.map(({ main }) => main)).toFixed(1),
    isHash ? '1' : ratio.toFixed(2),
    isHash ? '' : Math.min(...ratios).toFixed(2),
    isHash ? '' : Math.max(...ratios).toFixed(2),
    limit === undefined ? '' : limit.toFixed(2),
    limit === undefined ? '' : verdict(ratio, limit),
  ];
}
