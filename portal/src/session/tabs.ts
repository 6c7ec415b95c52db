import { openTabChannel, withTabLock } from '../app/browser-features.ts';

/**
 * Messages between the tabs of one browser. The messages tell that something happened and to which session, but never
 * who the person is.
 */
export type TabMessage =
  | { readonly kind: 'logged-out'; readonly sessionId: string }
  /** A person logged in, or the session took another identity. */
  | { readonly kind: 'identity' };

const channel = openTabChannel('session');

export const postToTabs = (message: TabMessage): void => channel?.postMessage(message);
export const onTabMessage = (listen: (message: TabMessage) => void): void =>
  channel?.addEventListener('message', ({ data }) => listen(data as TabMessage));

/** One refresh at a time over all tabs (SES-2); in a browser without locks the API's grace of ten seconds is enough. */
export const withRefreshLock = <T>(work: () => Promise<T>): Promise<T> =>
  withTabLock('session-refresh', work);
