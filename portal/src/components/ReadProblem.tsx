import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { type Problem, problemOf } from '../api/problem.ts';
import { ProblemAlert } from './ProblemAlert.tsx';

/** A read of the page that failed. */
interface Failed {
  readonly says: string;
  retry(): void;
}
/** In the order in which they failed. */
const failed = new Set<Failed>();
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const alike = (says: string): Failed[] => [...failed].filter((one) => one.says === says);
const sayingOf = ({ code, title }: Problem): string => `${code} ${title}`;

/** If several reads of a page fail, the first of them shows the problem once, and its button repeats all of them. */
export function ReadProblem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const problem = problemOf(error);
  const says = sayingOf(problem);
  const retry = useRef(onRetry);
  useEffect(() => {
    retry.current = onRetry;
  });
  const own = useRef<Failed>(undefined);
  useLayoutEffect(() => {
    const mine: Failed = { says, retry: () => retry.current() };
    own.current = mine;
    failed.add(mine);
    tell();
    return () => {
      failed.delete(mine);
      tell();
    };
  }, [says]);
  const first = useSyncExternalStore(subscribe, () => alike(says)[0]);
  if (first === undefined || first !== own.current) return null;
  return (
    <ProblemAlert
      problem={problem}
      onRetry={() => {
        for (const one of alike(says)) one.retry();
      }}
    />
  );
}
