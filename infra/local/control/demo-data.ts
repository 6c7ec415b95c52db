import type { DemoProblems } from '../../demo/load.ts';
import type { Clock } from '../lambda/clock.ts';
import { openState } from './state-file.ts';

/** What the data folder stores about the demo people. */
interface Loaded {
  version: string;
}

/** Registrations are dated back this far, so that nobody must wait for the next code (SMS-1, SMS-2). */
const agoMs = 15 * 60 * 1000;

export interface DemoOptions {
  readonly url: string;
  /** The file that records that they are loaded; undefined if nothing is kept. */
  readonly file: string | undefined;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Loads the demo people at the first start. After that they stay as people have used them. */
export async function prepareDemo({
  url,
  file,
  clock,
  progress,
  signal,
}: DemoOptions): Promise<DemoProblems> {
  // Imported only here, because it is not needed without a portal.
  const { demoVersion, loadDemo } = await import('../../demo/load.ts');
  const { state, save } = openState<Loaded>(file, { version: '' });
  if (state.version === demoVersion()) return [];
  progress('loading the demo people');
  clock.advance(-agoMs);
  let problems: DemoProblems;
  try {
    problems = await loadDemo(url, signal);
  } finally {
    clock.reset();
  }
  // If something failed, the next start tries again.
  if (problems.length === 0) {
    state.version = demoVersion();
    save();
  }
  return problems;
}
