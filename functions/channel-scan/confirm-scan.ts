import type { Assertion } from '#crypto/assertions.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { assertedPerson, phoneActionFor } from '#journeys/factors/scans.ts';
import { assertedCompany } from '#journeys/sessions/company-claims.ts';
import { noContent } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { valueOrThrow } from '#runtime/settled.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { CompanyClaim } from '#store/tickets/ticket-kinds.ts';
import type { channelScan } from './contract.ts';
import { readScan, requireScanner } from './scan-code.ts';
import {
  cancelledUpdate,
  confirmedUpdate,
  isScannedByAnother,
  scannedByAnotherProblem,
} from './scan-updates.ts';

/**
 * The person on the phone agrees to the login (QR-1). The channel is trusted only to know who is logged in on the
 * phone. Account and company relation are judged by us (QR-3), here and again when the session is opened.
 * @throws Problem in this order: NOT_FOUND, EXPIRED, STATE_CONFLICT (a scan that has ended); CHANNEL_NOT_ALLOWED (CHN);
 * ASSERTION_INVALID if nobody is logged in on the phone; STATE_CONFLICT if another person has scanned the code (QR-2);
 * USER_NOT_REGISTERED, ACCOUNT_SUSPENDED; what `actingOptionFor` throws, and ASSERTION_INVALID for a company that the
 * channel did not sign for
 */
export const confirmScan: StepOf<typeof channelScan, 'confirm'> = async (ctx, call) => {
  const { assertion } = call.caller;
  const key = assertedPerson(ctx, assertion);
  const [ticket, person, acting] = await Promise.allSettled([
    readScan(ctx, call.params.ticket, call.now),
    key === undefined ? undefined : findPerson(ctx.db, key),
    key === undefined
      ? undefined
      : requestedClaim(ctx, key, requestedIdentity(assertion, call.body?.identity), call.now),
  ]);
  // Errors in this order, so that a caller with a foreign code or channel learns nothing about the person.
  const scan = valueOrThrow(ticket);
  requireScanner(ctx, call, scan);
  if (phoneActionFor[scan.purpose] !== 'confirm') throw new Problem('STATE_CONFLICT');
  if (key === undefined) throw new Problem('ASSERTION_INVALID');
  if (isScannedByAnother(scan, key)) throw scannedByAnotherProblem();
  if (scan.scanState !== 'scanned') throw new Problem('STATE_CONFLICT');
  requireAdmitted(valueOrThrow(person), 'USER_NOT_REGISTERED');
  const company = valueOrThrow(acting);
  await ctx.db.transact([
    confirmedUpdate(
      scan,
      { personKey: key, channel: assertion.channel, ...(company ? { company } : {}) },
      call.now,
    ),
    auditPut(ctx, call, key, 'qr-login', 'success', {
      identity: company ? 'enterprise' : 'natural',
      browser: scan.origin.browser,
    }),
  ]);
  return noContent();
};

/**
 * "That is not me": ends the code for every phone. A code that somebody has scanned can be refused by that person only
 * (QR-2).
 */
export const cancelScan: StepOf<typeof channelScan, 'cancel'> = async (ctx, call) => {
  const scan = await readScan(ctx, call.params.ticket, call.now);
  requireScanner(ctx, call, scan);
  const who = assertedPerson(ctx, call.caller.assertion);
  if (isScannedByAnother(scan, who)) throw scannedByAnotherProblem();
  const key = scan.personKey ?? who;
  const kind = phoneActionFor[scan.purpose] === 'confirm' ? 'qr-login' : 'face';
  await ctx.db.transact([
    cancelledUpdate(scan, who, call.now),
    ...(key === undefined
      ? []
      : [auditPut(ctx, call, key, kind, 'failure', { purpose: scan.purpose, cancelled: true })]),
  ]);
  return noContent();
};

type RequestedIdentity =
  | { readonly kind: 'natural' }
  | { readonly kind?: 'enterprise' | undefined; readonly taxpayerId: string; readonly role: string };

/**
 * The identity that the page will take over: the company in the assertion, or the natural person, which is always
 * allowed. `unsigned`: the channel did not sign for this company, which `requestedClaim` refuses.
 */
function requestedIdentity(
  { identity }: Assertion,
  body: RequestedIdentity | undefined,
): Assertion['identity'] | 'unsigned' {
  if (body === undefined) return identity;
  if (body.kind === 'natural') return undefined;
  const signed = identity?.taxpayerId === body.taxpayerId && identity.role === body.role;
  return signed ? identity : 'unsigned';
}

/**
 * The company that the person acts for, judged now. Throws what `actingOptionFor` throws; ASSERTION_INVALID if the
 * channel did not sign for the company.
 */
async function requestedClaim(
  ctx: FlowContext,
  key: string,
  wanted: Assertion['identity'] | 'unsigned',
  now: Date,
): Promise<CompanyClaim | undefined> {
  if (wanted === 'unsigned') throw new Problem('ASSERTION_INVALID');
  if (!wanted) return undefined;
  return (await assertedCompany(ctx, key, wanted, now)).claim;
}
