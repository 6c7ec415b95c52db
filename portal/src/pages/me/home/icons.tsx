import type { ReactNode } from 'react';

/**
 * Line icons of the shortcuts, 24 units wide, in the colour of the text. Each stands beside a name, so it has no text
 * of its own.
 */
const icon = (lines: ReactNode): ReactNode => (
  <svg
    width="22"
    height="22"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    {lines}
  </svg>
);

export const icons = {
  clients: icon(<path d="M4 8h16v12H4zM9 8V5h6v3M4 13h16M11 13v2h2v-2" />),
  staff: icon(
    <>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6M16 5a3.3 3.3 0 0 1 0 6.3M18.5 14.5c1.8.8 2.7 2.5 3 5.5" />
    </>,
  ),
  agency: icon(
    <>
      <circle cx="12" cy="7" r="3.5" />
      <path d="M4 20c.8-4.5 3.5-6.5 8-6.5s7.2 2 8 6.5zM12 14v6" />
    </>,
  ),
  agreements: icon(<path d="M6 3h9l4 4v14H6zM15 3v4h4M9 13l2 2 4-4M9 18h6" />),
  authorizations: icon(
    <>
      <circle cx="8" cy="15" r="4" />
      <path d="m11 12 8-8M16 7l3 3M14 9l2 2" />
    </>,
  ),
  company: icon(<path d="M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3" />),
  switch: icon(<path d="M4 8h15m-4-4 4 4-4 4M20 16H5m4-4-4 4 4 4" />),
  phones: icon(<path d="M7 3h10v18H7zM10.5 18h3" />),
  activity: icon(<path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6zM12 8v4l2.5 2" />),
} as const;
