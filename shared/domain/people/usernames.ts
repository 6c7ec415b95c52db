import { calendarYear, midnightOf } from '../days.ts';
import type { Policies } from '../policies.ts';
import { Problem } from '../problem.ts';
import { foldText, lowerAscii } from '../text.ts';
import { looksLikeFixedFormDocument } from './documents.ts';
import { looksLikePhone } from './phones.ts';

/** Stable reasons of USERNAME_INVALID. */
export type UsernameFault = 'length' | 'characters' | 'first-letter' | 'document-shape' | 'phone-shape';

function faults(name: string): UsernameFault[] {
  const found: UsernameFault[] = [];
  if (name.length < 6 || name.length > 20) found.push('length');
  if (!/^[A-Za-z0-9]*$/.test(name)) found.push('characters');
  if (!/^[A-Za-z]/.test(name)) found.push('first-letter');
  if (looksLikeFixedFormDocument(name)) found.push('document-shape');
  if (looksLikePhone(name)) found.push('phone-shape');
  return found;
}

/**
 * A username as it is stored: 6–20 ASCII letters or digits, a letter first, with the capitals as typed (USR-1); it must
 * not look like a fixed-form document number or a phone number (USR-2).
 * @throws Problem USERNAME_INVALID with every reason
 */
export function parseUsername(raw: string): string {
  const name = foldText(raw);
  const reasons = faults(name);
  if (reasons.length > 0) throw new Problem('USERNAME_INVALID', { reasons });
  return name;
}

/** The username in a text, or undefined; for logging in. */
export function readUsername(raw: string): string | undefined {
  const name = foldText(raw);
  return faults(name).length === 0 ? name : undefined;
}

/**
 * USR-1: capitals matter at login, but two names that differ only in capitals are the same name. This form is the
 * unique one.
 */
export const usernameGuard = (name: string): string => lowerAscii(name);

/**
 * USR-1: from when a username may be changed; undefined means at any time.
 * @param lastChange the last change after the free first setting; undefined if there was none
 */
export const usernameChangeableFrom = (lastChange: Date | undefined): Date | undefined =>
  lastChange && midnightOf(`${calendarYear(lastChange) + 1}-01-01`);

/** USR-2: until when nobody else can take a username that was given up. */
export const usernameReservedUntil = (
  freedAt: Date,
  policies: Pick<Policies, 'usernameReservedDays'>,
): Date => new Date(freedAt.getTime() + policies.usernameReservedDays * 86_400_000);
