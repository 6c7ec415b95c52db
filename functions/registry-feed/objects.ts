import { readPhone } from '#domain/phones.ts';
import { normaliseNumber } from '#domain/text.ts';

/** The members by which a line names the objects it is about, beside people. */
const numbers = ['taxpayerId', 'reportNo', 'agencyId', 'agreementId', 'clientId'] as const;

/**
 * Keys of everything that a line names: lines about one company, report, agency, agreement or person keep their
 * order (ENT-3), whatever their types. Numbers are compared in their normalised form (DOC-2, DOC-3); a company number and an
 * agency's are one, since an agency is a company.
 */
export function objectsOf(line: object): string[] {
  const keys: string[] = [];
  const members = line as Readonly<Record<string, unknown>>;
  for (const member of numbers) {
    const value = members[member];
    if (typeof value !== 'string') continue;
    const kind = member === 'reportNo' || member === 'agreementId' ? member : 'company';
    keys.push(`${kind} ${normaliseNumber(value)}`);
  }
  // Two lines that name one number are decided one after the other, instead of in each other's way (MIG-1).
  for (const phone of Array.isArray(members.phones) ? members.phones : [])
    if (typeof phone === 'string') keys.push(`phone ${readPhone(phone) ?? phone}`);
  const people = [members, members.person, ...(Array.isArray(members.agents) ? members.agents : [])];
  for (const one of people) {
    const { documentType, documentNumber } = (one ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof documentType === 'string' && typeof documentNumber === 'string')
      keys.push(`person ${documentType} ${normaliseNumber(documentNumber)}`);
  }
  return keys;
}
