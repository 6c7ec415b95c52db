import { Button } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { isRetryable, type Problem, textMember } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';
import { HelpLink } from './HelpLink.tsx';
import { helpFor } from './help-anchors.ts';
import { isSuspendedByOrder, SuspensionContacts } from './SuspensionHelp.tsx';

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
  const trace = problem.status >= 500 ? textMember(problem, 'traceId') : undefined;
  return (
    <div
      ref={box}
      className="notice problem"
      role="alert"
      tabIndex={-1}
      data-state={isSuspendedByOrder(problem) ? 'ordered' : undefined}
    >
      <p>
        <strong>{problem.title}</strong>
      </p>
      {problem.detail ? <p>{problem.detail}</p> : null}
      {trace ? <p className="small">{t('problem.trace', { id: trace })}</p> : null}
      {isSuspendedByOrder(problem) ? <SuspensionContacts /> : null}
      {children}
      {helpFor(problem.code) ? (
        <p className="small">
          <HelpLink code={problem.code} />
        </p>
      ) : null}
      {onRetry && isRetryable(problem) ? <Button onClick={onRetry}>{t('retry')}</Button> : null}
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
