import { oneTabAtATime, openChannel } from '../app/optional.ts';

/**
 * Messages between the tabs of one browser. They tell that something happened and to which session, but never who the
 * person is.
 */
export type TabMessage =
  | { readonly kind: 'logged-out'; readonly sessionId: string }
  /** A person logged in, or the session took another identity. */
  | { readonly kind: 'identity' };

const channel = openChannel('session');

export const tellTabs = (message: TabMessage): void => channel?.postMessage(message);
export const hearTabs = (listen: (message: TabMessage) => void): void =>
  channel?.addEventListener('message', ({ data }) => listen(data as TabMessage));

/** One refresh at a time over all tabs (SES-2); in a browser without locks the API's grace of ten seconds is enough. */
export const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => oneTabAtATime('session-refresh', work);
