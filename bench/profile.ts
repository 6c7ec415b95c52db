import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOurs } from './login/compare.ts';
import { prepare } from './login/ground.ts';
import { progress, say, table, title } from './print.ts';

/**
 * `node bench/profile.ts [at once] [logins]`: where the main thread of a login spends what the hash does not take
 * (the hash runs on libuv's threads, which V8's profiler does not see).
 */
const width = Number(process.argv[2] ?? 16);
const logins = Number(process.argv[3] ?? 400);
const warmUp = 400;

const ground = await prepare(warmUp + logins);
const folder = await mkdtemp(join(tmpdir(), 'ahtax-profile-'));
const ours = await startOurs(ground);
try {
  progress('warming up');
  await ours.run(16, warmUp);
  progress('profiling');
  const file = join(folder, 'login.cpuprofile');
  const before = await ours.server.cpu();
  const stop = await ours.server.profile();
  await ours.run(width, logins);
  await stop(file);
  const main = ((await ours.server.cpu()).main - before.main) / logins;
  const map = new SourceMap(
    JSON.parse(await readFile(join(ground.synthesized.sourceMaps, 'login.js.map'), 'utf8')),
  );
  report(JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile, map, main);
} finally {
  await ours.server.stop();
  await ground.stop();
  await rm(folder, { recursive: true, force: true });
}

function report(profile: Profiler.Profile, map: SourceMap, mainMs: number): void {
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
    const callers: Place[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at);
      if (frame) callers.push(placeOf(frame, map));
    }
    const owner = ownerOf(callers);
    if (owner === undefined) return;
    total += spent;
    whose.set(owner, (whose.get(owner) ?? 0) + spent);
    const place = callers[0] ? `${callers[0].source} ${callers[0].name}` : '?';
    where.set(place, (where.get(place) ?? 0) + spent);
  });
  say(
    `${logins} logins, ${width} at once: ${mainMs.toFixed(2)} ms CPU of the main thread a login, the profiler's own included.`,
  );
  const print = (what: string, sums: ReadonlyMap<string, number>, most: number): void => {
    title(what);
    const rows = [...sums].sort((a, b) => b[1] - a[1]).slice(0, most);
    table(
      ['', '%', '≈ ms a login'],
      rows.map(([name, spent]) => {
        const share = spent / total;
        return [name, (100 * share).toFixed(1), (share * mainMs).toFixed(2)];
      }),
    );
  };
  print('By who asked for it', whose, 30);
  print('By function, own time', where, 40);
}

interface Place {
  /** A package, one of our folders, or a file of Node. */
  readonly source: string;
  readonly name: string;
  readonly ours: boolean;
}

function placeOf({ callFrame }: Profiler.ProfileNode, map: SourceMap): Place {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const entry = url.endsWith('/index.js') ? map.findEntry(lineNumber, columnNumber) : {};
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
function ownerOf(callers: readonly Place[]): string | undefined {
  const name = callers[0]?.name ?? '';
  if (/^\(.*\)$/.test(name)) return name;
  if (callers.some(({ source }) => source === 'inspector')) return undefined;
  const owner = callers.find((place) => place.ours)?.source;
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
