import { shanghaiDay } from '../days.ts';
import { Problem } from '../problem.ts';

/**
 * LEG-1: the old login answers until its last day, inclusive.
 * @param until the last day; null if the old login is closed
 * @throws Problem LEGACY_LOGIN_CLOSED {closedOn?}
 */
export function requireOpen(until: string | null, now: Date): void {
  if (until === null) throw new Problem('LEGACY_LOGIN_CLOSED');
  if (shanghaiDay(now) > until) throw new Problem('LEGACY_LOGIN_CLOSED', { closedOn: until });
}
