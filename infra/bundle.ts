import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { FlowDeclaration } from '#contract/flow.ts';
import { cachedBundles } from './bundle-cache.ts';
import { openApi } from './openapi.ts';
import { type Architecture, hostArchitecture } from './stage.ts';

const root = join(import.meta.dirname, '..');

export interface BundleOptions {
  readonly flows: readonly FlowDeclaration[];
  /** Where each flow has its folder with `handler.ts`. */
  readonly functionsDirectory: string;
  readonly architecture: Architecture;
  /** Stage local runs the bundles on this machine, whatever its system and C library are. */
  readonly forHost: boolean;
  /** The stage's clients of single sign-on, for the flows that carry the file. */
  readonly relyingPartiesJson: string;
  /** Gets one folder per function. */
  readonly outdir: string;
}

/** The bundled code of the functions, before it is laid out for a target. */
interface Bundled {
  readonly code: ReadonlyMap<string, Uint8Array>;
  /**
   * Code that is loaded when it is needed (`import('./x.ts')`), by the name of its file; several functions may share
   * it.
   */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly sourceMaps: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
}

/** The same sources are bundled once per process, however many stages are synthesized from them. */
const bundled = new Map<string, Promise<Bundled>>();

/** Bundles every function and lays out its asset folder. Deterministic: same sources, same bytes. */
export async function bundleFunctions(options: BundleOptions): Promise<Bundled> {
  const { flows, functionsDirectory, outdir } = options;
  const key = [functionsDirectory, ...flows.map(({ name }) => name)].join('\n');
  const pending = bundled.get(key) ?? bundledAnew(flows, functionsDirectory, key);
  bundled.set(key, pending);
  pending.catch(() => bundled.delete(key));
  const result = await pending;
  checkHashing(flows, result.metafile);
  const description = JSON.stringify(openApi(flows));
  for (const flow of flows) {
    const folder = join(outdir, flow.name);
    mkdirSync(folder, { recursive: true });
    const code = result.code.get(flow.name);
    if (!code) throw new Error(`Nothing was bundled for ${flow.name}.`);
    writeFileSync(join(folder, 'index.js'), code);
    for (const part of partsOf(result.metafile, flow.name))
      writeFileSync(join(folder, part), result.parts.get(part) ?? missing(part));
    if (flow.hashesPasswords) copyFileSync(argon2Binary(options), join(folder, nativeFile));
    for (const file of flow.carries ?? [])
      writeFileSync(join(folder, file), file === 'openapi.json' ? description : options.relyingPartiesJson);
  }
  return result;
}

const missing = (part: string): never => {
  throw new Error(`Nothing was bundled for ${part}.`);
};

/** The files that a function loads when it needs them. */
export function partsOf(metafile: Metafile, flow: string): string[] {
  return outputOf(metafile, flow)
    .imports.filter(({ external, kind }) => external && kind === 'dynamic-import')
    .flatMap(({ path }) => (path.endsWith('.cjs') ? [basename(path)] : []));
}

/**
 * The project's own functions come from the disk cache while their sources are unchanged; functions of a test are
 * always bundled.
 */
const bundledAnew = (flows: readonly FlowDeclaration[], functionsDirectory: string, key: string) =>
  functionsDirectory === join(root, 'functions')
    ? cachedBundles(key, () => bundle(flows, functionsDirectory))
    : bundle(flows, functionsDirectory);

async function bundle(flows: readonly FlowDeclaration[], functionsDirectory: string): Promise<Bundled> {
  const lazy = new Map<string, string>();
  const { outputFiles, metafile } = await build({
    ...how,
    entryPoints: flows.map(({ name }) => ({ in: join(functionsDirectory, name, 'handler.ts'), out: name })),
    sourcemap: 'external',
    metafile: true,
    plugins: [nativeArgon2, fewCredentials, noSpareParts, partsApart(lazy)],
  });
  const parts = await build({
    ...how,
    entryPoints: [...lazy].map(([out, path]) => ({ in: path, out })),
    outExtension: { '.js': '.cjs' },
    plugins: [onlyGbk],
  });
  const pick = (suffix: string) =>
    new Map(
      outputFiles
        .filter(({ path }) => path.endsWith(suffix))
        .map(({ path, contents }) => [basename(path, suffix), contents]),
    );
  return {
    code: pick('.js'),
    parts: new Map(parts.outputFiles.map(({ path, contents }) => [basename(path), contents])),
    sourceMaps: pick('.js.map'),
    metafile,
  };
}

const how = {
  absWorkingDir: root,
  outdir: join(root, 'bundle'),
  write: false,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // CommonJS starts quicker: an ES module that imports node:http materialises all of its lazy getters.
  format: 'cjs',
  // Chinese sentences are kept as they are, because an escape takes six characters for each of theirs.
  charset: 'utf8',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  sourcesContent: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** What a function's bundle was made of: paths of source files relative to the project. */
export function bundledInputs(metafile: Metafile, flow: string): string[] {
  return Object.entries(outputOf(metafile, flow).inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

function outputOf(metafile: Metafile, flow: string): Metafile['outputs'][string] {
  const output = Object.entries(metafile.outputs).find(([path]) => basename(path) === `${flow}.js`);
  if (!output) throw new Error(`No bundle of ${flow} in the metafile.`);
  return output[1];
}

/**
 * A contract without `hashesPasswords` whose function hashes would fail at its first call on Lambda; so it fails here.
 */
function checkHashing(flows: readonly FlowDeclaration[], metafile: Metafile): void {
  for (const { name, hashesPasswords = false } of flows) {
    const hashes = bundledInputs(metafile, name).some((path) => path.includes('node_modules/argon2/'));
    if (hashes !== hashesPasswords)
      throw new Error(
        hashes
          ? `Flow ${name} computes argon2id but its contract does not say hashesPasswords.`
          : `Flow ${name} says hashesPasswords but does not import argon2.`,
      );
  }
}

const nativeFile = 'argon2.node';

/**
 * argon2 looks for its native binary in its package's folder; in the asset the binary is the one file beside index.js.
 */
const nativeArgon2: Plugin = {
  name: 'native-argon2',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node-gyp-build$/ }, () => ({ path: nativeFile, namespace: 'native' }));
    onResolve({ filter: /\.node$/, namespace: 'native' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'native' }, () => ({
      contents: `module.exports = () => require('./${nativeFile}');`,
      loader: 'js',
    }));
  },
};

/**
 * Own modules that are imported when needed become files beside the function's file, so that a start does not read
 * them. The ending `.cjs` tells their format in any folder.
 * @param found gets their paths by name
 */
const partsApart = (found: Map<string, string>): Plugin => ({
  name: 'parts-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const name = basename(path, '.ts');
      const file = join(resolveDir, path);
      if ((found.get(name) ?? file) !== file) throw new Error(`Two parts are called ${name}.`);
      found.set(name, file);
      return { path: `./${name}.cjs`, external: true };
    });
  },
});

/** GBK needs two of iconv-lite's tables; all tables would be six times as large. */
const onlyGbk: Plugin = {
  name: 'only-gbk',
  setup({ onLoad }) {
    const left =
      /iconv-lite\/encodings\/(utf32|utf7|sbcs-[\w-]+|tables\/(big5-added|cp949|cp950|eucjp|gb18030-ranges|shiftjis))\.js(on)?$/;
    onLoad({ filter: left }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/**
 * Of the SDK's chain of credential providers a bundle needs the environment (Lambda) and the container's endpoint.
 * Profiles, SSO, processes and web identities are for people's own machines; they stay in the chain, but answer that
 * they have no credentials.
 */
const fewCredentials: Plugin = {
  name: 'few-credentials',
  setup({ onResolve, onLoad }) {
    const left = /^@aws-sdk\/credential-provider-(ini|process|sso|web-identity)$/;
    onResolve({ filter: left }, ({ path }) => ({ path, namespace: 'no-credentials', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'no-credentials' }, () => ({
      contents: `
        import { CredentialsProviderError } from '@smithy/core/config';
        const none = () => async () => { throw new CredentialsProviderError('not in this bundle', { tryNextLink: true }); };
        export { none as fromSSO, none as fromIni, none as fromProcess, none as fromTokenFile };`,
      resolveDir: root,
    }));
  },
};

/**
 * Two parts that the SDK brings for other services: event streams, of which DynamoDB has none, and the cache of
 * endpoint discovery, which `shared/store/dynamodb/client.ts` switches off. Together they are 17 KB of every bundle.
 */
const noSpareParts: Plugin = {
  name: 'no-spare-parts',
  setup({ onResolve, onLoad }) {
    const spare = /^(@smithy\/core\/event-streams|@aws-sdk\/endpoint-cache)$/;
    onResolve({ filter: spare }, ({ path }) => ({ path, namespace: 'spare', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'spare' }, () => ({
      contents: 'export class EndpointCache {}',
      loader: 'js',
    }));
  },
};

/** argon2's prebuilt binary for the target. Lambda's nodejs24.x is Amazon Linux 2023, that is glibc. */
function argon2Binary({ architecture, forHost }: BundleOptions): string {
  const folder = dirname(createRequire(import.meta.url).resolve('argon2/package.json'));
  const system = forHost ? process.platform : 'linux';
  const cpu = architecture === 'arm64' ? 'arm64' : 'x64';
  if (forHost && architecture !== hostArchitecture())
    throw new Error('Stage local needs the host architecture.');
  const libc = forHost && system === 'linux' && !onGlibc() ? 'musl' : 'glibc';
  return join(
    folder,
    'prebuilds',
    `${system}-${cpu}`,
    `argon2.${cpu === 'arm64' ? 'armv8.' : ''}${libc}.node`,
  );
}

function onGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/** Puts source maps and the metafile beside the assets, for reading stack traces and sizes; they are not deployed. */
export function keepForReading({ sourceMaps, metafile }: Bundled, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, contents] of sourceMaps) writeFileSync(join(folder, `${name}.js.map`), contents);
  writeFileSync(join(folder, 'metafile.json'), JSON.stringify(metafile));
}
