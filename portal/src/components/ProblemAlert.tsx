import { Button } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { mayPass, type Problem, textOf } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';
import { HelpLink } from './HelpLink.tsx';
import { helpFor } from './help-anchors.ts';
import { isOrdered, WhomToAsk } from './Suspended.tsx';

interface Props {
  readonly problem: Problem | undefined;
  /** Shown if the same call may work the next time. */
  readonly onRetry?: (() => void) | undefined;
  /** What to do next: a link, a button. */
  readonly children?: ReactNode;
}

/** The API's sentence and what helps. Takes the focus when it appears, so that nobody has to search for it. */
export function ProblemAlert({ problem, onRetry, children }: Props) {
  const t = useCommon();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem) box.current?.focus();
  }, [problem]);
  if (!problem) return null;
  const trace = problem.status >= 500 ? textOf(problem, 'traceId') : undefined;
  return (
    <div
      ref={box}
      className="notice problem"
      role="alert"
      tabIndex={-1}
      data-state={isOrdered(problem) ? 'ordered' : undefined}
    >
      <p>
        <strong>{problem.title}</strong>
      </p>
      {problem.detail ? <p>{problem.detail}</p> : null}
      {trace ? <p className="small">{t('problem.trace', { id: trace })}</p> : null}
      {isOrdered(problem) ? <WhomToAsk /> : null}
      {children}
      {helpFor(problem.code) ? (
        <p className="small">
          <HelpLink code={problem.code} />
        </p>
      ) : null}
      {onRetry && mayPass(problem) ? <Button onClick={onRetry}>{t('retry')}</Button> : null}
    </div>
  );
}

/** Information that is no problem. */
export function Notice({
  children,
  kind = 'info',
}: {
  children: ReactNode;
  kind?: 'info' | 'good' | 'warn';
}) {
  return (
    <div className={`notice ${kind}`} role="status">
      {children}
    </div>
  );
}
