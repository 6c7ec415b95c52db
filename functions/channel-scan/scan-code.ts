import { unseal } from '#crypto/sealed.ts';
import { channelMay } from '#domain/channels.ts';
import { Problem } from '#domain/problem.ts';
import { assertedPerson, phoneActionFor, ticketOfQr } from '#journeys/factors/scans.ts';
import { maskedNameOf } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { isRegistered, sealContext } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket } from '#store/tickets/tickets.ts';
import type { channelScan } from './contract.ts';
import { judgeFace } from './judge-face.ts';
import {
  claimedUpdate,
  faceStartedUpdate,
  isScannedByAnother,
  scannedByAnotherProblem,
  scannedUpdate,
} from './scan-updates.ts';

type AnyChannelCall = Pick<CallOf<typeof channelScan, 'scan'>, 'caller' | 'now'>;

/**
 * The channel must be allowed to do what the code is for (CHN). If a person must be logged in on the phone, it must be
 * the person whose face is checked. The 安徽税务 APP needs no login for a face check (FACE-1): there the face decides.
 */
export function requireScanner(
  ctx: Pick<FlowContext, 'keys' | 'settings'>,
  call: AnyChannelCall,
  scan: ScanTicket,
): void {
  const { assertion } = call.caller;
  const { channel } = assertion;
  const allowed =
    channelMay(channel, scan.action, ctx.settings) ||
    (scan.alsoBy === channel && channelMay(channel, 'session-face', ctx.settings));
  if (!allowed) throw new Problem('CHANNEL_NOT_ALLOWED');
  if (scan.personKey === undefined || channel === 'ahtax-app') return;
  if (assertedPerson(ctx, assertion) !== scan.personKey) throw new Problem('FACE_MISMATCH');
}

/** The phone has scanned the code: the answer tells what the code is for, and whose page asks (QR-2). */
export const scanCode: StepOf<typeof channelScan, 'scan'> = async (ctx, call) => {
  const id = ticketOfQr(ctx.settings.issuer, call.body.qrContent);
  if (!id) throw new Problem('NOT_FOUND');
  const ticket = await readScan(ctx, id, call.now);
  requireScanner(ctx, call, ticket);
  const { purpose, origin } = ticket;
  const requires = phoneActionFor[purpose];
  if (requires === 'confirm') await claim(ctx, call, ticket);
  else await ctx.db.transact([scannedUpdate(ticket, call.now)]);
  return ok({ ticket: id, purpose, requires, origin });
};

/**
 * QR-2: a code that is confirmed is reserved for the person logged in on the phone, and the page shows their masked
 * name. An app in which nobody is logged in only learns what the code is for; it lets its user log in and scans again.
 */
async function claim(
  ctx: FlowContext,
  call: CallOf<typeof channelScan, 'scan'>,
  ticket: ScanTicket,
): Promise<void> {
  const key = assertedPerson(ctx, call.caller.assertion);
  if (isScannedByAnother(ticket, key)) throw scannedByAnotherProblem();
  if (key === undefined) return;
  const person = await findPerson(ctx.db, key);
  if (!isRegistered(person)) throw new Problem('USER_NOT_REGISTERED');
  await ctx.db.transact([
    claimedUpdate(ticket, { personKey: key, name: maskedNameOf(ctx, person) }, call.now),
  ]);
}

/** Starts the face kit for the person of the journey; name and number are sent only to the provider. */
export const startFaceKit: StepOf<typeof channelScan, 'face'> = async (ctx, call) => {
  const ticket = await readScan(ctx, call.params.ticket, call.now);
  requireScanner(ctx, call, ticket);
  const { personKey: key, subject } = ticket;
  if (ticket.scanState !== 'scanned' || !key || !subject) throw new Problem('STATE_CONFLICT');
  const kit = await ctx.face.start({
    name: unseal(ctx.dataKeys, sealContext.name(key), subject.sealedName),
    documentNumber: unseal(ctx.dataKeys, sealContext.number(key), subject.sealedNumber),
    documentType: subject.documentType,
    ticket: ticket.ticketKey,
  });
  await ctx.db.transact([faceStartedUpdate(ticket, kit.token, call.now)]);
  return ok(kit);
};

/**
 * The phone says that the face kit has finished; the result itself comes from the provider (FACE-2). A failed check is
 * an answer with the tries that are left, and advice (REG-5).
 * @throws Problem FACE_MISMATCH {remainingAttempts} for another person's face; ACCOUNT_LOCKED with the fifth failure of
 * a login (LCK-1); STATE_CONFLICT while the provider has no result, and for a token that is not the newest
 */
export const takeFaceResult: StepOf<typeof channelScan, 'faceResult'> = async (ctx, call) => {
  // The call may be repeated, so a scan that it has passed before is read, too.
  const ticket = await readOpenTicket<ScanTicket>(ctx.db, call.params.ticket, 'scan', call.now);
  requireScanner(ctx, call, ticket);
  return ok(await judgeFace(ctx, call, ticket, call.body.token));
};

/** A scan that nobody has confirmed, refused or passed yet. Throws NOT_FOUND, EXPIRED, STATE_CONFLICT. */
export async function readScan(ctx: FlowContext, id: string, now: Date): Promise<ScanTicket> {
  const ticket = await readOpenTicket<ScanTicket>(ctx.db, id, 'scan', now);
  if (ticket.scanState !== 'pending' && ticket.scanState !== 'scanned') throw new Problem('STATE_CONFLICT');
  return ticket;
}
