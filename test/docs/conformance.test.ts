import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe.each([
  ['docs/conformance.md', 60],
  ['docs/fapi.md', 40],
])('%s', (path, least) => {
  const page = readFileSync(path, 'utf8');
  const rows = [...page.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)]
    .map(([, module = '', file = '', title = '']) => ({ module, file, title }))
    .filter(({ file }) => file !== 'test' && !/^-*$/.test(file));

  it('names for each module or point a test that is there, or says why there is none', () => {
    expect(rows.length).toBeGreaterThan(least);
    const missing = rows.filter(({ file, title }) => {
      if (file === '*not*') return title.length < 10;
      return !/^test\/[\w/-]+\.test\.ts$/.test(file) || !titlesIn(file).includes(title);
    });
    expect(missing).toEqual([]);
  });

  it('names each of them once', () => {
    const plans = page.split('\n## ').slice(1);
    for (const plan of plans) {
      const names = [...plan.matchAll(/^\| (.+?) \|/gm)].map(([, name]) => name);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });
});

const read = new Map<string, string[]>();
/** The quoted texts of a file: titles, and the table rows that are inserted into titles. */
function titlesIn(file: string): string[] {
  const known = read.get(file);
  if (known) return known;
  const titles = [...readFileSync(file, 'utf8').matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(
    ([, , text = '']) => text,
  );
  read.set(file, titles);
  return titles;
}
