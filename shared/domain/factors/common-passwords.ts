import {
  commonWords,
  keyboardRows,
  meaningfulNumbers,
  pinyinGivenNames,
  pinyinSurnames,
} from './common-password-words.ts';

/**
 * PWD-2: the local list of common passwords. Guessing tools combine a list of words with the usual disguises. So the
 * list holds words, and this function removes the disguises: capitals, look-alike characters, doubling, and what people
 * put behind a word to satisfy a rule (a year, 123, an exclamation mark). A word with random digits behind it stays
 * allowed.
 */
export function isCommonPassword(password: string): boolean {
  // A text longer than a permitted password is refused for its length already; this also bounds the loop.
  if (password.length > 64) return false;
  const text = password.toLowerCase();
  for (let end = text.length; end > 0; end--) {
    if (isUsualTail(text.slice(end)) && isCommonBase(text.slice(0, end))) return true;
  }
  return isUsualTail(text);
}

/** Symbols, at most one usual number, symbols: `1!`, `@123`, `2026`, `#88`. */
const tail = /^[^\p{L}\p{N}\s]{0,3}(\d*)[^\p{L}\p{N}\s]{0,3}$/u;
const usualNumber =
  /^(?:\d{0,2}|(\d)\1*|(\d\d)\2+|(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?)?)$/;
function isUsualTail(text: string): boolean {
  if (text === '') return true;
  const number = tail.exec(text)?.[1];
  if (number === undefined) return false;
  return usualNumber.test(number) || isSequence(number) || numbers.has(number);
}
const isSequence = (digits: string): boolean =>
  '01234567890123456789'.includes(digits) || '98765432109876543210'.includes(digits);

function isCommonBase(text: string): boolean {
  list ??= buildList();
  const base = skeleton(text);
  if (list.has(base) || list.has(skeleton(unshifted(text)))) return true;
  const half = base.slice(0, base.length / 2);
  return half.length > 1 && half + half === base && list.has(half);
}

/** Keyboard walks with the shift key held for a part: `1qaz@WSX` is `1qaz2wsx`. */
const shiftedDigits = ')!@#$%^&*(';
const unshifted = (text: string): string =>
  text.replace(/[)!@#$%^&*(]/g, (c) => String(shiftedDigits.indexOf(c)));

/**
 * One form for all look-alike characters. Words and passwords both go through this table, so it only has to treat them
 * alike.
 */
const lookAlike: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
};
const skeleton = (text: string): string => text.replace(/[@4-5310!|l$7+]/g, (c) => lookAlike[c] ?? c);

const numbers: ReadonlySet<string> = new Set(meaningfulNumbers);

/** Built when the first password is set: functions that only log people in never build it. */
let list: ReadonlySet<string> | undefined;
function buildList(): ReadonlySet<string> {
  const words = new Set<string>();
  const add = (word: string): void => void words.add(skeleton(word));
  for (const word of commonWords) add(word);
  for (const number of meaningfulNumbers) add(number);
  for (const surname of pinyinSurnames) for (const given of pinyinGivenNames) add(surname + given);
  for (const row of keyboardRows) {
    const backwards = [...row].reverse().join('');
    for (let length = 4; length <= row.length; length++) {
      for (let from = 0; from + length <= row.length; from++) {
        add(row.slice(from, from + length));
        add(backwards.slice(from, from + length));
      }
    }
  }
  return words;
}
