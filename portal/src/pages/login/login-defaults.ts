import { holdsPersonNumber, parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { type Entry, entries } from '#domain/names.ts';
import { localItem, setLocalItem } from '../../app/browser-features.ts';

/**
 * A company that was entered in this browser. The company's number is not a person's number, so nothing here is
 * personal (DOC-4).
 */
export interface LastCompany {
  readonly taxpayerId: string;
  readonly taxpayerName: string;
}
const entryKey = 'login-entry';
const companiesKey = 'login-companies';
const maxCompanies = 5;

export const lastEntry = (): Entry => entries.find((entry) => entry === localItem(entryKey)) ?? 'enterprise';

/** Whether a person logged in from this browser before. */
export const hasLastEntry = (): boolean => localItem(entryKey) !== undefined;

export function lastCompanies(): readonly LastCompany[] {
  try {
    const stored: unknown = JSON.parse(localItem(companiesKey) ?? '[]');
    return Array.isArray(stored) ? (stored as LastCompany[]).slice(0, maxCompanies) : [];
  } catch {
    return [];
  }
}

/** Called after the right password: remembers the entry, and the company unless its number is a person's document. */
export function saveLoginDefaults(
  entry: Entry,
  typed: string | undefined,
  taxpayerName: string | undefined,
): void {
  setLocalItem(entryKey, entry);
  if (typed === undefined || taxpayerName === undefined) return;
  const taxpayerId = parseTaxpayerId(typed);
  if (holdsPersonNumber(taxpayerId)) return;
  const others = lastCompanies().filter((one) => one.taxpayerId !== taxpayerId);
  setLocalItem(
    companiesKey,
    JSON.stringify([{ taxpayerId, taxpayerName }, ...others].slice(0, maxCompanies)),
  );
}

export function clearLastCompanies(): void {
  setLocalItem(companiesKey, undefined);
}
