import { accessReads } from './flow.ts';

/** What both functions of a sweep need: the one that a schedule starts, and the one that continues its rest. */
const time = { memoryMb: 1769, timeoutSeconds: 300 } as const;
/** A run that continues an earlier one, for the rows that are left: how often it is tried, and the pause in seconds. */
const tried = { tries: 5, retrySeconds: 1800 } as const;

/** UNL-1: clearing the locks of ended days. */
export const lockSweep = {
  tables: { 'Lockouts/sweep': ['Query'], Lockouts: ['UpdateItem'], Audit: ['PutItem'] },
  sends: ['locks-left'],
  ...time,
} as const;
export const locksLeft = { kind: 'queue', queue: 'locks-left', ...tried } as const;

/** SSO-8: ending the hand-overs to tax systems that time alone has ended. */
export const handOverSweep = {
  tables: {
    'RpSessions/sweep': ['Query'],
    RpSessions: ['UpdateItem'],
    Sessions: ['GetItem'],
    ...accessReads,
    Audit: ['PutItem'],
  },
  sends: ['hand-overs-left'],
  ...time,
} as const;
export const handOversLeft = { kind: 'queue', queue: 'hand-overs-left', ...tried } as const;
