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
