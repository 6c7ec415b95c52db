import { createHash } from 'node:crypto';
import { handle } from '#crypto/random.ts';
import { isoShanghai } from '#domain/days.ts';
import { maskName } from '#domain/masks.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { truncatedAddress } from '#http/request.ts';
import { openTicketWrite, type ScanTicket, type Ticket } from '#store/tickets.ts';

export const pollHashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** What the code on the page says: our address, so that any scanner shows whose it is, and the ticket. */
export const qrContentOf = (issuer: string, ticket: string): string => `${issuer}/s/${ticket}`;
export function ticketOfQr(issuer: string, qrContent: string): string | undefined {
  const prefix = `${issuer}/s/`;
  const ticket = qrContent.startsWith(prefix) ? qrContent.slice(prefix.length) : undefined;
  return ticket && /^[\w-]{16,64}$/.test(ticket) ? ticket : undefined;
}

/**
 * Starts a face check by scan (FACE-1): a ticket of its own, bound to the journey it serves and, by the poll secret,
 * to the browser that asked (QR-2). The face is compared with the person of the journey.
 */
export async function startFaceScan(
  h: House,
  call: AnyCall,
  parent: Ticket,
  purpose: ScanTicket['purpose'],
  counts: ScanTicket['counts'],
  person: Pick<ScanTicket, 'documentType' | 'sealedName' | 'sealedNumber'> & { name: string },
): Promise<{ ticket: string; qrContent: string; pollSecret: string; expiresAt: string }> {
  const pollSecret = handle();
  const opened = openTicketWrite<ScanTicket>(
    {
      kind: 'scan',
      purpose,
      scanState: 'pending',
      personKey: parent.personKey,
      parentKey: parent.ticketKey,
      parentKind: parent.kind,
      pollHash: pollHashOf(pollSecret),
      documentType: person.documentType,
      sealedName: person.sealedName,
      sealedNumber: person.sealedNumber,
      counts,
      origin: {
        account: maskName(person.name),
        browser: call.origin.browser,
        place: truncatedAddress(call.origin.address),
        at: isoShanghai(call.now),
      },
    },
    call.now,
    h.settings.policies.faceScanSeconds,
  );
  await h.db.put(opened.write);
  return {
    ticket: opened.id,
    qrContent: qrContentOf(h.settings.issuer, opened.id),
    pollSecret,
    expiresAt: isoShanghai(opened.expiresAt),
  };
}
