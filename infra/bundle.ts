import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
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
  /** What the stage says of the clients of single sign-on, for the flows that carry it. */
  readonly relyingPartiesJson: string;
  /** Gets one folder per function. */
  readonly outdir: string;
}

/** The bundled code of the functions, before it is laid out for a target. */
interface Bundled {
  readonly code: ReadonlyMap<string, Uint8Array>;
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
    if (flow.hashesPasswords) copyFileSync(argon2Binary(options), join(folder, nativeFile));
    for (const file of flow.carries ?? [])
      writeFileSync(join(folder, file), file === 'openapi.json' ? description : options.relyingPartiesJson);
  }
  return result;
}

/** The project's own functions come from the disk cache while their sources are unchanged; a test's are made anew. */
const bundledAnew = (flows: readonly FlowDeclaration[], functionsDirectory: string, key: string) =>
  functionsDirectory === join(root, 'functions')
    ? cachedBundles(key, () => bundle(flows, functionsDirectory))
    : bundle(flows, functionsDirectory);

async function bundle(flows: readonly FlowDeclaration[], functionsDirectory: string): Promise<Bundled> {
  const outdir = join(root, 'bundle');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: flows.map(({ name }) => ({ in: join(functionsDirectory, name, 'handler.ts'), out: name })),
    outdir,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    // CommonJS starts quicker: an ES module that imports node:http materialises all of its lazy getters.
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [nativeArgon2, fewCredentials],
  });
  const pick = (suffix: string) =>
    new Map(
      outputFiles
        .filter(({ path }) => path.endsWith(suffix))
        .map(({ path, contents }) => [basename(path, suffix), contents]),
    );
  return { code: pick('.js'), sourceMaps: pick('.js.map'), metafile };
}

/** What a function's bundle was made of: paths of source files relative to the project. */
export function bundledInputs(metafile: Metafile, flow: string): string[] {
  const output = Object.entries(metafile.outputs).find(([path]) => basename(path) === `${flow}.js`);
  if (!output) throw new Error(`No bundle of ${flow} in the metafile.`);
  return Object.entries(output[1].inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

/** A contract that forgot `hashesPasswords` would fail at its first call on Lambda; it fails here instead. */
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

/** argon2 looks for its binary in its package's folder; in the asset that is the one file beside index.js. */
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
 * Of the SDK's chain of credentials a bundle needs the environment (Lambda) and the container's endpoint; profiles, SSO,
 * processes and web identities are for people's own machines. They stand in the chain still, and say that they have none.
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
