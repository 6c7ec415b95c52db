import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../infra/local/template/assembly.ts';
import { type LocalApp, readModel } from '../infra/local/template/model.ts';
import type { RelyingPartyInput } from '../shared/contract/relying-parties.ts';

/** Stage `local` after the synthesis, with its bundles. */
export interface Synthesized {
  readonly app: LocalApp;
  /** The files of which esbuild made each bundle. */
  readonly metafile: Metafile;
  /** The folder with the source maps of the bundles, `<flow>.js.map`. */
  readonly sourceMaps: string;
  remove(): Promise<void>;
}
export interface Metafile {
  readonly outputs: Readonly<
    Record<string, { bytes: number; inputs: Record<string, { bytesInOutput: number }> }>
  >;
}

/**
 * The assembly that the local runtime runs. Challenges are off, so that no budget of an address ends the measurement.
 */
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
