import type { TableName } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { absent, equals } from './expressions.ts';
import type { Item, Key, Write } from './tables.ts';

/**
 * A change to an item that counts its versions in the attribute `rev`, decided from a read: it applies to the item exactly
 * as it was read, and fails with `onRefused`, given the item as it now stands.
 * @param version the one that was read; 0: the item was not there
 * @param changes new values by attribute; undefined takes the attribute away
 */
export function versionedUpdate(
  table: TableName,
  key: Key,
  version: number,
  changes: Readonly<Record<string, unknown>>,
  onRefused: (now: Item | undefined) => Error,
): Write {
  return {
    table,
    key,
    update: {
      set: { rev: version + 1, ...changes },
      remove: Object.keys(changes).filter((attribute) => changes[attribute] === undefined),
    },
    condition: version === 0 ? absent('rev') : equals('rev', version),
    onRefused,
  };
}

interface Versioned {
  readonly rev: number;
}

/** REL-11: stands in a list for the row exactly as it was shown. */
export const revisionOf = ({ rev: version }: Versioned): string => String(version);

/**
 * REL-11: what is decided on is what was shown. To be asked of the row as it was read, whose `rev` is a condition of the
 * write that follows. STATE_CONFLICT; nothing is asked where the caller says no revision.
 */
export function requireSeenRevision({ rev: version }: Versioned, seen: string | number | undefined): void {
  if (seen !== undefined && String(seen) !== String(version)) throw new Problem('STATE_CONFLICT');
}
