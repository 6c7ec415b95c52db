import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { atOnce } from './login/at-once.ts';
import type { Server } from './login/child.ts';
import { startOurs } from './login/compare.ts';
import { prepare } from './login/ground.ts';
import { progress, say, table, title } from './print.ts';
import { benchClient } from './sso/client.ts';
import { handOverFunctions, startOurs as startHandOvers } from './sso/ours.ts';

/**
 * `node bench/profile.ts [login | hand-over] [at once] [times]`: where the main thread spends its time in a login,
 * outside the hash, or in a hand-over to a tax system. (The hash runs on libuv's threads, which V8's profiler does not
 * see.)
 */
const [what = 'login', atOnceText = '16', timesText = '400'] = process.argv.slice(2);
const [width, times] = [Number(atOnceText), Number(timesText)];
const warmUp = 400;

interface Profiled {
  readonly server: Server;
  run(width: number, count: number): Promise<void>;
}
/** The subjects of a profile by their names: the functions that each runs, and how it is started. */
const subjects = {
  login: async () => {
    const functions = ['login'];
    const ground = await prepare(warmUp + times, functions);
    return { ground, functions, start: (): Promise<Profiled> => startOurs(ground) };
  },
  'hand-over': async () => {
    const [people, client] = [64, await benchClient()];
    const functions = handOverFunctions;
    const ground = await prepare(people, functions, [client.registered]);
    const start = async (): Promise<Profiled> => {
      const { server, handOver } = await startHandOvers(ground, client);
      return { server, run: (atMost, count) => atOnce(atMost, count, (n) => handOver(n % people)) };
    };
    return { ground, functions, start };
  },
};
if (what !== 'login' && what !== 'hand-over') {
  say(`There is no profile of ${what}: choose from ${Object.keys(subjects).join(', ')}.`);
  process.exit(1);
}

const { ground, functions, start } = await subjects[what]();
const folder = await mkdtemp(join(tmpdir(), 'ahtax-profile-'));
const ours = await start();
try {
  progress('warming up');
  await ours.run(16, warmUp);
  progress('profiling');
  const file = join(folder, 'run.cpuprofile');
  const before = await ours.server.cpu();
  const stop = await ours.server.profile();
  await ours.run(width, times);
  await stop(file);
  const main = ((await ours.server.cpu()).main - before.main) / times;
  report(JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile, await sourceMaps(), main);
} finally {
  await ours.server.stop();
  await ground.stop();
  await rm(folder, { recursive: true, force: true });
}

/** The source map of each bundle, by the folder of its function. */
async function sourceMaps(): Promise<SourceMaps> {
  const found = ground.ours.setup.functions.map(async ({ directory }, index) => {
    const path = join(ground.synthesized.sourceMaps, `${functions[index]}.js.map`);
    return [basename(directory), new SourceMap(JSON.parse(await readFile(path, 'utf8')))] as const;
  });
  return new Map(await Promise.all(found));
}

function report(profile: Profiler.Profile, maps: SourceMaps, mainMs: number): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const whose = new Map<string, number>();
  const where = new Map<string, number>();
  let total = 0;
  (profile.samples ?? []).forEach((id, index) => {
    const node = nodes.get(id);
    const spent = profile.timeDeltas?.[index] ?? 0;
    if (!node || /^\((idle|root)\)$/.test(node.callFrame.functionName)) return;
    const callers: CodeOrigin[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at);
      if (frame) callers.push(originOf(frame, maps));
    }
    const owner = ownerOf(callers);
    if (owner === undefined) return;
    total += spent;
    whose.set(owner, (whose.get(owner) ?? 0) + spent);
    const origin = callers[0] ? `${callers[0].source} ${callers[0].name}` : '?';
    where.set(origin, (where.get(origin) ?? 0) + spent);
  });
  say(
    `${times} times, ${width} at once: ${mainMs.toFixed(2)} ms CPU of the main thread a ${what}, the profiler's own included.`,
  );
  const print = (heading: string, sums: ReadonlyMap<string, number>, most: number): void => {
    title(heading);
    const rows = [...sums].sort((a, b) => b[1] - a[1]).slice(0, most);
    table(
      ['', '%', `≈ ms a ${what}`],
      rows.map(([name, spent]) => {
        const share = spent / total;
        return [name, (100 * share).toFixed(1), (share * mainMs).toFixed(2)];
      }),
    );
  };
  print('By who asked for it', whose, 30);
  print('By function, own time', where, 40);
}

interface CodeOrigin {
  /** A package, one of our folders, or a file of Node. */
  readonly source: string;
  readonly name: string;
  readonly ours: boolean;
}

type SourceMaps = ReadonlyMap<string, SourceMap>;

function originOf({ callFrame }: Profiler.ProfileNode, maps: SourceMaps): CodeOrigin {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const map = url.endsWith('/index.js') ? maps.get(basename(dirname(url))) : undefined;
  const entry = map?.findEntry(lineNumber, columnNumber) ?? {};
  if (!isMapped(entry))
    return { source: url.replace(/^node:/, ''), name: functionName, ours: url.startsWith('file:') };
  // Names are minified; the line in the source says more.
  const file = entry.originalSource.replace(/^.*node_modules\//, '').replace(/^(\.\.\/)+/, '');
  return { source: `${file}:${entry.originalLine + 1}`, name: '', ours: true };
}

function isMapped(entry: object): entry is { originalSource: string; originalLine: number } {
  return 'originalSource' in entry;
}

/** The nearest caller that is no part of Node, else what of Node it was; undefined for the profiler itself. */
function ownerOf(callers: readonly CodeOrigin[]): string | undefined {
  const name = callers[0]?.name ?? '';
  if (/^\(.*\)$/.test(name)) return name;
  if (callers.some(({ source }) => source === 'inspector')) return undefined;
  const owner = callers.find((origin) => origin.ours)?.source;
  if (owner !== undefined) {
    if (/^@(smithy|aws-sdk|aws-crypto)\//.test(owner)) return 'AWS SDK';
    const file = owner.replace(/^file:.*?\/(?=infra\/|bench\/)/, '');
    return /^(shared\/[^/]+|functions\/[^/]+|infra\/local|bench|@[^/]+\/[^/]+|[^/]+)/.exec(file)?.[1] ?? file;
  }
  const all = callers.map(({ source }) => source).join(' ');
  if (/undici|abort_controller/.test(all)) return 'Node: fetch';
  if (/_http_client|_http_agent/.test(all)) return 'Node: HTTP client';
  if (/_http_server/.test(all)) return 'Node: HTTP server';
  if (/_http|net|stream|events|timers/.test(all)) return 'Node: sockets, streams, timers';
  return 'Node: other';
}
