import { useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from '../api/problem.ts';
import { useLanguage } from '../i18n/index.ts';

/**
 * A button that changes something: one call at a time, never repeated automatically. `run` returns whether it worked.
 */
export function useAction() {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a sentence in another language is not read
  useEffect(() => setProblem(undefined), [language]);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem, setProblem };
}
