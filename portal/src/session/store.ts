import { useSyncExternalStore } from 'react';
import type { SessionAnswer } from '#contract/schemas.ts';
import type { Problem } from '../api/problem.ts';

export type Session = Omit<SessionAnswer, 'accessToken' | 'expiresIn'>;

/** Members that can change while the identity stays the same: permissions and names (REL-5, ENT-4). */
const volatileMembers: readonly string[] = ['permissions', 'taxpayerName', 'agencyName'];
/**
 * The person and the identity as a text. A tab continues only with the same text, and keeps reads and forms only for
 * it. The API always writes the keys in the same order, so equal identities give equal texts.
 */
export const actingIdentityKey = ({ sessionId, identity }: Pick<Session, 'sessionId' | 'identity'>): string =>
  `${sessionId} ${JSON.stringify(identity, (key, value: unknown) => (volatileMembers.includes(key) ? undefined : value))}`;

/** The state of this tab. The state is never written to storage. */
export type SessionState =
  /** The cookie was not checked yet. */
  | { readonly status: 'unknown' }
  /** Nobody is signed in; `endProblem` tells why the session has ended. */
  | {
      readonly status: 'none';
      readonly endProblem?: Problem;
      /** The person ended the session: 退出, 用户注销. */
      readonly endedByPerson?: true;
      /** One of our own sentences, in the language of the moment when it is read. */
      readonly message?: 'loggedOut' | 'loggedOutElsewhere';
    }
  | {
      readonly status: 'active';
      readonly session: Session;
      /** LGN-11: only the new password may be set. */
      readonly mustChangePassword?: true;
    }
  /** Another tab changed the identity: this one stops (SES-2). `reason` is the API's sentence, if there is one. */
  | {
      readonly status: 'identity-changed';
      readonly session: Session;
      readonly reason?: string;
      /** The browser's session as it is now, if the API has told it. */
      readonly newSession?: Session;
    };

const unknown: SessionState = { status: 'unknown' };
let state: SessionState = unknown;
const listeners = new Set<() => void>();

export const sessionState = (): SessionState => state;
export function setSession(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}
export const onSessionChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSessionState = (): SessionState =>
  useSyncExternalStore(onSessionChange, sessionState, (): SessionState => unknown);

/** The session of a page that only signed-in people see. */
export function useSession(): Session {
  const now = useSessionState();
  if (now.status !== 'active' && now.status !== 'identity-changed')
    throw new Error('nobody is signed in here');
  return now.session;
}
