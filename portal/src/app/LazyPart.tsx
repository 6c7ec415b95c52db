import { type ReactNode, Suspense } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';

interface Props {
  /** A piece that React loads with its first use (`lazy`). */
  readonly children: ReactNode;
  /** If the piece cannot be loaded: true shows nothing, false offers to reload. */
  readonly silent: boolean;
}

/** A piece of the frame that is loaded after the page. As long as the piece is loading, nothing is shown. */
export const LazyPart = ({ children, silent }: Props) => (
  <ErrorBoundary silent={silent}>
    <Suspense fallback={null}>{children}</Suspense>
  </ErrorBoundary>
);
