import type { ServiceItem } from '../agencies/agreements.ts';
import type { Permission } from '../companies/relations.ts';

/** What a hand-over allows at a tax system, as the system was told (SSO-6). */
export interface Granted {
  readonly actions: readonly Permission[];
  /** For an agency that acts for a client: the services of the agreement. */
  readonly items?: readonly ServiceItem[];
  /** The last day, inclusive; absent if there is none. */
  readonly until?: string;
}

/** SSO-8: whether all that the system was told still holds: every action, every service and the last day. */
export const isWithin = (disclosed: Granted, today: Granted): boolean =>
  disclosed.actions.every((action) => today.actions.includes(action)) &&
  (disclosed.items ?? []).every((item) => today.items?.includes(item)) &&
  (today.until === undefined || (disclosed.until !== undefined && disclosed.until <= today.until));

/** The widest of two grants that a system was told at different times, because it may use either. */
export function widest(one: Granted | undefined, other: Granted | undefined): Granted | undefined {
  if (!one || !other) return one ?? other;
  const items = one.items || other.items ? both(one.items, other.items) : undefined;
  // `sort` puts undefined last, so a missing last day wins.
  const [, until] = [one.until, other.until].sort();
  return {
    actions: both(one.actions, other.actions),
    ...(items ? { items } : {}),
    ...(until === undefined ? {} : { until }),
  };
}

/** The part of what the system was told that still holds today. */
export function remaining(disclosed: Granted, today: Granted): Granted {
  const [until] = [disclosed.until, today.until].sort();
  return {
    actions: disclosed.actions.filter((action) => today.actions.includes(action)),
    ...(disclosed.items ? { items: disclosed.items.filter((item) => today.items?.includes(item)) } : {}),
    ...(until === undefined ? {} : { until }),
  };
}

const both = <T>(one: readonly T[] = [], other: readonly T[] = []): T[] => [...new Set([...one, ...other])];
