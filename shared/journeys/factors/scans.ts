import { createHash } from 'node:crypto';
import type { Assertion } from '#crypto/assertions.ts';
import { personKey } from '#crypto/keys.ts';
import { newHandle } from '#crypto/random.ts';
import { unseal } from '#crypto/sealed.ts';
import { isoShanghai } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { normaliseDocumentNumber } from '#domain/people/documents.ts';
import { maskName } from '#domain/people/masks.ts';
import { Problem } from '#domain/problem.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type Person, requireAdmitted, sealContext } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { sessionAliveCheck } from '#store/sessions/session-checks.ts';
import {
  type AccountFaceUse,
  accountFaceUses,
  type CodeTicket,
  type FaceProof,
  type FaceUse,
  type ScanPurpose,
  type ScanTicket,
  type SealedFaceSubject,
} from '#store/tickets/ticket-kinds.ts';
import { newTicketPut, ticketKeyOf, ticketProblem, ticketUpdate } from '#store/tickets/tickets.ts';
import type { SessionCall } from './fresh-factor.ts';

export const pollHashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The text of the QR code on the page: our address, so that any scanner shows whose code it is, and the ticket. */
export const qrContentOf = (issuer: string, ticket: string): string => `${issuer}/s/${ticket}`;
export function ticketOfQr(issuer: string, qrContent: string): string | undefined {
  const prefix = `${issuer}/s/`;
  const ticket = qrContent.startsWith(prefix) ? qrContent.slice(prefix.length) : undefined;
  return ticket && /^[\w-]{16,64}$/.test(ticket) ? ticket : undefined;
}

/** A QR code to show, as the API returns it. */
export interface Scan {
  readonly ticket: string;
  readonly qrContent: string;
  readonly pollSecret: string;
  readonly expiresAt: string;
}

/** The person who is logged in at the channel, according to its assertion. */
export const assertedPerson = (ctx: Pick<FlowContext, 'keys'>, { person }: Assertion): string | undefined =>
  person &&
  personKey(
    ctx.keys,
    person.documentType,
    normaliseDocumentNumber(person.documentType, person.documentNumber),
  );

/** What a code demands of the phone: that its user confirms, or that the face is checked. */
export const phoneActionFor: Readonly<Record<ScanPurpose, 'confirm' | 'face'>> = {
  login: 'confirm',
  face: 'face',
  'step-up': 'face',
  register: 'face',
  reset: 'face',
  verification: 'face',
};

/**
 * The state of a scan at `now`: a scan that was waiting, or was confirmed and not fetched, has expired when its time is
 * over.
 */
export function scanStateAt(
  { scanState, state, expiresAt }: Pick<ScanTicket, 'scanState' | 'state' | 'expiresAt'>,
  now: Date,
): ScanTicket['scanState'] | 'expired' {
  const over = expiresAt <= epochSeconds(now);
  const unfinished = scanState === 'pending' || scanState === 'scanned' || scanState === 'confirmed';
  return over && unfinished && state === 'open' ? 'expired' : scanState;
}

/** The facts with which a scan is opened; the other members come at its opening or later. */
type NewScan = Pick<
  ScanTicket,
  | 'purpose'
  | 'action'
  | 'personKey'
  | 'since'
  | 'subject'
  | 'parent'
  | 'counts'
  | 'stepUp'
  | 'use'
  | 'sessionId'
  | 'alsoBy'
>;
/** The person whose face is checked: a registered person, or, during registration, only the document. */
type FaceCheckPerson = SealedFaceSubject & Pick<Person, 'account'>;

/**
 * Opens a scan. The poll secret binds it to the browser that asked (QR-2).
 * @param account masked, or empty if nobody is known yet
 */
export async function newScan(
  ctx: FlowContext,
  call: AnyCall,
  scan: NewScan,
  account: string,
  lifetimeSeconds: number,
  writes: readonly Write[] = [],
): Promise<Scan> {
  const pollSecret = newHandle();
  const opened = newTicketPut<ScanTicket>(
    {
      ...scan,
      kind: 'scan',
      scanState: 'pending',
      pollHash: pollHashOf(pollSecret),
      origin: {
        account,
        browser: call.origin.browser,
        place: truncatedAddress(call.origin.address),
        at: isoShanghai(call.now),
      },
    },
    call.now,
    lifetimeSeconds,
  );
  if (writes.length === 0) await ctx.db.put(opened.write);
  else await ctx.db.transact([opened.write, ...writes]);
  return {
    ticket: opened.id,
    qrContent: qrContentOf(ctx.settings.issuer, opened.id),
    pollSecret,
    expiresAt: isoShanghai(opened.expiresAt),
  };
}

/**
 * Starts a face check (FACE-1) for a journey: the face is compared with the journey's person, and the proof is written
 * on the journey's ticket.
 */
export const startFaceScan = (
  ctx: FlowContext,
  call: AnyCall,
  parent: CodeTicket,
  purpose: ScanPurpose,
  counts: 'lockout' | 'ticket',
  { documentType, sealedName, sealedNumber, account }: FaceCheckPerson,
): Promise<Scan> =>
  newScan(
    ctx,
    call,
    {
      purpose,
      action: 'face-factor',
      personKey: parent.personKey,
      ...(account ? { since: account.since } : {}),
      subject: { documentType, sealedName, sealedNumber },
      parent: { ticketKey: parent.ticketKey, kind: parent.kind },
      counts,
    },
    maskName(unseal(ctx.dataKeys, sealContext.name(parent.personKey), sealedName)),
    ctx.settings.policies.faceScanSeconds,
  );

/** The same for a journey of a registered person. @throws Problem STATE_CONFLICT, ACCOUNT_SUSPENDED */
export async function startFaceScanOfPerson(
  ctx: FlowContext,
  call: AnyCall,
  parent: CodeTicket,
  purpose: ScanPurpose,
  counts: 'lockout' | 'ticket',
): Promise<Scan> {
  const person = requireAdmitted(await findPerson(ctx.db, parent.personKey), 'STATE_CONFLICT');
  return startFaceScan(ctx, call, parent, purpose, counts, person);
}

/**
 * The passed face check of a journey. The scan itself has written the check on the journey's ticket; the client only
 * names the scan (FACE-2). Undefined if it names no scan, or one that has not passed for this journey.
 */
export const passedFace = (
  { face }: { readonly face?: FaceProof },
  faceTicket: string | undefined,
): FaceProof | undefined =>
  faceTicket !== undefined && face?.scanKey === ticketKeyOf(faceTicket) ? face : undefined;

/** Starts a face check that stands alone; `parent` is a ticket that also gets the proof of a passed check. */
export const startStandaloneFaceScan = (
  ctx: FlowContext,
  call: AnyCall,
  {
    personKey,
    documentType,
    sealedName,
    sealedNumber,
    account,
  }: FaceCheckPerson & { readonly personKey: string },
  what: Pick<ScanTicket, 'purpose' | 'action' | 'parent' | 'stepUp' | 'use' | 'sessionId' | 'alsoBy'>,
  writes: readonly Write[] = [],
): Promise<Scan> =>
  newScan(
    ctx,
    call,
    {
      ...what,
      personKey,
      ...(account ? { since: account.since } : {}),
      subject: { documentType, sealedName, sealedNumber },
      counts: 'scan',
    },
    maskName(unseal(ctx.dataKeys, sealContext.name(personKey), sealedName)),
    ctx.settings.policies.faceScanSeconds,
    writes,
  );

/**
 * SES-5: starts a face check that proves one later call of this session. If the session was opened by QR, the channel
 * that confirmed it may check the face too, so that a person without phone and password can set both. Such a check does
 * not raise the level.
 */
export function startOwnFaceScan(
  ctx: FlowContext,
  call: SessionCall,
  person: FaceCheckPerson & { readonly personKey: string },
  use: FaceUse,
): Promise<Scan> {
  const { sessionId, qr } = call.caller.session;
  return startStandaloneFaceScan(ctx, call, person, {
    purpose: 'face',
    action: 'face-factor',
    use,
    sessionId,
    ...(qr === undefined || use === 'level' ? {} : { alsoBy: qr }),
  });
}

/** A face check that is the proof of one call. */
export interface FaceProofOfCall {
  /** ISO time of the check. */
  readonly at: string;
  /** The write that spends it. */
  readonly spent: Write;
  /** The check that its session is still alive; not needed by a transaction that writes the session itself. */
  readonly alive: Write;
}

/**
 * The writes that spend a passed face check of this session as the proof of the one call for which it was started
 * (SES-5). Throws FACE_REQUIRED if the check has not passed, is spent or expired, or belongs to another session or
 * call.
 */
export async function faceProof(
  ctx: FlowContext,
  call: SessionCall,
  faceTicket: string,
  use: 'factor' | AccountFaceUse,
): Promise<FaceProofOfCall> {
  const { session } = call.caller;
  const uses = accountFaceUses.some((one) => one === use) ? [use, 'account'] : [use];
  const ticketKey = ticketKeyOf(faceTicket);
  const scan = await ctx.db.get<ScanTicket>('Tickets', { ticketKey });
  const usable =
    scan?.kind === 'scan' &&
    scan.personKey === session.personKey &&
    scan.sessionId === session.sessionId &&
    scan.use !== undefined &&
    uses.includes(scan.use) &&
    scan.scanState === 'passed' &&
    ticketProblem(scan, 'scan', call.now) === undefined;
  if (!usable || !scan.proven) throw new Problem('FACE_REQUIRED');
  return {
    at: scan.proven.at,
    // A passed check changes no more, except that it is spent.
    spent: {
      ...ticketUpdate(scan, call.now, { set: { state: 'spent' } }),
      onRefused: () => new Problem('FACE_REQUIRED'),
    },
    alive: sessionAliveCheck(session, call.now, ctx.settings.policies),
  };
}
