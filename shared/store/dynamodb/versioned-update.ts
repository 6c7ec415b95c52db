import type { TableName } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { absent, equals } from './expressions.ts';
import type { Item, Key, Write } from './tables.ts';

/**
 * A change to an item that counts its versions in the attribute `rev`, decided from a read. The change applies only to
 * the item exactly as it was read; otherwise it fails with `onRefused`, which gets the item as it is now.
 * @param version the version that was read; 0: the item did not exist
 * @param changes new values by attribute; undefined removes the attribute
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

/** REL-11: the revision that a list shows for the row. */
export const revisionOf = ({ rev: version }: Versioned): string => String(version);

/**
 * REL-11: checks that the row is still what the person was shown. To be called with the row as it was read, whose `rev`
 * is a condition of the write that follows. Throws STATE_CONFLICT; checks nothing if the caller sent no revision.
 */
export function requireSeenRevision({ rev: version }: Versioned, seen: string | number | undefined): void {
  if (seen !== undefined && String(seen) !== String(version)) throw new Problem('STATE_CONFLICT');
}
