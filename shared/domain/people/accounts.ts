import { type DocumentType, documentTypesFitting } from './documents.ts';
import { readPhone } from './phones.ts';
import { readUsername } from './usernames.ts';

/** One possible meaning of the text in the account box. */
export type AccountReading =
  | { readonly kind: 'document'; readonly number: string; readonly types: readonly DocumentType[] }
  | { readonly kind: 'phone'; readonly phone: string }
  | { readonly kind: 'username'; readonly username: string };

/** DOC-6: which kind of account the person means, if the text may belong to several people. */
export type AccountKind =
  | { readonly kind: 'document'; readonly documentType: DocumentType }
  | { readonly kind: 'phone' }
  | { readonly kind: 'username' };

/** The longest text that can be an account, with room for spaces around it. */
const longestAccount = 64;

/**
 * LGN-2, DOC-5: every possible meaning of the account box, in the order in which they are tried: document, phone,
 * username. The document types without a fixed form (208, 239–241, 299) fit most phones and usernames as well, so
 * several meanings are normal; empty if nothing fits.
 * @param today Shanghai day, `YYYY-MM-DD`
 * @param meant keeps only the kind that the person named (DOC-6)
 */
export function readAccount(raw: string, today: string, meant?: AccountKind): readonly AccountReading[] {
  if (raw.length > longestAccount) return [];
  const readings: AccountReading[] = [];
  for (const fitting of documentTypesFitting(raw, today)) readings.push({ kind: 'document', ...fitting });
  const phone = readPhone(raw);
  if (phone !== undefined) readings.push({ kind: 'phone', phone });
  const username = readUsername(raw);
  if (username !== undefined) readings.push({ kind: 'username', username });
  return meant === undefined ? readings : readings.flatMap((reading) => narrowed(reading, meant));
}

function narrowed(reading: AccountReading, meant: AccountKind): readonly AccountReading[] {
  if (reading.kind !== meant.kind) return [];
  if (reading.kind !== 'document' || meant.kind !== 'document') return [reading];
  return reading.types.includes(meant.documentType) ? [{ ...reading, types: [meant.documentType] }] : [];
}
