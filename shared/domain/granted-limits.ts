import type { ServiceItem } from './agreements.ts';
import type { Permission } from './relations.ts';

/** How far a tax system may go for whoever was handed over to it, as it was told (SSO-6). */
export interface Granted {
  readonly actions: readonly Permission[];
  /** Of an agency at its client: the services of the agreement. */
  readonly items?: readonly ServiceItem[];
  /** The last day, inclusive; left out where there is none. */
  readonly until?: string;
}

/** SSO-8: what was told is no more than what holds: no action, no service and no day that is not given any longer. */
export const isWithin = (told: Granted, today: Granted): boolean =>
  told.actions.every((action) => today.actions.includes(action)) &&
  (told.items ?? []).every((item) => today.items?.includes(item)) &&
  (today.until === undefined || (told.until !== undefined && told.until <= today.until));

/** What a system was told at one time and another: it may go by either. */
export function widest(one: Granted | undefined, other: Granted | undefined): Granted | undefined {
  if (!one || !other) return one ?? other;
  const items = one.items || other.items ? both(one.items, other.items) : undefined;
  const until =
    one.until === undefined || other.until === undefined ? undefined : [one.until, other.until].sort()[1];
  return {
    actions: both(one.actions, other.actions),
    ...(items ? { items } : {}),
    ...(until === undefined ? {} : { until }),
  };
}

/** What is left of it today. */
export function remaining(told: Granted, today: Granted): Granted {
  const until = [told.until, today.until].filter((day) => day !== undefined).sort()[0];
  return {
    actions: told.actions.filter((action) => today.actions.includes(action)),
    ...(told.items ? { items: told.items.filter((item) => today.items?.includes(item)) } : {}),
    ...(until === undefined ? {} : { until }),
  };
}

const both = <T>(one: readonly T[] = [], other: readonly T[] = []): T[] => [...new Set([...one, ...other])];
