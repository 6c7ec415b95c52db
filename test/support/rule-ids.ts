import { globSync, readFileSync } from 'node:fs';

/** Rule ids in docs/rules.md and in test titles. */

/** The groups of docs/rules.md. `PWD-02` and `SHA-256` are no rules: other groups, or a leading zero. */
const groups =
  'DOC REG LGN LCK UNL SMS QR FACE LVL STP PWD PHN USR SES CTR REL ENT ORD SWI AGY SPC LEG MIG CHN SSO AUD'.split(
    ' ',
  );
const id = `\\b(${groups.join('|')})-([1-9]\\d*)\\b`;

/** The ids of the entries (`- **DOC-1** …`), in their order, with repetitions where there are any. */
export const ruleEntries = (markdown: string): string[] =>
  [...markdown.matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map(([, entry = '']) => entry);

/** Every rule a text speaks of: `LCK-1, LCK-2` are two, `LGN-1…LGN-3` (also `LGN-1 … LGN-3`) three. Each once. */
export function ruleIdsIn(text: string): string[] {
  const found = new Set([...text.matchAll(new RegExp(id, 'g'))].map(([whole]) => whole));
  for (const [, group = '', first, groupAgain, last] of text.matchAll(
    new RegExp(`${id}\\s*(?:…|\\.{2,3}|–)\\s*${id}`, 'g'),
  )) {
    if (group !== groupAgain) continue;
    for (let number = Number(first); number <= Number(last); number++) found.add(`${group}-${number}`);
  }
  return [...found];
}

/** The title of a test or of a group of tests that names rules, as it stands in the source. */
export interface RuleTitle {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly ids: readonly string[];
  /** What the title was given to: `it`, `describe`, `long`, or `each` for a test or group in variants. */
  readonly call: string;
  /** `npm test` leaves it out. */
  readonly long: boolean;
}

const calls = new Set(['it', 'test', 'look', 'long', 'describe', 'each']);
const titlePattern =
  /(?:\b(\w+)(?:\.\w+)?|\))\(\s*(['"`])((?:\\.|(?!\2).)*)\2(,\s*\{[^}]*tags: \['long'\])?/g;

/** Reads the titles without running anything: a test's own file is enough to know which rules it shows. */
export const ruleTitlesIn = (file: string, source: string): RuleTitle[] =>
  [...source.matchAll(titlePattern)].flatMap(({ index, 1: call = 'each', 3: title = '', 4: tagged }) => {
    const ids = ruleIdsIn(title);
    if (ids.length === 0 || !calls.has(call)) return [];
    const line = source.slice(0, index).split('\n').length;
    return [{ file, line, title, ids, call, long: call === 'long' || tagged !== undefined }];
  });

/** Of all test files, but for the one that tests these functions with titles of its own making. */
export const ruleTitles = (): RuleTitle[] =>
  globSync('test/**/*.test.ts')
    .filter((file) => file !== 'test/docs/rules.test.ts')
    .sort()
    .flatMap((file) => ruleTitlesIn(file, readFileSync(file, 'utf8')));
