import type { DemoProblems } from '../../demo/load.ts';
import type { Clock } from '../lambda/clock.ts';
import { openState } from './state-file.ts';

/** What stands in the data folder about the demo people. */
interface Loaded {
  version: string;
}

/** The codes of the registrations are then as long ago that nobody waits for the next one (SMS-1, SMS-2). */
const agoMs = 15 * 60 * 1000;

export interface DemoOptions {
  readonly url: string;
  /** Where it is kept that they are loaded; undefined where nothing is kept. */
  readonly file: string | undefined;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Loads the demo people at the first start. What is loaded stays as people have played with it since. */
export async function prepareDemo({
  url,
  file,
  clock,
  progress,
  signal,
}: DemoOptions): Promise<DemoProblems> {
  // Imported only here: nobody without a portal needs them.
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
  // What failed is tried again at the next start.
  if (problems.length === 0) {
    state.version = demoVersion();
    save();
  }
  return problems;
}
