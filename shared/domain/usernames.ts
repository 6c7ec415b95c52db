import { calendarYear, midnightOf } from './days.ts';
import { looksLikeFixedFormDocument } from './documents.ts';
import { looksLikePhone } from './phones.ts';
import type { Policies } from './policies.ts';
import { Problem } from './problem.ts';
import { foldText, lowerAscii } from './text.ts';

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
 * A username as it is kept: 6–20 ASCII letters or digits, a letter first, capitals as typed (USR-1),
 * and never readable as a fixed-form document or a phone (USR-2).
 * @throws Problem USERNAME_INVALID with every reason
 */
export function parseUsername(raw: string): string {
  const name = foldText(raw);
  const reasons = faults(name);
  if (reasons.length > 0) throw new Problem('USERNAME_INVALID', { reasons });
  return name;
}

/** The username in a text, or undefined; what a login reads. */
export function readUsername(raw: string): string | undefined {
  const name = foldText(raw);
  return faults(name).length === 0 ? name : undefined;
}

/** USR-1: login minds capitals, uniqueness does not; this form is what is unique. */
export const usernameGuard = (name: string): string => lowerAscii(name);

/**
 * USR-1: from when a username may be changed; undefined = at any time.
 * @param lastChange the last change after the free first setting, undefined where there was none
 */
export const usernameChangeableFrom = (lastChange: Date | undefined): Date | undefined =>
  lastChange && midnightOf(`${String(calendarYear(lastChange) + 1).padStart(4, '0')}-01-01`);

/** USR-2: until when a freed name stays out of others' reach. */
export const usernameReservedUntil = (
  freedAt: Date,
  policies: Pick<Policies, 'usernameReservedDays'>,
): Date => new Date(freedAt.getTime() + policies.usernameReservedDays * 86_400_000);
