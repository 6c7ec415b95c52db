import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../infra/synth.ts';

/**
 * Stage `local` with its bundled functions, synthesized once for the whole run: every door runs it with its own
 * address, channel keys and settings. In watch mode it is made again after each change. The other stages, which only
 * tests of templates want, are made by the first of them and kept beside it.
 */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'ahtax-stage-'));
  let run = 0;
  project.provide('stagesDir', join(folder, 'others'));
  const made = async () =>
    project.provide('stageDir', await synthesize({ stage: 'local', outdir: join(folder, String(++run)) }));
  await made();
  project.onTestsRerun(made);
  return () => rmSync(folder, { recursive: true, force: true });
}
