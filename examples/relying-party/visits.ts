import { randomBytes } from 'node:crypto';
import type { Entry, Pending } from './bureau.ts';

/** A visit lives no longer than the bureau's session (milliseconds). The system asks for new data long before. */
const longest = 12 * 3600_000;
/** How long a person may need at the bureau. */
const patience = 15 * 60_000;

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

/**
 * This system's sessions, and the requests that are under way. Sessions and requests are in memory, for one process.
 * With several processes use a table that all of them read, because a logout token reaches only one process.
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
    /** Stores a request of this browser. `state` finds it again, so two tabs do not disturb each other. */
    asked(browser: string, pending: Pending): void {
      requests.set(`${browser} ${pending.state}`, { value: pending, until: now().getTime() + patience });
    },
    /** The request that comes back; works once, and only in the browser that began it. */
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
    /** Stores new data; does nothing if the visit has ended meanwhile. */
    renew(id: string, entry: Entry): void {
      const kept = visits.get(id);
      if (kept) visits.set(id, { ...kept, value: entry });
    },
    leave: (id: string): boolean => visits.delete(id),
    /**
     * Ends the visits of a hand-over; it is no error if there are none.
     * @returns how many
     */
    end(sid: string): number {
      const over = [...visits].filter(([, { value }]) => value.visitor.sid === sid);
      for (const [id] of over) visits.delete(id);
      return over.length;
    },
    newBrowser: random,
  };
}
