import { foldText } from './text.ts';

/**
 * PWD-2: what a guesser of this system tries first. Words of the place (anhui, hefei) and of the system (its names and
 * its hotline); the fillers count only beside one of them. docs/rules.md names them, so a change here is one there.
 */
export const localWords = ['anhui', 'hefei', 'ahtax', 'etax', 'chinatax', 'shuiwu', '12366'] as const;
export const localFillers = ['tax', 'gov', 'china'] as const;
/** Letters that a person adds to please a rule; with more beside the word it is a password of its own. */
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
 * Whether a password is a word of the place or the system with only digits, punctuation and up to two letters beside it,
 * in whatever capitals, width and look-alike characters; several such words are as good as one.
 */
export function isLocalWord(password: string): boolean {
  const text = foldText(password).toLowerCase();
  if (text.search(word) < 0) return false;
  const beside = text.replace(wordOrFiller, ' ').match(/\p{L}/gu);
  return (beside?.length ?? 0) <= addedLetters;
}
