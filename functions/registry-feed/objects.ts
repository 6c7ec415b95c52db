import { readReportNumber } from '#domain/companies/report-numbers.ts';
import { normaliseDocumentNumber } from '#domain/people/documents.ts';
import { readPhone } from '#domain/people/phones.ts';
import { foldNumber } from '#domain/text.ts';

/** The members by which a line names objects other than people, and the function that normalises each. */
const numbers = {
  taxpayerId: ['company', foldNumber],
  agencyId: ['company', foldNumber],
  clientId: ['company', foldNumber],
  reportNo: ['report', (raw: string) => readReportNumber(raw) ?? raw],
  agreementId: ['agreement', (raw: string) => raw],
} as const;

/** The numbers of the companies that a line names, normalised (DOC-3). */
export const companiesIn = (line: object): string[] =>
  Object.entries(numbers).flatMap(([member, [kind, spelled]]) => {
    const value = (line as Readonly<Record<string, unknown>>)[member];
    return kind === 'company' && typeof value === 'string' ? [spelled(value)] : [];
  });

/**
 * Keys of everything that a line names: lines about one company, report, agency, agreement or person keep their order
 * (ENT-3), whatever their types. Numbers are compared in their normalised form (DOC-2, DOC-3). A company and an agency
 * with the same number have the same key, because an agency is a company.
 */
export function objectsOf(line: object): string[] {
  const keys: string[] = [];
  const members = line as Readonly<Record<string, unknown>>;
  for (const [member, [kind, spelled]] of Object.entries(numbers)) {
    const value = members[member];
    if (typeof value === 'string') keys.push(`${kind} ${spelled(value)}`);
  }
  // Two lines that name the same number are decided one after the other, so that they do not collide (MIG-1).
  for (const phone of Array.isArray(members.phones) ? members.phones : [])
    if (typeof phone === 'string') keys.push(`phone ${readPhone(phone) ?? phone}`);
  const people = [members, members.person, ...(Array.isArray(members.agents) ? members.agents : [])];
  for (const one of people) {
    const { documentType, documentNumber } = (one ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof documentType === 'string' && typeof documentNumber === 'string')
      keys.push(`person ${documentType} ${normaliseDocumentNumber(documentType, documentNumber)}`);
  }
  return keys;
}
