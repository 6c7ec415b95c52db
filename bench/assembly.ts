import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../infra/local/template/assembly.ts';
import { type LocalApp, readModel } from '../infra/local/template/model.ts';
import type { RelyingPartyInput } from '../shared/contract/relying-parties.ts';

/** Stage `local` as synthesized, with its bundles. */
export interface Synthesized {
  readonly app: LocalApp;
  /** What esbuild says each bundle was made of. */
  readonly metafile: Metafile;
  /** Where the source maps of the bundles lie, `<flow>.js.map`. */
  readonly sourceMaps: string;
  remove(): Promise<void>;
}
export interface Metafile {
  readonly outputs: Readonly<
    Record<string, { bytes: number; inputs: Record<string, { bytesInOutput: number }> }>
  >;
}

/** The same assembly that the local runtime runs: challenges off, so that no budget stands in the way. */
export async function synthesizeLocal(
  issuer: string,
  relyingParties?: readonly RelyingPartyInput[],
): Promise<Synthesized> {
  const { synthesize } = await import('../infra/synth.ts');
  const outdir = await mkdtemp(join(tmpdir(), 'ahtax-bench-'));
  const policies = { challengeAfter: null };
  const directory = await synthesize({ stage: 'local', outdir, issuer, relyingParties, policies });
  const bundles = join(directory, 'bundles');
  return {
    app: readModel(readAssembly(directory)),
    metafile: JSON.parse(await readFile(join(bundles, 'metafile.json'), 'utf8')) as Metafile,
    sourceMaps: bundles,
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}
