import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { type Problem, problemOf } from '../api/problem.ts';
import { ProblemAlert } from './ProblemAlert.tsx';

/** A read of the page that failed. */
interface FailedRead {
  readonly problemKey: string;
  retry(): void;
}
/** In the order in which they failed. */
const failedReads = new Set<FailedRead>();
const listeners = new Set<() => void>();
const notify = (): void => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const withSameProblem = (problemKey: string): FailedRead[] =>
  [...failedReads].filter((one) => one.problemKey === problemKey);
const problemKeyOf = ({ code, title }: Problem): string => `${code} ${title}`;

/** If several reads of a page fail, the first of them shows the problem once, and its button repeats all of them. */
export function ReadProblem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const problem = problemOf(error);
  const problemKey = problemKeyOf(problem);
  const retry = useRef(onRetry);
  useEffect(() => {
    retry.current = onRetry;
  });
  const own = useRef<FailedRead>(undefined);
  useLayoutEffect(() => {
    const read: FailedRead = { problemKey, retry: () => retry.current() };
    own.current = read;
    failedReads.add(read);
    notify();
    return () => {
      failedReads.delete(read);
      notify();
    };
  }, [problemKey]);
  const first = useSyncExternalStore(subscribe, () => withSameProblem(problemKey)[0]);
  if (first === undefined || first !== own.current) return null;
  return (
    <ProblemAlert
      problem={problem}
      onRetry={() => {
        for (const one of withSameProblem(problemKey)) one.retry();
      }}
    />
  );
}
