import { epochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { absent, all, any, atMost, equals } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/** The item that holds a username, whatever its capitals (USR-1); a name that was given up stays reserved (USR-2). */
export interface UsernameGuard {
  readonly personKey: string;
  readonly owner?: string;
  /** The name with the owner's capitals; only this spelling logs in (USR-1). */
  readonly username?: string;
  /** Epoch seconds until which a name that was given up is reserved. */
  readonly reservedUntil?: number;
  /** The person who gave it up: the reservation keeps others away, but not this person. */
  readonly formerOwner?: string;
}

export const usernameKey = (indexed: string): string => `username#${indexed}`;

export const findUsername = (db: Db, key: string) => db.get<UsernameGuard>('Users', { personKey: key });

export const usernameFree = (guard: UsernameGuard | undefined, owner: string, now: Date): boolean =>
  !guard ||
  guard.owner === owner ||
  (guard.owner === undefined && guard.formerOwner === owner) ||
  (guard.owner === undefined && (guard.reservedUntil ?? 0) <= epochSeconds(now));

/**
 * Claims a username that is free, already or recently the person's own, or reserved no longer. Otherwise
 * USERNAME_TAKEN.
 */
export function claimUsernamePut(key: string, username: string, owner: string, now: Date): Write {
  return {
    table: 'Users',
    put: { personKey: key, owner, username },
    condition: any(
      absent('personKey'),
      equals('owner', owner),
      all(absent('owner'), any(equals('formerOwner', owner), atMost('reservedUntil', epochSeconds(now)))),
    ),
    onRefused: () => new Problem('USERNAME_TAKEN'),
  };
}

/** Gives up a username and keeps it reserved (USR-2). */
export const releaseUsernamePut = (
  key: string,
  owner: string,
  reservedUntil: Date,
  onRefused: () => Error,
): Write => ({
  table: 'Users',
  put: { personKey: key, formerOwner: owner, reservedUntil: epochSeconds(reservedUntil) },
  condition: equals('owner', owner),
  onRefused,
});
