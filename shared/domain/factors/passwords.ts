import { isLocalWord } from './local-words.ts';

/**
 * PWD-2: stable reasons of PASSWORD_WEAK. `history` (one of the last five passwords) is checked elsewhere, where the
 * hashes are.
 */
export const passwordWeaknessCodes = [
  'length',
  'classes',
  'whitespace',
  'contains-username',
  'contains-phone',
  'contains-document',
  'run',
  'common',
  'local-word',
  'history',
] as const;
export type PasswordWeakness = (typeof passwordWeaknessCodes)[number];

/** Facts about the person that must not be part of the password. */
export interface PasswordContext {
  readonly username?: string | undefined;
  readonly phones: readonly string[];
  readonly documentNumber: string;
}

const documentPiece = 6;
const runLength = 4;

/**
 * Every requirement of PWD-2, except `history`, that the password misses, in a fixed order; empty for a good password.
 */
export function passwordWeaknesses(
  password: string,
  context: PasswordContext,
  common: (password: string) => boolean,
): PasswordWeakness[] {
  const length = [...password].length;
  // No real password is this long. Nothing else is computed for it, so that the work stays bounded.
  if (password.length > 128) return ['length'];
  const folded = password.toLowerCase();
  const found: PasswordWeakness[] = [];
  if (length < 8 || length > 20) found.push('length');
  if (classCount(password) < 3) found.push('classes');
  // White space and invisible characters: nobody could type them again on another device.
  if (/[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u.test(password)) found.push('whitespace');
  if (holds(folded, context.username?.toLowerCase())) found.push('contains-username');
  if (context.phones.some((phone) => holds(folded, phone))) found.push('contains-phone');
  if (holdsPiece(folded, context.documentNumber.toLowerCase())) found.push('contains-document');
  if (hasRun(folded)) found.push('run');
  if (common(password)) found.push('common');
  if (isLocalWord(password)) found.push('local-word');
  return found;
}

/** How many of the four classes occur: lower case, upper case, digits, all other visible characters. */
const classCount = (password: string): number =>
  [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}\s\p{Z}\p{C}]/u].filter((kind) =>
    kind.test(password),
  ).length;

const holds = (text: string, part: string | undefined): boolean =>
  part !== undefined && part !== '' && text.includes(part);

function holdsPiece(text: string, document: string): boolean {
  for (let i = 0; i + documentPiece <= document.length; i++) {
    if (text.includes(document.slice(i, i + documentPiece))) return true;
  }
  return false;
}

/** Four equal characters, or four letters or digits that follow each other up or down; `text` is lower-case. */
function hasRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  for (let from = 0; from + runLength <= codes.length; from++) {
    const window = codes.slice(from, from + runLength);
    const step = (window[1] ?? 0) - (window[0] ?? 0);
    if (!window.every((code, i) => i === 0 || code - (window[i - 1] ?? 0) === step)) continue;
    if (step === 0) return true;
    if (Math.abs(step) === 1 && (window.every(isDigit) || window.every(isLetter))) return true;
  }
  return false;
}
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => code >= 97 && code <= 122;
