import { Problem } from '#domain/problem.ts';
import { absent, all, any, type Condition, equals, oneOf } from '#store/dynamodb/expressions.ts';
import type { Item, RefusableUpdate } from '#store/dynamodb/tables.ts';
import type { FaceProof, ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { ticketProblem, ticketUpdate } from '#store/tickets/tickets.ts';

/**
 * The states of a scan as data. The permitted earlier states become the condition of each write, so an illegal step
 * cannot be written (QR-2).
 */
const priorStates = {
  scanned: ['pending', 'scanned'],
  claimed: ['pending'],
  faceStarted: ['scanned'],
  passed: ['scanned'],
  failed: ['scanned'],
  confirmed: ['scanned'],
  cancelled: ['pending', 'scanned'],
} as const satisfies Record<string, readonly ScanTicket['scanState'][]>;

const allowedFrom = (step: keyof typeof priorStates): Condition => oneOf('scanState', priorStates[step]);

export const scannedUpdate = (scan: ScanTicket, now: Date) =>
  ticketUpdate(scan, now, { set: { scanState: 'scanned' } }, allowedFrom('scanned'));

/** Whether somebody else scanned this code first, for a code that is confirmed (QR-2). */
export const isScannedByAnother = ({ scannedBy }: Pick<ScanTicket, 'scannedBy'>, who: string | undefined) =>
  scannedBy !== undefined && scannedBy.personKey !== who;
export const scannedByAnotherProblem = (): Problem =>
  new Problem('STATE_CONFLICT', {}, { variant: 'scanned' });

/** A refused write tells who has the code now. */
const refusalFor =
  (who: string | undefined, now: Date) =>
  (old?: Item): Problem => {
    const scan = old as ScanTicket | undefined;
    const problem = ticketProblem(scan, 'scan', now);
    if (problem || !scan) return problem ?? new Problem('NOT_FOUND');
    return isScannedByAnother(scan, who) ? scannedByAnotherProblem() : new Problem('STATE_CONFLICT');
  };

/** QR-2: the first person who scans a code that is confirmed has it; only that person may scan it again. */
export const claimedUpdate = (
  scan: ScanTicket,
  by: NonNullable<ScanTicket['scannedBy']>,
  now: Date,
): RefusableUpdate => ({
  ...ticketUpdate(
    scan,
    now,
    { set: { scanState: 'scanned', scannedBy: by } },
    any(allowedFrom('claimed'), all(equals('scanState', 'scanned'), isScannedBy(by.personKey))),
  ),
  onRefused: refusalFor(by.personKey, now),
});

const isScannedBy = (personKey: string) => equals('scannedBy.personKey', personKey);

/** QR-1: the person who scanned the code agrees; the page's next poll continues from here. */
export const confirmedUpdate = (
  scan: ScanTicket,
  confirmed: NonNullable<ScanTicket['confirmed']>,
  now: Date,
): RefusableUpdate => ({
  ...ticketUpdate(
    scan,
    now,
    { set: { scanState: 'confirmed', confirmed } },
    all(allowedFrom('confirmed'), isScannedBy(confirmed.personKey)),
  ),
  onRefused: refusalFor(confirmed.personKey, now),
});

/** @param who for a code that is confirmed: once a person has it, nobody else may refuse it */
export const cancelledUpdate = (scan: ScanTicket, who: string | undefined, now: Date): RefusableUpdate => ({
  ...ticketUpdate(
    scan,
    now,
    { set: { scanState: 'cancelled' }, remove: ['faceToken'] },
    all(allowedFrom('cancelled'), any(absent('scannedBy'), who === undefined ? undefined : isScannedBy(who))),
  ),
  onRefused: refusalFor(who, now),
});

/** A new kit replaces the previous one: only the result of the newest token counts. */
export const faceStartedUpdate = (scan: ScanTicket, token: string, now: Date) =>
  ticketUpdate(scan, now, { set: { faceToken: token } }, allowedFrom('faceStarted'));

/** @param level the person's real-name level after this check, if the check itself is what is proved */
export const scanPassedUpdate = (
  scan: ScanTicket,
  token: string,
  { at, transactionId }: Pick<FaceProof, 'at' | 'transactionId'>,
  level: number | undefined,
  now: Date,
) =>
  ticketUpdate(
    scan,
    now,
    { set: { scanState: 'passed', proven: level === undefined ? undefined : { at, transactionId, level } } },
    all(allowedFrom('passed'), equals('faceToken', token)),
  );

/**
 * Removes the token, so that one failed check counts once, however often its result is requested.
 * @param left the tries that remain, for the page that shows the code (REG-5); with none left the scan ends
 */
export const faceFailedUpdate = (scan: ScanTicket, token: string, left: number, now: Date) =>
  ticketUpdate(
    scan,
    now,
    {
      add: { failures: 1 },
      set: { triesLeft: left, scanState: left === 0 ? 'failed' : undefined },
      remove: ['faceToken'],
    },
    all(allowedFrom('failed'), equals('faceToken', token)),
  );
