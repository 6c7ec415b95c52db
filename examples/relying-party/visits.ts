import { randomBytes } from 'node:crypto';
import type { Entry, Pending } from './bureau.ts';

/** No visit outlives the bureau's session; what was told is asked for anew long before (milliseconds). */
const longest = 12 * 3600_000;
/** How long somebody may take at the bureau. */
const patience = 15 * 60_000;

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

/**
 * This system's own sessions, and the requests that are under way. In memory, for one process; with several, a table that
 * all of them see, because a logout token reaches only one.
 */
export function openVisits(now: () => Date) {
  const visits = new Map<string, Kept<Entry>>();
  const requests = new Map<string, Kept<Pending>>();
  const fresh = <T>(map: Map<string, Kept<T>>, id: string): T | undefined => {
    for (const [key, { until }] of map) if (until <= now().getTime()) map.delete(key);
    return map.get(id)?.value;
  };
  const random = () => randomBytes(24).toString('base64url');
  return {
    /** A request of this browser; `state` finds it again, so that two tabs are in nobody's way. */
    asked(browser: string, pending: Pending): void {
      requests.set(`${browser} ${pending.state}`, { value: pending, until: now().getTime() + patience });
    },
    /** The request that comes back, once, and only in the browser that began it. */
    back(browser: string, state: string): Pending | undefined {
      const id = `${browser} ${state}`;
      const pending = fresh(requests, id);
      requests.delete(id);
      return pending;
    },
    begin(entry: Entry): string {
      const id = random();
      visits.set(id, { value: entry, until: now().getTime() + longest });
      return id;
    },
    find: (id: string): Entry | undefined => fresh(visits, id),
    /** What was asked for anew; of a visit that ended meanwhile nothing. */
    renew(id: string, entry: Entry): void {
      const kept = visits.get(id);
      if (kept) visits.set(id, { ...kept, value: entry });
    },
    leave: (id: string): boolean => visits.delete(id),
    /** Ends what stands on a hand-over; none is no error. @returns how many */
    end(sid: string): number {
      const over = [...visits].filter(([, { value }]) => value.visitor.sid === sid);
      for (const [id] of over) visits.delete(id);
      return over.length;
    },
    newBrowser: random,
  };
}
