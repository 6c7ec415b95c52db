import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { type SourceMap, SourceMap as Map_ } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, startOurs } from './login/compare.ts';
import { progress, say, table, title } from './print.ts';

/**
 * `node bench/profile.ts [at once] [logins]`: where the main thread of a login spends what the hash does not take
 * (the hash runs on libuv's threads, which V8's profiler does not see).
 */
const width = Number(process.argv[2] ?? 1);
const logins = Number(process.argv[3] ?? 300);
const warmUp = 300;

const ground = await prepare(warmUp + logins + 32);
const folder = await mkdtemp(join(tmpdir(), 'ahtax-profile-'));
const ours = await startOurs(ground);
try {
  progress('warming up');
  await ours.run(16, warmUp);
  progress('profiling');
  const stop = await ours.server.profile();
  await ours.run(width, logins);
  const file = join(folder, 'login.cpuprofile');
  await stop(file);
  const map = JSON.parse(await readFile(join(ground.synthesized.sourceMaps, 'login.js.map'), 'utf8'));
  report(JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile, new Map_(map));
} finally {
  await ours.server.stop();
  await ground.stop();
  await rm(folder, { recursive: true, force: true });
}

interface Spent {
  readonly self: Map<string, number>;
  total: number;
}

function report(profile: Profiler.Profile, map: SourceMap): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const samples = profile.samples ?? [];
  const deltas = profile.timeDeltas ?? [];
  const modules: Spent = { self: new Map(), total: 0 };
  const places: Spent = { self: new Map(), total: 0 };
  const onBehalf: Spent = { self: new Map(), total: 0 };
  const add = (spent: Spent, name: string, ms: number): void => {
    spent.self.set(name, (spent.self.get(name) ?? 0) + ms);
    spent.total += ms;
  };
  const sourceOf = (node: Profiler.ProfileNode): { source: string; name: string } => {
    const { url, functionName, lineNumber, columnNumber } = node.callFrame;
    if (!url.endsWith('/login/index.js') && !/asset\.[0-9a-f]+\/index\.js$/.test(url))
      return { source: url, name: functionName };
    const entry = map.findEntry(lineNumber, columnNumber);
    return 'originalSource' in entry
      ? { source: entry.originalSource, name: functionName }
      : { source: url, name: functionName };
  };
  samples.forEach((id, index) => {
    const node = nodes.get(id);
    const ms = (deltas[index] ?? 0) / 1000;
    if (!node) return;
    const { functionName } = node.callFrame;
    if (functionName === '(idle)' || functionName === '(root)') return;
    const { source, name } = sourceOf(node);
    add(modules, moduleOf(source, functionName), ms);
    add(places, `${shortened(source)} ${name}`, ms);
    // The nearest caller that is no part of Node: who asked for it.
    let at: number | undefined = id;
    let owner: string | undefined;
    while (at !== undefined) {
      const frame = nodes.get(at);
      if (frame) {
        const module = moduleOf(sourceOf(frame).source, frame.callFrame.functionName);
        if (!module.startsWith('node') && !module.startsWith('(')) {
          owner = module;
          break;
        }
      }
      at = parents.get(at);
    }
    add(onBehalf, owner ?? moduleOf(source, functionName), ms);
  });
  const print = (what: string, { self, total }: Spent, most: number): void => {
    title(what);
    const rows = [...self].sort((a, b) => b[1] - a[1]).slice(0, most);
    table(
      ['', 'ms a login', '%'],
      rows.map(([name, ms]) => [name, (ms / logins).toFixed(3), ((100 * ms) / total).toFixed(1)]),
    );
  };
  say(
    `${logins} logins, ${width} at once: ${(modules.total / logins).toFixed(2)} ms of main thread a login.`,
  );
  print('By module (self time)', modules, 30);
  print('On behalf of (nearest caller outside of Node)', onBehalf, 30);
  print('By function (self time)', places, 60);
}

/** The package or our own folder that a source belongs to. */
function moduleOf(source: string, functionName: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  if (inPackage) return inPackage;
  const ours = /(shared\/[^/]+|functions\/[^/]+|infra\/local|bench)/.exec(source)?.[1];
  if (ours) return ours;
  if (source.startsWith('node:')) return source.split('/').slice(0, 2).join('/');
  return source === '' ? `(${functionName.replaceAll(/[()]/g, '') || 'native'})` : source;
}
function shortened(source: string): string {
  return source.replace(/^.*node_modules\//, '').replace(/^(\.\.\/)+/, '');
}
