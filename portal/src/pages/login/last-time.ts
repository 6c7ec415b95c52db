import { type Entry, entries } from '#domain/names.ts';
import { holdsPersonNumber, parseTaxpayerId } from '#domain/taxpayers.ts';
import { remember, remembered } from '../../app/optional.ts';

/**
 * A company that was entered in this browser. Its number is not a person's number, so nothing here is personal (DOC-4).
 */
export interface LastCompany {
  readonly taxpayerId: string;
  readonly taxpayerName: string;
}
const entryKey = 'login-entry';
const companiesKey = 'login-companies';
const most = 5;

export const lastEntry = (): Entry => entries.find((entry) => entry === remembered(entryKey)) ?? 'enterprise';

/** Whether a person logged in from this browser before. */
export const hasLastEntry = (): boolean => remembered(entryKey) !== undefined;

export function lastCompanies(): readonly LastCompany[] {
  try {
    const kept: unknown = JSON.parse(remembered(companiesKey) ?? '[]');
    return Array.isArray(kept) ? (kept as LastCompany[]).slice(0, most) : [];
  } catch {
    return [];
  }
}

/** Called after the right password: remembers the entry, and the company unless its number is a person's document. */
export function rememberLogin(
  entry: Entry,
  typed: string | undefined,
  taxpayerName: string | undefined,
): void {
  remember(entryKey, entry);
  if (typed === undefined || taxpayerName === undefined) return;
  const taxpayerId = parseTaxpayerId(typed);
  if (holdsPersonNumber(taxpayerId)) return;
  const others = lastCompanies().filter((one) => one.taxpayerId !== taxpayerId);
  remember(companiesKey, JSON.stringify([{ taxpayerId, taxpayerName }, ...others].slice(0, most)));
}

export function forgetCompanies(): void {
  remember(companiesKey, undefined);
}
