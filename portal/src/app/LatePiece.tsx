import { type ReactNode, Suspense } from 'react';
import { Broken } from './Broken.tsx';

interface Props {
  /** A piece that React loads with its first use (`lazy`). */
  readonly children: ReactNode;
  /** If the piece cannot be loaded: true shows nothing, false offers to reload. */
  readonly quiet: boolean;
}

/** A piece of the frame that is loaded after the page. As long as the piece is loading, nothing is shown. */
export const LatePiece = ({ children, quiet }: Props) => (
  <Broken quiet={quiet}>
    <Suspense fallback={null}>{children}</Suspense>
  </Broken>
);
