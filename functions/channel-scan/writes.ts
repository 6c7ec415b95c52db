import type { FaceProof, ScanTicket } from '#store/tickets.ts';
import { ticketWrite } from '#store/tickets.ts';

/**
 * The states of a scan as data: which states may come before becomes the condition of the write, so an illegal
 * step cannot be written (QR-2).
 */
const priorStates = {
  scanned: ['pending', 'scanned'],
  faceStarted: ['scanned'],
  passed: ['scanned'],
  failedOnce: ['scanned'],
  failed: ['scanned'],
  // What is confirmed has been shown on this or another phone; of two that confirm, the first wins.
  confirmed: ['scanned'],
  cancelled: ['pending', 'scanned'],
} as const satisfies Record<string, readonly ScanTicket['scanState'][]>;

function allowedFrom(step: keyof typeof priorStates) {
  const states = priorStates[step];
  return {
    when: `scanState IN (${states.map((_, i) => `:from${i}`).join(', ')})`,
    values: Object.fromEntries(states.map((state, i) => [`:from${i}`, state])),
  };
}

export function scannedWrite(scan: ScanTicket, now: Date) {
  const from = allowedFrom('scanned');
  return ticketWrite(scan, now, {
    set: 'SET scanState = :scanned',
    when: from.when,
    values: { ...from.values, ':scanned': 'scanned' },
  });
}

/** QR-1: the phone's person agrees; the page's next poll takes it from here. */
export function confirmedWrite(scan: ScanTicket, confirmed: NonNullable<ScanTicket['confirmed']>, now: Date) {
  const from = allowedFrom('confirmed');
  return ticketWrite(scan, now, {
    set: 'SET scanState = :confirmed, confirmed = :by',
    when: from.when,
    values: { ...from.values, ':confirmed': 'confirmed', ':by': confirmed },
  });
}

export function cancelledWrite(scan: ScanTicket, now: Date) {
  const from = allowedFrom('cancelled');
  return ticketWrite(scan, now, {
    set: 'SET scanState = :cancelled REMOVE faceToken',
    when: from.when,
    values: { ...from.values, ':cancelled': 'cancelled' },
  });
}

/** A new kit replaces the one before: only the newest token's result counts. */
export function faceStartedWrite(scan: ScanTicket, token: string, now: Date) {
  const from = allowedFrom('faceStarted');
  return ticketWrite(scan, now, {
    set: 'SET faceToken = :token',
    when: from.when,
    values: { ...from.values, ':token': token },
  });
}

/** @param level the person's real-name level after this check, where the check itself is what is proven */
export function passedWrite(
  scan: ScanTicket,
  token: string,
  face: Pick<FaceProof, 'at' | 'transactionId'>,
  level: number | undefined,
  now: Date,
) {
  const from = allowedFrom('passed');
  const proven = level === undefined ? undefined : { ...face, level };
  return ticketWrite(scan, now, {
    set: `SET scanState = :passed${proven ? ', proven = :proven' : ''}`,
    when: `${from.when} AND faceToken = :token`,
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

/** Takes the token out, so that one failed check counts once however often its result is asked for. */
export function faceFailedWrite(scan: ScanTicket, token: string, last: boolean, now: Date) {
  const from = allowedFrom(last ? 'failed' : 'failedOnce');
  return ticketWrite(scan, now, {
    set: `ADD failures :one ${last ? 'SET scanState = :failed ' : ''}REMOVE faceToken`,
    when: `${from.when} AND faceToken = :token`,
    values: { ...from.values, ':one': 1, ':token': token, ...(last ? { ':failed': 'failed' } : {}) },
  });
}
