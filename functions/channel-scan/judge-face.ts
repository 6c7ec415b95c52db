import { newHandle } from '#crypto/random.ts';
import { channelMay } from '#domain/channels.ts';
import { shanghaiDay } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { remainingAttempts } from '#domain/factors/lockout-policy.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { liftedLockAudits } from '#journeys/factors/lifted-lock.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { noticeFor } from '#runtime/messages/index.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { absent, equals } from '#store/dynamodb/expressions.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type Attempt, lockedProblem } from '#store/people/lockout-row.ts';
import { reserveAttempt, returnAttempt, successUpdate } from '#store/people/lockout-table.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { facePassedUpdate, findPerson } from '#store/people/users.ts';
import { sessionLevelUpdate } from '#store/sessions/sessions.ts';
import {
  type FaceProof,
  proofOnJourney,
  type ScanTicket,
  type TicketBase,
} from '#store/tickets/ticket-kinds.ts';
import { ticketUpdate } from '#store/tickets/tickets.ts';
import type { channelScan } from './contract.ts';
import { faceFailedUpdate, scanPassedUpdate } from './scan-updates.ts';

type ResultCall = CallOf<typeof channelScan, 'faceResult'>;
type FaceVerdict = { passed: boolean; remainingAttempts: number; advice?: { code: string; title: string } };

/**
 * Asks the provider itself for the result of the check (FACE-2). If it passed, the proof is written on the journey's
 * ticket in the same transaction. If it failed, the failure counts: at login as a failure of the method `face` (LCK-1),
 * in registration and reset on the journey's ticket (REG-5), elsewhere on this scan.
 */
export async function judgeFace(
  ctx: FlowContext,
  call: ResultCall,
  scan: ScanTicket,
  token: string,
): Promise<FaceVerdict> {
  const { faceTries } = ctx.settings.policies;
  if (scan.scanState === 'passed' && scan.faceToken === token)
    return { passed: true, remainingAttempts: faceTries };
  const { personKey } = scan;
  if (scan.scanState !== 'scanned' || scan.faceToken !== token || !personKey)
    throw new Problem('STATE_CONFLICT');
  const check: ReportedFaceCheck = { ctx, call, scan, token, personKey };
  return scan.counts === 'lockout' ? judgeAtLogin(check) : judgeOutsideLogin(check);
}

interface ReportedFaceCheck {
  readonly ctx: FlowContext;
  readonly call: ResultCall;
  readonly scan: ScanTicket;
  readonly token: string;
  readonly personKey: string;
}

async function outcomeOf({ ctx, token }: ReportedFaceCheck) {
  const result = await ctx.face.result(token);
  // There is no result yet: the phone finishes the check and asks again.
  if (result.outcome === 'pending') throw new Problem('STATE_CONFLICT');
  return result;
}

/** The try is reserved before the result is known (LCK-4); a passed check resets the method's count (LCK-1). */
async function judgeAtLogin(check: ReportedFaceCheck): Promise<FaceVerdict> {
  const { ctx, call, scan, token, personKey } = check;
  const { policies } = ctx.settings;
  const day = shanghaiDay(call.now);
  const attempt: Attempt = { personKey, day, method: 'face', attemptId: newHandle() };
  const lockEvent = auditPut(ctx, call, personKey, 'locked', 'failure', { method: 'face' });
  const reserved = await reserveAttempt(ctx.db, attempt, policies, lockEvent);
  const { taken } = reserved;
  const last = taken >= policies.lockoutFailures;
  let outcome: Awaited<ReturnType<typeof outcomeOf>>;
  try {
    outcome = await outcomeOf(check);
    if (outcome.outcome === 'pass') {
      await writePassedCheck(check, outcome.transactionId, [
        successUpdate(attempt, policies),
        ...liftedLockAudits(ctx, call, attempt, reserved, { method: 'face' }),
      ]);
      return { passed: true, remainingAttempts: remainingAttempts(0, policies) };
    }
    await ctx.db.transact([
      faceFailedUpdate(scan, token, remainingAttempts(taken, policies), call.now),
      failureEvent(check, outcome.outcome),
    ]);
  } catch (error) {
    await returnAttempt(ctx.db, attempt, taken, policies);
    throw error;
  }
  if (last) throw lockedProblem(day);
  return failureAnswer(check, outcome.outcome, remainingAttempts(taken, policies));
}

/** REG-5: five failed checks end what they were for: the whole journey, over all its scans, or the single scan. */
async function judgeOutsideLogin(check: ReportedFaceCheck): Promise<FaceVerdict> {
  const { ctx, call, scan, token } = check;
  const { faceTries } = ctx.settings.policies;
  const { outcome, transactionId } = await outcomeOf(check);
  if (outcome === 'pass') {
    await writePassedCheck(check, transactionId);
    return { passed: true, remainingAttempts: faceTries };
  }
  const parent = scan.counts === 'ticket' ? scan.parent : undefined;
  const before = parent
    ? ((await ctx.db.get<TicketBase>('Tickets', { ticketKey: parent.ticketKey }))?.faceFailures ?? 0)
    : (scan.failures ?? 0);
  const left = Math.max(0, faceTries - before - 1);
  const last = left === 0;
  await ctx.db.transact([
    faceFailedUpdate(scan, token, left, call.now),
    ...(parent ? [journeyFailedUpdate(parent, before, last, call.now)] : []),
    failureEvent(check, outcome),
  ]);
  return failureAnswer(check, outcome, left);
}

/** Counts a failure on the journey's ticket as it was read; the last permitted one ends the ticket. */
const journeyFailedUpdate = (
  parent: NonNullable<ScanTicket['parent']>,
  before: number,
  last: boolean,
  now: Date,
) =>
  ticketUpdate(
    parent,
    now,
    { set: { faceFailures: before + 1, state: last ? 'ended' : undefined } },
    before === 0 ? absent('faceFailures') : equals('faceFailures', before),
  );

/** REG-5: tells what helps in the next try, and what else the person can do. */
function failureAnswer({ call }: ReportedFaceCheck, outcome: string, left: number): FaceVerdict {
  if (outcome === 'mismatch') throw new Problem('FACE_MISMATCH', { remainingAttempts: left });
  return { passed: false, remainingAttempts: left, advice: noticeFor('FACE_FAILED', call.language) };
}

/**
 * Writes a passed check in one transaction with all that follows from it: the proof on the journey's ticket, the proof
 * on the person (STP-2; during registration there is no account to hold it), and the higher level (LVL-2).
 */
async function writePassedCheck(
  check: ReportedFaceCheck,
  transactionId: string,
  also: readonly Write[] = [],
): Promise<void> {
  const { ctx, call, scan, token, personKey } = check;
  const at = call.now.toISOString();
  const face: FaceProof = { scanKey: scan.ticketKey, transactionId, at, channel: call.origin.channel };
  await retryOnConcurrentChange(async () => {
    const raised = scan.counts === 'scan' ? await levelAfter(check) : undefined;
    await ctx.db.transact([
      scanPassedUpdate(scan, token, face, raised?.level, call.now),
      ...(scan.parent
        ? [ticketUpdate(scan.parent, call.now, { set: { face: proofOnJourney(scan, face) } })]
        : []),
      ...(scan.purpose === 'register'
        ? []
        : [
            facePassedUpdate(personKey, { at, transactionId, since: scan.since ?? '' }, raised?.rise, () =>
              raised?.rise ? new ConcurrentChange() : new Problem('STATE_CONFLICT'),
            ),
          ]),
      ...(raised?.writes ?? []),
      ...also,
      auditPut(ctx, call, personKey, 'face', 'success', { ...aboutScan(scan), transactionId }),
    ]);
  });
}

/** LVL-2: a check in the account centre or any step-up raises level 3 to 4, for the person and the live session. */
async function levelAfter({ ctx, call, scan, personKey }: ReportedFaceCheck) {
  const person = requireAdmitted(await findPerson(ctx.db, personKey), 'STATE_CONFLICT');
  if (person.account.since !== scan.since) throw new Problem('STATE_CONFLICT');
  const from = person.realNameLevel;
  // With a mini program only a step-up raises the level.
  const lifts =
    scan.stepUp !== undefined || channelMay(call.caller.assertion.channel, 'face-factor', ctx.settings);
  if ((from ?? 3) >= 4 || !lifts) return { level: from ?? 3, writes: [] };
  const alive = (person.webSession?.expiresAt ?? 0) > epochSeconds(call.now);
  const session =
    scan.stepUp?.sessionId ?? scan.sessionId ?? (alive ? person.webSession?.sessionId : undefined);
  return {
    level: 4,
    rise: { from, to: 4 },
    writes: [
      ...(session ? [sessionLevelUpdate(session, 4)] : []),
      auditPut(ctx, call, personKey, 'level-raised', 'success', { from: from ?? 3, to: 4 }),
    ],
  };
}

/** What the audit records of a scan (AUD-1), including who asked for it at a terminal or counter (CHN-1). */
const aboutScan = ({ purpose, stepUp }: ScanTicket) => ({
  purpose,
  ...(stepUp ? { matter: stepUp.matter, audience: stepUp.audience } : {}),
  ...(stepUp?.startedBy
    ? {
        startedBy: stepUp.startedBy.channel,
        ...(stepUp.startedBy.officer ? { officer: stepUp.startedBy.officer } : {}),
        ...(stepUp.startedBy.office ? { office: stepUp.startedBy.office } : {}),
      }
    : {}),
});

const failureEvent = ({ ctx, call, scan, personKey }: ReportedFaceCheck, outcome: string) =>
  auditPut(ctx, call, personKey, 'face', 'failure', { ...aboutScan(scan), outcome });
