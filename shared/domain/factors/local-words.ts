import { foldText } from '../text.ts';

/**
 * PWD-2: words that somebody who attacks this system would try first: words of the place (anhui, hefei) and of the
 * system (its names and its hotline). Fillers count only beside such a word. docs/rules.md lists all of them, so a
 * change here is a change there.
 */
export const localWords = ['anhui', 'hefei', 'ahtax', 'etax', 'chinatax', 'shuiwu', '12366'] as const;
export const localFillers = ['tax', 'gov', 'china'] as const;
/**
 * How many letters a person may add to satisfy a rule; with more letters beside the word it counts as an own password.
 */
const addedLetters = 2;

const lookAlikes: Readonly<Record<string, string>> = {
  a: '[a@4]',
  e: '[e3]',
  i: '[i1!|]',
  t: '[t7+]',
};
const disguised = (word: string): string =>
  [...word].map((character) => lookAlikes[character] ?? character).join('');
const anyOf = (words: readonly string[]): RegExp =>
  new RegExp(
    [...words]
      .sort((a, b) => b.length - a.length)
      .map(disguised)
      .join('|'),
    'g',
  );
const word = anyOf(localWords);
const wordOrFiller = anyOf([...localWords, ...localFillers]);

/**
 * Whether a password consists of local words with only digits, punctuation and up to two letters beside them. Capitals,
 * width and look-alike characters make no difference, and several such words count like one.
 */
export function isLocalWord(password: string): boolean {
  const text = foldText(password).toLowerCase();
  if (text.search(word) < 0) return false;
  const beside = text.replace(wordOrFiller, ' ').match(/\p{L}/gu);
  return (beside?.length ?? 0) <= addedLetters;
}
