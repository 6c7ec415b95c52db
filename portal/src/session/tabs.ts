import { oneTabAtATime, openChannel } from '../app/optional.ts';

/** What the tabs of one browser tell each other. Says that something happened and to which session, never who somebody is. */
export type TabMessage =
  | { readonly kind: 'logged-out'; readonly sessionId: string }
  /** Somebody logged in, or the session took another identity. */
  | { readonly kind: 'identity' };

const channel = openChannel('session');

export const tellTabs = (message: TabMessage): void => channel?.postMessage(message);
export const hearTabs = (listen: (message: TabMessage) => void): void =>
  channel?.addEventListener('message', ({ data }) => listen(data as TabMessage));

/** One refresh at a time over all tabs (SES-2); a browser without locks leans on the API's grace of ten seconds. */
export const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => oneTabAtATime('session-refresh', work);
