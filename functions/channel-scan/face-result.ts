import { handle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import { remainingAttempts } from '#domain/lockout.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall, CallOf } from '#http/call.ts';
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
 * same transaction. Failed: at login it is a failure of the method `face` (LCK-1), elsewhere of the ticket (REG-5).
 */
export async function judgeFace(
  h: House,
  call: ResultCall,
  scan: ScanTicket,
  token: string,
): Promise<Judged> {
  const { policies } = h.settings;
  if (scan.scanState === 'passed' && scan.faceToken === token)
    return { passed: true, remainingAttempts: policies.faceTries };
  if (scan.scanState !== 'scanned' || scan.faceToken !== token) throw new Problem('STATE_CONFLICT');
  return scan.counts === 'lockout' ? judgeAtLogin(h, call, scan, token) : judgeOnTicket(h, call, scan, token);
}

async function outcomeOf(h: House, token: string) {
  const result = await h.face.result(token);
  // Nothing to judge yet: the phone finishes the check and asks again.
  if (result.outcome === 'pending') throw new Problem('STATE_CONFLICT');
  return result;
}

/** The attempt is reserved before the result is known (LCK-4); a pass gives it back, its own reset comes at verify. */
async function judgeAtLogin(h: House, call: ResultCall, scan: ScanTicket, token: string): Promise<Judged> {
  const { policies } = h.settings;
  const day = shanghaiDay(call.now);
  const attempt: Attempt = { personKey: scan.personKey, day, method: 'face', attemptId: handle() };
  const lockEvent = audited(h, call, scan.personKey, 'locked', 'failure', { method: 'face' });
  const { taken } = await reserveAttempt(h.db, attempt, policies, lockEvent);
  let outcome: Awaited<ReturnType<typeof outcomeOf>>;
  try {
    outcome = await outcomeOf(h, token);
    if (outcome.outcome === 'pass') {
      await pass(h, call, scan, token, outcome.transactionId);
      await returnAttempt(h.db, attempt, taken, policies);
      return { passed: true, remainingAttempts: remainingAttempts(taken - 1, policies) };
    }
    await h.db.transact([
      faceFailedWrite(scan, token, taken >= policies.lockoutFailures, call.now),
      failureEvent(h, call, scan, outcome.outcome),
    ]);
  } catch (error) {
    await returnAttempt(h.db, attempt, taken, policies);
    throw error;
  }
  if (taken >= policies.lockoutFailures) throw lockedProblem(day);
  const left = remainingAttempts(taken, policies);
  if (outcome.outcome === 'mismatch') throw new Problem('FACE_MISMATCH', { remainingAttempts: left });
  return { passed: false, remainingAttempts: left };
}

/** REG-5: five failed checks, over all scans of the ticket, end it. */
async function judgeOnTicket(h: House, call: ResultCall, scan: ScanTicket, token: string): Promise<Judged> {
  const { faceTries } = h.settings.policies;
  const outcome = await outcomeOf(h, token);
  if (outcome.outcome === 'pass') {
    await pass(h, call, scan, token, outcome.transactionId);
    return { passed: true, remainingAttempts: faceTries };
  }
  const parent = { ticketKey: scan.parentKey, kind: scan.parentKind };
  const failures =
    ((await h.db.get<TicketBase>('Tickets', { ticketKey: scan.parentKey }))?.faceFailures ?? 0) + 1;
  const last = failures >= faceTries;
  await h.db.transact([
    faceFailedWrite(scan, token, last, call.now),
    ticketWrite(parent, call.now, {
      set: last ? 'SET faceFailures = :failures, #state = :ended' : 'SET faceFailures = :failures',
      when: failures === 1 ? 'attribute_not_exists(faceFailures)' : 'faceFailures = :before',
      values: {
        ':failures': failures,
        ...(failures === 1 ? {} : { ':before': failures - 1 }),
        ...(last ? { ':ended': 'ended' } : {}),
      },
    }),
    failureEvent(h, call, scan, outcome.outcome),
  ]);
  const left = Math.max(0, faceTries - failures);
  if (outcome.outcome === 'mismatch') throw new Problem('FACE_MISMATCH', { remainingAttempts: left });
  return { passed: false, remainingAttempts: left };
}

function pass(
  h: House,
  call: ResultCall,
  scan: ScanTicket,
  token: string,
  transactionId: string,
): Promise<void> {
  const face: FaceProof = {
    scanKey: scan.ticketKey,
    transactionId,
    at: call.now.toISOString(),
    channel: call.origin.channel,
  };
  return h.db.transact([
    passedWrite(scan, token, call.now),
    ticketWrite({ ticketKey: scan.parentKey, kind: scan.parentKind }, call.now, {
      set: 'SET face = :face',
      values: { ':face': face },
    }),
    audited(h, call, scan.personKey, 'face', 'success', { purpose: scan.purpose, transactionId }),
  ]);
}

const failureEvent = (h: House, call: AnyCall, scan: ScanTicket, outcome: string) =>
  audited(h, call, scan.personKey, 'face', 'failure', { purpose: scan.purpose, outcome });
