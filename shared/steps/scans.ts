import { createHash } from 'node:crypto';
import type { Assertion } from '#crypto/assertions.ts';
import { personKey } from '#crypto/keys.ts';
import { handle } from '#crypto/random.ts';
import { unseal } from '#crypto/sealed.ts';
import { isoShanghai } from '#domain/days.ts';
import { normaliseDocumentNumber } from '#domain/documents.ts';
import { maskName } from '#domain/masks.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { truncatedAddress } from '#http/request.ts';
import type { Write } from '#store/db.ts';
import {
  type CodeTicket,
  type FaceSubject,
  openTicketWrite,
  type ScanPurpose,
  type ScanTicket,
  ticketKeyOf,
  ticketProblem,
  ticketWrite,
} from '#store/tickets.ts';
import { sealContext } from '#store/users.ts';

export const pollHashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** What the code on the page says: our address, so that any scanner shows whose it is, and the ticket. */
export const qrContentOf = (issuer: string, ticket: string): string => `${issuer}/s/${ticket}`;
export function ticketOfQr(issuer: string, qrContent: string): string | undefined {
  const prefix = `${issuer}/s/`;
  const ticket = qrContent.startsWith(prefix) ? qrContent.slice(prefix.length) : undefined;
  return ticket && /^[\w-]{16,64}$/.test(ticket) ? ticket : undefined;
}

/** A code to show, as the API answers it. */
export interface Scan {
  readonly ticket: string;
  readonly qrContent: string;
  readonly pollSecret: string;
  readonly expiresAt: string;
}

/** The person whom the channel has logged in, by its assertion. */
export const assertedPerson = (h: Pick<House, 'keys'>, { person }: Assertion): string | undefined =>
  person && personKey(h.keys, person.documentType, normaliseDocumentNumber(person.documentNumber));

/** What a code asks of the phone: that its person agrees, or that a face is shown. */
export const requiredBy: Readonly<Record<ScanPurpose, 'confirm' | 'face'>> = {
  login: 'confirm',
  face: 'face',
  'step-up': 'face',
  register: 'face',
  reset: 'face',
  verification: 'face',
};

/** How a scan stands at `now`: one that still waited, or was confirmed and not fetched, has run out with its time. */
export function shownState(
  { scanState, state, expiresAt }: Pick<ScanTicket, 'scanState' | 'state' | 'expiresAt'>,
  now: Date,
): ScanTicket['scanState'] | 'expired' {
  const over = expiresAt * 1000 <= now.getTime();
  const unfinished = scanState === 'pending' || scanState === 'scanned' || scanState === 'confirmed';
  return over && unfinished && state === 'open' ? 'expired' : scanState;
}

/** What a scan is opened with; the rest comes with its opening or later. */
type NewScan = Pick<
  ScanTicket,
  'purpose' | 'action' | 'personKey' | 'subject' | 'parent' | 'counts' | 'stepUp'
>;

/**
 * Opens a scan bound, by the poll secret, to the browser that asked (QR-2).
 * @param account masked, or empty where nobody is known yet
 */
export async function openScan(
  h: House,
  call: AnyCall,
  scan: NewScan,
  account: string,
  lifetimeSeconds: number,
  writes: readonly Write[] = [],
): Promise<Scan> {
  const pollSecret = handle();
  const opened = openTicketWrite<ScanTicket>(
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
  if (writes.length === 0) await h.db.put(opened.write);
  else await h.db.transact([opened.write, ...writes]);
  return {
    ticket: opened.id,
    qrContent: qrContentOf(h.settings.issuer, opened.id),
    pollSecret,
    expiresAt: isoShanghai(opened.expiresAt),
  };
}

/**
 * Starts a face check (FACE-1) for a journey: the face is compared with the journey's person, and the proof is
 * written on the journey's ticket.
 */
export const startFaceScan = (
  h: House,
  call: AnyCall,
  parent: CodeTicket,
  purpose: ScanPurpose,
  counts: 'lockout' | 'ticket',
  { documentType, sealedName, sealedNumber }: FaceSubject,
): Promise<Scan> =>
  openScan(
    h,
    call,
    {
      purpose,
      action: 'face-factor',
      personKey: parent.personKey,
      subject: { documentType, sealedName, sealedNumber },
      parent: { ticketKey: parent.ticketKey, kind: parent.kind },
      counts,
    },
    maskName(unseal(h.dataKeys, sealContext.name(parent.personKey), sealedName)),
    h.settings.policies.faceScanSeconds,
  );

/** Starts a face check that serves no ticket: passed, it stands for itself. */
export const startPersonScan = (
  h: House,
  call: AnyCall,
  { personKey, documentType, sealedName, sealedNumber }: FaceSubject & { readonly personKey: string },
  what: Pick<ScanTicket, 'purpose' | 'action' | 'stepUp'>,
  writes: readonly Write[] = [],
): Promise<Scan> =>
  openScan(
    h,
    call,
    { ...what, personKey, subject: { documentType, sealedName, sealedNumber }, counts: 'scan' },
    maskName(unseal(h.dataKeys, sealContext.name(personKey), sealedName)),
    h.settings.policies.faceScanSeconds,
    writes,
  );

/** A check that is itself the proof for one later call (`POST /v1/account/face`, `/v1/session/factor/face`). */
export const startOwnFaceScan = (
  h: House,
  call: AnyCall,
  person: FaceSubject & { personKey: string },
): Promise<Scan> => startPersonScan(h, call, person, { purpose: 'face', action: 'face-factor' });

/**
 * The write that spends a passed face check of this person as the proof of one call. Throws FACE_REQUIRED for a
 * check that has not passed, is spent, over or somebody else's.
 */
export async function faceProof(
  h: House,
  call: AnyCall,
  faceTicket: string,
  personKey: string,
): Promise<Write> {
  const ticketKey = ticketKeyOf(faceTicket);
  const scan = await h.db.get<ScanTicket>('Tickets', { ticketKey });
  const usable =
    scan?.kind === 'scan' &&
    scan.personKey === personKey &&
    scan.counts === 'scan' &&
    // The phone said what the face was for: a step-up's is no factor for changing a password.
    scan.purpose === 'face' &&
    scan.scanState === 'passed' &&
    ticketProblem(scan, 'scan', call.now) === undefined;
  if (!usable) throw new Problem('FACE_REQUIRED');
  return {
    ...ticketWrite(scan, call.now, {
      set: 'SET #state = :spent',
      when: 'scanState = :passed',
      values: { ':spent': 'spent', ':passed': 'passed' },
    }),
    otherwise: () => new Problem('FACE_REQUIRED'),
  };
}
