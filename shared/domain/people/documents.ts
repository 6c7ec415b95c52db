import { isCalendarDate } from '../days.ts';
import { Problem } from '../problem.ts';
import { foldNumber, foldWithHyphens } from '../text.ts';
import { isPersonNumberBornBefore } from './person-numbers.ts';
import { looksLikePhone } from './phones.ts';

/** DOC-1: the twelve types of personal documents, those for direct online registration first. */
export const documentTypes = [
  { code: '201', zh: '居民身份证', en: 'Resident identity card', registration: 'direct' },
  {
    code: '210',
    zh: '港澳居民来往内地通行证',
    en: 'Mainland travel permit for Hong Kong and Macao residents',
    registration: 'direct',
  },
  {
    code: '213',
    zh: '台湾居民来往大陆通行证',
    en: 'Mainland travel permit for Taiwan residents',
    registration: 'direct',
  },
  { code: '227', zh: '中国护照', en: 'Chinese passport', registration: 'direct' },
  {
    code: '233',
    zh: '外国人永久居留身份证',
    en: 'Foreign permanent resident identity card',
    registration: 'direct',
  },
  {
    code: '237',
    zh: '港澳居民居住证',
    en: 'Residence permit for Hong Kong and Macao residents',
    registration: 'direct',
  },
  { code: '238', zh: '台湾居民居住证', en: 'Residence permit for Taiwan residents', registration: 'direct' },
  { code: '208', zh: '外国护照', en: 'Foreign passport', registration: 'office-first' },
  {
    code: '239',
    zh: '外国人工作许可证（A类）',
    en: "Foreigner's work permit, class A",
    registration: 'office-first',
  },
  {
    code: '240',
    zh: '外国人工作许可证（B类）',
    en: "Foreigner's work permit, class B",
    registration: 'office-first',
  },
  {
    code: '241',
    zh: '外国人工作许可证（C类）',
    en: "Foreigner's work permit, class C",
    registration: 'office-first',
  },
  { code: '299', zh: '其他个人证件', en: 'Other personal document', registration: 'office-first' },
] as const;

export type DocumentType = (typeof documentTypes)[number]['code'];

/** The type codes, in the order of DOC-1. */
export const documentTypeCodes: readonly DocumentType[] = documentTypes.map(({ code }) => code);

/** The form of a type's numbers; `says` checks the facts that a number contains, beyond its shape. */
interface Form {
  readonly shape: RegExp;
  readonly says?: (number: string, today: string) => boolean;
}

/** The provinces of GB/T 2260: the first digits of an identity card's number. */
const province = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])/;
const citizen = isPersonNumberBornBefore;
/** Old permanent residence cards: digits 5–10 are a birth date, YYMMDD, in this century or the last one. */
function hasPossibleBirthDate(number: string, today: string): boolean {
  const [year, month, day] = [number.slice(7, 9), number.slice(9, 11), number.slice(11, 13)];
  return ['19', '20'].some(
    (century) =>
      isCalendarDate(Number(century + year), Number(month), Number(day)) &&
      `${century}${year}-${month}-${day}` < today,
  );
}
/** A number without a fixed form: letters of any script, digits and hyphens. */
const free: Form = { shape: /^[\p{L}\p{Script=Han}0-9-]{4,30}$/u };

/** DOC-2, for normalised numbers. */
const forms: Readonly<Record<DocumentType, readonly Form[]>> = {
  '201': [
    { shape: /^\d{17}[\dX]$/, says: (number, today) => province.test(number) && citizen(number, today) },
  ],
  '210': [{ shape: /^[HM](?:\d{8}|\d{10})$/ }],
  '213': [{ shape: /^(?:\d{8}|\d{10})$/ }],
  // Official and diplomatic booklets (P, S, D) may also have seven digits.
  '227': [{ shape: /^(?:[A-Z][A-Z0-9]\d{7}|[DPS]\d{7})$/ }],
  '233': [
    { shape: /^9\d{16}[\dX]$/, says: citizen },
    { shape: /^[A-Z]{3}\d{12}$/, says: hasPossibleBirthDate },
  ],
  '237': [{ shape: /^8[12]0000\d{11}[\dX]$/, says: citizen }],
  '238': [{ shape: /^830000\d{11}[\dX]$/, says: citizen }],
  '208': [{ shape: /^[A-Z0-9]{5,20}$/ }],
  '239': [free],
  '240': [free],
  '241': [free],
  '299': [free],
};
const fixedFormTypes = [
  '201',
  '210',
  '213',
  '227',
  '233',
  '237',
  '238',
] as const satisfies readonly DocumentType[];

/** Types whose numbers may contain hyphens. */
const hyphened: ReadonlySet<string> = new Set(documentTypeCodes.filter((type) => forms[type].includes(free)));

/**
 * DOC-2: the number without the blanks and hyphens of its print, in half width and upper case; a number without a fixed
 * form keeps its hyphens. Every table key and every comparison starts from this form.
 */
export const normaliseDocumentNumber = (type: string, raw: string): string =>
  hyphened.has(type) ? foldWithHyphens(raw) : foldNumber(raw);

/** Whether a normalised number is one of a type. `today` is the Shanghai day. */
const fits = (type: DocumentType, number: string, today: string): boolean =>
  forms[type].some(({ shape, says }) => shape.test(number) && (says?.(number, today) ?? true));

/**
 * The normalised number of a document (DOC-2).
 * @param today Shanghai day, `YYYY-MM-DD`: birth dates lie before it
 * @throws Problem DOCUMENT_INVALID
 */
export function parseDocument(type: DocumentType, rawNumber: string, today: string): string {
  const number = normaliseDocumentNumber(type, rawNumber);
  // A free-form number that looks like a phone number could not be told from the phone number's owner at login (DOC-6);
  // no fixed form has the shape of one.
  if (!fits(type, number, today) || looksLikePhone(number)) throw new Problem('DOCUMENT_INVALID');
  return number;
}

/** A number as it is normalised for some types, and the types that it fits. */
export interface FittingTypes {
  readonly number: string;
  readonly types: readonly DocumentType[];
}

/**
 * DOC-5: every document type that the typed text fits, in the order of DOC-1; two groups if hyphens make a difference
 * to the number. A free-form number in the shape of a phone number is included, because somebody may have registered
 * one before such numbers were refused.
 */
export function documentTypesFitting(raw: string, today: string): FittingTypes[] {
  const found: { number: string; types: DocumentType[] }[] = [];
  for (const type of documentTypeCodes) {
    const number = normaliseDocumentNumber(type, raw);
    if (!fits(type, number, today)) continue;
    const last = found.at(-1);
    if (last?.number === number) last.types.push(type);
    else found.push({ number, types: [type] });
  }
  return found;
}

/**
 * USR-2: whether a text has the shape of a fixed-form document number. Wider than `documentTypesFitting`: a number with
 * a wrong check digit or date also counts, because a reader of a log could not tell the difference.
 */
export function looksLikeFixedFormDocument(text: string): boolean {
  const number = foldNumber(text);
  return fixedFormTypes.some((type) => forms[type].some((form) => form.shape.test(number)));
}

const officeFirst: ReadonlySet<string> = new Set(
  documentTypes.filter((type) => type.registration === 'office-first').map((type) => type.code),
);
/** REG-2: types that can register only after a tax service hall has collected the real-name record. */
export const isOfficeFirst = (type: DocumentType): boolean => officeFirst.has(type);
