import { Problem } from '#domain/problem.ts';
import type { Item, Write } from '#store/dynamodb/tables.ts';
import type { FaceProof, ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { ticketProblem, ticketUpdate } from '#store/tickets/tickets.ts';

/**
 * The states of a scan as data: which states may come before becomes the condition of the write, so an illegal
 * step cannot be written (QR-2).
 */
const priorStates = {
  scanned: ['pending', 'scanned'],
  claimed: ['pending'],
  faceStarted: ['scanned'],
  passed: ['scanned'],
  failedOnce: ['scanned'],
  failed: ['scanned'],
  confirmed: ['scanned'],
  cancelled: ['pending', 'scanned'],
} as const satisfies Record<string, readonly ScanTicket['scanState'][]>;

/** Named, so that the compiler refuses a property that no write has. */
type ScanUpdate = Write & { readonly update: string };

function allowedFrom(step: keyof typeof priorStates) {
  const states = priorStates[step];
  return {
    condition: `scanState IN (${states.map((_, i) => `:from${i}`).join(', ')})`,
    values: Object.fromEntries(states.map((state, i) => [`:from${i}`, state])),
  };
}

export function scannedUpdate(scan: ScanTicket, now: Date): ScanUpdate {
  const from = allowedFrom('scanned');
  return ticketUpdate(scan, now, {
    update: 'SET scanState = :scanned',
    condition: from.condition,
    values: { ...from.values, ':scanned': 'scanned' },
  });
}

/** Whether a code that is confirmed was scanned first by somebody else (QR-2). */
export const isHeldByAnother = ({ scannedBy }: Pick<ScanTicket, 'scannedBy'>, who: string | undefined) =>
  scannedBy !== undefined && scannedBy.personKey !== who;
export const heldByAnother = (): Problem => new Problem('STATE_CONFLICT', {}, { variant: 'scanned' });

/** A refused write says whose the code has become meanwhile. */
const refusalFor =
  (who: string | undefined, now: Date) =>
  (old?: Item): Problem => {
    const scan = old as unknown as ScanTicket | undefined;
    const problem = ticketProblem(scan, 'scan', now);
    if (problem || !scan) return problem ?? new Problem('NOT_FOUND');
    return isHeldByAnother(scan, who) ? heldByAnother() : new Problem('STATE_CONFLICT');
  };

/** QR-2: the first person who scans a code that is confirmed has it; that person may scan again, nobody else. */
export function claimedUpdate(
  scan: ScanTicket,
  by: NonNullable<ScanTicket['scannedBy']>,
  now: Date,
): ScanUpdate {
  const from = allowedFrom('claimed');
  return {
    ...ticketUpdate(scan, now, {
      update: 'SET scanState = :scanned, scannedBy = :by',
      condition: `${from.condition} OR (scanState = :scanned AND scannedBy.personKey = :who)`,
      values: { ...from.values, ':scanned': 'scanned', ':by': by, ':who': by.personKey },
    }),
    onRefused: refusalFor(by.personKey, now),
  };
}

/** QR-1: the phone's person, who scanned it, agrees; the page's next poll takes it from here. */
export function confirmedUpdate(
  scan: ScanTicket,
  confirmed: NonNullable<ScanTicket['confirmed']>,
  now: Date,
): ScanUpdate {
  const from = allowedFrom('confirmed');
  return {
    ...ticketUpdate(scan, now, {
      update: 'SET scanState = :confirmed, confirmed = :by',
      condition: `${from.condition} AND scannedBy.personKey = :who`,
      values: {
        ...from.values,
        ':confirmed': 'confirmed',
        ':by': confirmed,
        ':who': confirmed.personKey,
      },
    }),
    onRefused: refusalFor(confirmed.personKey, now),
  };
}

/** @param who of a code that is confirmed: once somebody has it, nobody else refuses it */
export function cancelledUpdate(scan: ScanTicket, who: string | undefined, now: Date): ScanUpdate {
  const from = allowedFrom('cancelled');
  return {
    ...ticketUpdate(scan, now, {
      update: 'SET scanState = :cancelled REMOVE faceToken',
      condition: `${from.condition} AND (attribute_not_exists(scannedBy)${who === undefined ? '' : ' OR scannedBy.personKey = :who'})`,
      values: { ...from.values, ':cancelled': 'cancelled', ...(who === undefined ? {} : { ':who': who }) },
    }),
    onRefused: refusalFor(who, now),
  };
}

/** A new kit replaces the one before: only the newest token's result counts. */
export function faceStartedUpdate(scan: ScanTicket, token: string, now: Date): ScanUpdate {
  const from = allowedFrom('faceStarted');
  return ticketUpdate(scan, now, {
    update: 'SET faceToken = :token',
    condition: from.condition,
    values: { ...from.values, ':token': token },
  });
}

/** @param level the person's real-name level after this check, where the check itself is what is proven */
export function passedUpdate(
  scan: ScanTicket,
  token: string,
  face: Pick<FaceProof, 'at' | 'transactionId'>,
  level: number | undefined,
  now: Date,
): ScanUpdate {
  const from = allowedFrom('passed');
  const proven = level === undefined ? undefined : { ...face, level };
  return ticketUpdate(scan, now, {
    update: `SET scanState = :passed${proven ? ', proven = :proven' : ''}`,
    condition: `${from.condition} AND faceToken = :token`,
    values: {
      ...from.values,
      ':passed': 'passed',
      ':token': token,
      ...(proven
        ? { ':proven': { at: proven.at, transactionId: proven.transactionId, level: proven.level } }
        : {}),
    },
  });
}

/**
 * Takes the token out, so that one failed check counts once however often its result is asked for.
 * @param left tries that remain, for the page that shows the code (REG-5); with none left the scan is over
 */
export function faceFailedUpdate(scan: ScanTicket, token: string, left: number, now: Date): ScanUpdate {
  const last = left === 0;
  const from = allowedFrom(last ? 'failed' : 'failedOnce');
  return ticketUpdate(scan, now, {
    update: `ADD failures :one SET triesLeft = :left${last ? ', scanState = :failed' : ''} REMOVE faceToken`,
    condition: `${from.condition} AND faceToken = :token`,
    values: {
      ...from.values,
      ':one': 1,
      ':token': token,
      ':left': left,
      ...(last ? { ':failed': 'failed' } : {}),
    },
  });
}
