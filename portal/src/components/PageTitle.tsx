import { type ReactNode, useEffect, useRef } from 'react';
import { isTypingInFirstView } from '../app/prerender-handover.ts';
import { useCommon } from '../i18n/index.ts';

/**
 * The heading of a page or of one step of a journey. The heading takes the focus when it appears, so that keyboard and
 * screen reader begin there, and it sets the window's title. When `step` changes, the heading takes the focus again.
 */
export function PageTitle({
  children,
  step,
  extra,
}: {
  children: string;
  step?: string | number;
  extra?: ReactNode;
}) {
  const t = useCommon();
  const heading = useRef<HTMLHeadingElement>(null);
  const bureau = t('bureau');
  useEffect(() => {
    document.title = `${children} - ${bureau}`;
  }, [children, bureau]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step is the reason to focus again
  useEffect(() => {
    if (isTypingInFirstView()) return;
    heading.current?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [step]);
  return (
    <div className="page-title">
      <h1 ref={heading} tabIndex={-1}>
        {children}
      </h1>
      {extra}
    </div>
  );
}
