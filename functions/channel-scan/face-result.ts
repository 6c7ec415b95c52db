import { handle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/lockout.ts';
import { Problem } from '#domain/problem.ts';
import type { CallOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { audited } from '#steps/facts.ts';
import { type Attempt, lockedProblem, reserveAttempt, returnAttempt } from '#store/lockouts.ts';
import { type FaceProof, type ScanTicket, type TicketBase, ticketWrite } from '#store/tickets.ts';
import type { channelScan } from './contract.ts';
import { faceFailedWrite, passedWrite } from './writes.ts';

type ResultCall = CallOf<typeof channelScan, 'faceResult'>;
type Judged = { passed: boolean; remainingAttempts: number };

/**
 * Asks the provider itself how the check went (FACE-2). Passed: the proof is written on the journey's ticket in the
 * same transaction. Failed: at login it is a failure of the method `face` (LCK-1), in registration and reset of the
 * journey's ticket (REG-5), elsewhere of this scan.
 */
export async function judgeFace(
  h: House,
  call: ResultCall,
  scan: ScanTicket,
  token: string,
): Promise<Judged> {
  const { faceTries } = h.settings.policies;
  if (scan.scanState === 'passed' && scan.faceToken === token)
    return { passed: true, remainingAttempts: faceTries };
  const { personKey } = scan;
  if (scan.scanState !== 'scanned' || scan.faceToken !== token || !personKey)
    throw new Problem('STATE_CONFLICT');
  const check: Check = { h, call, scan, token, personKey };
  return scan.counts === 'lockout' ? judgeAtLogin(check) : judgeElsewhere(check);
}

interface Check {
  readonly h: House;
  readonly call: ResultCall;
  readonly scan: ScanTicket;
  readonly token: string;
  readonly personKey: string;
}

async function outcomeOf({ h, token }: Check) {
  const result = await h.face.result(token);
  // Nothing to judge yet: the phone finishes the check and asks again.
  if (result.outcome === 'pending') throw new Problem('STATE_CONFLICT');
  return result;
}

/** The attempt is reserved before the result is known (LCK-4); a pass gives it back, its own reset comes at verify. */
async function judgeAtLogin(check: Check): Promise<Judged> {
  const { h, call, scan, token, personKey } = check;
  const { policies } = h.settings;
  const day = shanghaiDay(call.now);
  const attempt: Attempt = { personKey, day, method: 'face', attemptId: handle() };
  const lockEvent = audited(h, call, personKey, 'locked', 'failure', { method: 'face' });
  const { taken } = await reserveAttempt(h.db, attempt, policies, lockEvent);
  const last = taken >= policies.lockoutFailures;
  let outcome: Awaited<ReturnType<typeof outcomeOf>>;
  try {
    outcome = await outcomeOf(check);
    if (outcome.outcome === 'pass') {
      await pass(check, outcome.transactionId);
      await returnAttempt(h.db, attempt, taken, policies);
      return { passed: true, remainingAttempts: remainingAttempts(taken - 1, policies) };
    }
    await h.db.transact([faceFailedWrite(scan, token, last, call.now), failureEvent(check, outcome.outcome)]);
  } catch (error) {
    await returnAttempt(h.db, attempt, taken, policies);
    throw error;
  }
  if (last) throw lockedProblem(day);
  return failed(outcome.outcome, remainingAttempts(taken, policies));
}

/** REG-5: five failed checks end what they were for: the journey over all its scans, or the scan alone. */
async function judgeElsewhere(check: Check): Promise<Judged> {
  const { h, call, scan, token } = check;
  const { faceTries } = h.settings.policies;
  const { outcome, transactionId } = await outcomeOf(check);
  if (outcome === 'pass') {
    await pass(check, transactionId);
    return { passed: true, remainingAttempts: faceTries };
  }
  const parent = scan.counts === 'ticket' ? scan.parent : undefined;
  const before = parent
    ? ((await h.db.get<TicketBase>('Tickets', { ticketKey: parent.ticketKey }))?.faceFailures ?? 0)
    : (scan.failures ?? 0);
  const last = before + 1 >= faceTries;
  await h.db.transact([
    faceFailedWrite(scan, token, last, call.now),
    ...(parent ? [journeyFailedWrite(parent, before, last, call.now)] : []),
    failureEvent(check, outcome),
  ]);
  return failed(outcome, Math.max(0, faceTries - before - 1));
}

/** Counts a failure on the journey's ticket as it was read; the last one ends it. */
const journeyFailedWrite = (
  parent: NonNullable<ScanTicket['parent']>,
  before: number,
  last: boolean,
  now: Date,
) =>
  ticketWrite(parent, now, {
    set: last ? 'SET faceFailures = :failures, #state = :ended' : 'SET faceFailures = :failures',
    when: before === 0 ? 'attribute_not_exists(faceFailures)' : 'faceFailures = :before',
    values: {
      ':failures': before + 1,
      ...(before === 0 ? {} : { ':before': before }),
      ...(last ? { ':ended': 'ended' } : {}),
    },
  });

function failed(outcome: string, left: number): Judged {
  if (outcome === 'mismatch') throw new Problem('FACE_MISMATCH', { remainingAttempts: left });
  return { passed: false, remainingAttempts: left };
}

function pass({ h, call, scan, token, personKey }: Check, transactionId: string): Promise<void> {
  const face: FaceProof = {
    scanKey: scan.ticketKey,
    transactionId,
    at: call.now.toISOString(),
    channel: call.origin.channel,
  };
  return h.db.transact([
    passedWrite(scan, token, call.now),
    ...(scan.parent
      ? [ticketWrite(scan.parent, call.now, { set: 'SET face = :face', values: { ':face': face } })]
      : []),
    audited(h, call, personKey, 'face', 'success', { purpose: scan.purpose, transactionId }),
  ]);
}

const failureEvent = ({ h, call, scan, personKey }: Check, outcome: string) =>
  audited(h, call, personKey, 'face', 'failure', { purpose: scan.purpose, outcome });
