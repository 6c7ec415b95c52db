import type { Role } from '../names.ts';
import { isPersonNumber, resemblesPersonNumber } from '../people/person-numbers.ts';
import { Problem } from '../problem.ts';
import { foldNumber } from '../text.ts';

/** What a company is to the tax bureau (`subject` in the feed); a company may be several of these (SPC-5). */
export const companySubjects = [
  'enterprise',
  'sole-proprietor',
  'agency',
  'cross-region',
  'cross-region-property',
  'social-insurance',
] as const;
export type CompanySubject = (typeof companySubjects)[number];

/** The company waits for 信息确认 (ENT-2), is active, or is cancelled. */
export const companyStates = ['awaiting-confirmation', 'active', 'cancelled'] as const;
export type CompanyState = (typeof companyStates)[number];

/** 统一社会信用代码 (GB 32100-2015): no I, O, S, V, Z. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCode = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
/** A 纳税人识别号 of any form (DOC-3): the registry decides what is a number, not a check character. */
const anyNumber = /^[0-9A-Z]{14,20}$/;
/** Whether a folded text has the form of a number. */
export const isTaxpayerId = (number: string): boolean => anyNumber.test(number);

/** The 18th character for the first 17; undefined where they are not 17 characters of the alphabet (DOC-3). */
export function uscCheckDigit(first17: string): string | undefined {
  if (first17.length !== 17) return undefined;
  let sum = 0;
  let weight = 1; // 3^(i-1) mod 31
  for (const character of first17) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet[(31 - (sum % 31)) % 31];
}

/**
 * The normalised number of a company or self-employed person (DOC-3).
 * @throws Problem TAXPAYER_NOT_FOUND: a malformed number and an unknown number get the same answer (LGN-7)
 */
export function parseTaxpayerId(raw: string): string {
  const number = foldNumber(raw);
  if (!isTaxpayerId(number)) throw new Problem('TAXPAYER_NOT_FOUND');
  return number;
}

/**
 * DOC-3: whether a normalised number of 18 characters has a check character of neither GB 32100 nor GB 11643. Some
 * existing companies have such a number, so this is only a reason to look twice. Numbers of other lengths have no check
 * character.
 */
export const hasOddCheck = (number: string): boolean =>
  number.length === 18 && uscCheckDigit(number.slice(0, 17)) !== number[17] && !isPersonNumber(number);

/** The form that only numbers of companies have: no card or permit has 18 characters, except a citizen number. */
const isCompanyNumber = (number: string): boolean =>
  creditCode.test(number) && !resemblesPersonNumber(number);

/**
 * DOC-4: whether a normalised taxpayer number is, or contains, the number of a person's document: an ID number, an ID
 * number with two more digits, an area code before a passport or permit. Every number counts as such unless it has 18
 * characters in the form of GB 32100 (with any check character), because hiding a company's number does no harm.
 */
export const holdsPersonNumber = (taxpayerId: string): boolean => !isCompanyNumber(taxpayerId);

/**
 * DOC-4: whether a number must be hidden, judged together with what the registry says. 15 digits can be an old citizen
 * card or an old company, and only the registry knows which.
 * @param personal the feed's statement; it counts only for 15 digits
 */
export const isPersonalNumber = (taxpayerId: string, personal: boolean | undefined): boolean =>
  holdsPersonNumber(taxpayerId) && !(personal === false && /^\d{15}$/.test(taxpayerId));

/** How a new company is confirmed: 新办纳税人套餐 (ENT-1), 一照一码信息确认, 个体工商户信息确认 (ENT-2). */
export const confirmationKinds = ['new-taxpayer', 'one-licence', 'sole-proprietor'] as const;
export type ConfirmationKind = (typeof confirmationKinds)[number];

/** The roles in which a person may confirm the company, if the registry named the person. */
export const confirmingRoles = ['legal-representative', 'tax-handler'] as const satisfies readonly Role[];

/** The kinds of confirmation open to a person with these roles in a company of these subjects, in a fixed order. */
export function confirmationKindsOf(
  subjects: readonly CompanySubject[],
  roles: readonly Role[],
): ConfirmationKind[] {
  if (!confirmingRoles.some((role) => roles.includes(role))) return [];
  const bySubject = {
    'new-taxpayer': roles.includes('legal-representative'),
    'one-licence': subjects.some((subject) => subject !== 'sole-proprietor'),
    'sole-proprietor': subjects.includes('sole-proprietor'),
  };
  return confirmationKinds.filter((kind) => bySubject[kind]);
}
