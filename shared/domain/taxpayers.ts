import type { Role } from './names.ts';
import { isPersonNumber } from './person-numbers.ts';
import { Problem } from './problem.ts';
import { normaliseNumber } from './text.ts';

/** What a company is to the tax bureau (the feed's word `subject`); it may be several at once (SPC-5). */
export const companySubjects = [
  'enterprise',
  'sole-proprietor',
  'agency',
  'cross-region',
  'cross-region-property',
  'social-insurance',
] as const;
export type CompanySubject = (typeof companySubjects)[number];

/** Waiting for 信息确认 (ENT-2), at work, or gone. */
export const companyStates = ['awaiting-confirmation', 'active', 'cancelled'] as const;
export type CompanyState = (typeof companyStates)[number];

/** 统一社会信用代码 (GB 32100-2015): no I, O, S, V, Z. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCode = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
/** 纳税人识别号 of 15, 17 or 20 characters, from before the unified code: told by length and charset only (DOC-3). */
const olderNumber = /^(?:[0-9A-Z]{15}|[0-9A-Z]{17}|[0-9A-Z]{20})$/;

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

const isCreditCode = (number: string): boolean =>
  creditCode.test(number) && uscCheckDigit(number.slice(0, 17)) === number[17];

/**
 * The normalised number of a company or self-employed person (DOC-3).
 * @throws Problem TAXPAYER_NOT_FOUND: a malformed number and an unknown one answer alike (LGN-7)
 */
export function parseTaxpayerId(raw: string): string {
  const number = normaliseNumber(raw);
  if (!olderNumber.test(number) && !isCreditCode(number) && !isPersonNumber(number)) {
    throw new Problem('TAXPAYER_NOT_FOUND');
  }
  return number;
}

/**
 * DOC-4: whether a normalised taxpayer number may contain a person's ID number and so is personal data:
 * 18 characters, or 15 of the old cards, alone or with the two-digit suffix of a sole proprietor.
 * When in doubt the answer is yes: a company number hidden costs nothing.
 */
export function holdsPersonNumber(taxpayerId: string): boolean {
  if (taxpayerId.length === 18 || taxpayerId.length === 20) return isPersonNumber(taxpayerId.slice(0, 18));
  return /^\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?:\d{2})?$/.test(taxpayerId);
}

/** How a new company is confirmed: 新办纳税人套餐 (ENT-1), 一照一码信息确认, 个体工商户信息确认 (ENT-2). */
export const confirmationKinds = ['new-taxpayer', 'one-licence', 'sole-proprietor'] as const;
export type ConfirmationKind = (typeof confirmationKinds)[number];

/** Who may confirm a company that the registry named them in. */
export const confirmingRoles = ['legal-representative', 'tax-handler'] as const satisfies readonly Role[];

/** The kinds open to somebody with these roles in a company of these subjects, in a fixed order. */
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
