import type { ReactNode } from 'react';

/**
 * Replaces parts that antd adds to every page and that no page of ours uses: the tooltip of a form label and the shared
 * tooltip container (with their positioning 14 KB of the login page), the wave after a click (switched off in App.tsx),
 * and the states of a QR code, which ScanCode shows itself (3 KB). See vite.config.ts; `<Tooltip>` itself works.
 */
export default function Passthrough({ children }: { children?: ReactNode }): ReactNode {
  return children;
}
