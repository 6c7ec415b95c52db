import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../infra/synth.ts';

/**
 * Stage `local` with its bundled functions, synthesized once for the whole run. Every runtime uses it with its own
 * address, channel keys and settings. In watch mode it is made again after each change. Only tests of templates need
 * the other stages; the first such test makes them and keeps them beside this one.
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
