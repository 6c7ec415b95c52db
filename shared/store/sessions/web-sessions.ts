import { epochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, equals } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import type { Person, RegisteredPerson, WebSessionPointer } from '../people/person-row.ts';
import { hasLevel, type PersonChanges } from '../people/users.ts';

/** The web sessions that may be live, the oldest first; the session behind a pointer may have ended. */
export const webSessionsOf = (person: Person, now: Date): WebSessionPointer[] =>
  [...(person.otherWebSessions ?? []), ...(person.webSession ? [person.webSession] : [])].filter(
    ({ expiresAt }) => expiresAt > epochSeconds(now),
  );

/**
 * The web sessions, and the sessions of hand-overs from apps: all sessions that end with the account, with a new
 * password or by an order.
 */
export const sessionsOf = (person: Person, now: Date): WebSessionPointer[] => [
  ...webSessionsOf(person, now),
  ...Object.values(person.appSessions ?? {}).filter(({ expiresAt }) => expiresAt > epochSeconds(now)),
];

/** In stages that allow several web sessions, a further login ends the oldest ones above this number (SES-3). */
const webSessionsAtMost = 20;

/** Which web sessions a new one ends, and which stay beside it (SES-3). */
export function besideNewSession(
  person: Person,
  now: Date,
  policies: Pick<Policies, 'oneWebSession'>,
): { ended: WebSessionPointer[]; kept: WebSessionPointer[] } {
  const open = webSessionsOf(person, now);
  const room = policies.oneWebSession ? 0 : webSessionsAtMost - 1;
  const cut = Math.max(0, open.length - room);
  return { ended: open.slice(0, cut), kept: open.slice(cut) };
}

/**
 * SES-3: makes `next` the person's web session, if person, pointer and level are still as they were read (an account
 * that ends or is suspended has another `rev`). Of two simultaneous logins one gets ConcurrentChange, reads again and
 * then ends the other. `rev` grows too, so that a new password that was decided before this login gets ConcurrentChange
 * and ends the session of this login (PWD-3). The pointer itself is outside of `rev`, because logging out removes it.
 */
export function swapPointerUpdate(
  person: RegisteredPerson,
  next: WebSessionPointer,
  beside: readonly WebSessionPointer[],
  { lastWindow, lastRoles, phones }: Pick<PersonChanges, 'lastWindow' | 'lastRoles' | 'phones'>,
): Write {
  const old = person.webSession?.sessionId;
  return {
    table: 'Users',
    key: { personKey: person.personKey },
    update: {
      set: {
        rev: person.rev + 1,
        webSession: next,
        lastWindow,
        lastRoles,
        phones,
        otherWebSessions: beside.length > 0 ? beside : undefined,
      },
      remove: beside.length > 0 ? [] : ['otherWebSessions'],
    },
    condition: all(
      equals('rev', person.rev),
      old ? equals('webSession.sessionId', old) : absent('webSession'),
      // The level rises without a new `rev` (LVL-2), and the session shows the level.
      hasLevel(person.realNameLevel),
    ),
    onRefused: () => new ConcurrentChange(),
  };
}

/**
 * Removes the pointer to a session that has ended, so that the next login does not report replacing it. To remove the
 * pointer is only tidying: a pointer to an ended session does no harm, so a failure is ignored.
 */
export async function forgetWebSession(db: Db, personKey: string, sessionId: string): Promise<void> {
  await db
    .update({
      table: 'Users',
      key: { personKey },
      update: { remove: ['webSession'] },
      condition: equals('webSession.sessionId', sessionId),
    })
    .catch(() => undefined);
}
