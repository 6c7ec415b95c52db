import { randomBytes } from 'node:crypto';
import type { Pending, Visitor } from './bureau.ts';

/** How long this system believes what it was told before it asks again, without a page for the person (milliseconds). */
const believed = 15 * 60_000;
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
  const visits = new Map<string, Kept<Visitor>>();
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
    begin(visitor: Visitor): string {
      const id = random();
      visits.set(id, { value: visitor, until: now().getTime() + believed });
      return id;
    },
    find: (id: string): Visitor | undefined => fresh(visits, id),
    leave: (id: string): boolean => visits.delete(id),
    /** Ends what stands on a hand-over; none is no error. @returns how many */
    end(sid: string): number {
      const over = [...visits].filter(([, { value }]) => value.sid === sid);
      for (const [id] of over) visits.delete(id);
      return over.length;
    },
    newBrowser: random,
  };
}
