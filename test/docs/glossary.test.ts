import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/glossary.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!Chinese)/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

/** Endings of names and the name of the context are in no single file. */
const isAName = (text: string): boolean =>
  /^[\w-]+$/.test(text) && !['Put', 'Update', 'Check', 'ctx'].includes(text);
const isPath = (text: string): boolean => /^(?:shared|functions)\//.test(text);

/** The text of a file, or of the files of a folder. */
function textOf(path: string): string {
  const at = join(root, path);
  if (statSync(at).isFile()) return readFileSync(at, 'utf8');
  return readdirSync(at)
    .map((file) => readFileSync(join(at, file), 'utf8'))
    .join('\n');
}

describe('docs/glossary.md', () => {
  it('has three columns, and no Chinese term twice', () => {
    expect(rows.length).toBeGreaterThan(70);
    expect(rows.filter((row) => row.length !== 3 || row.includes(''))).toEqual([]);
    const terms = rows.map(([chinese]) => chinese);
    expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
  });

  it.each(rows)('%s is where it says', (_chinese, _english, code = '') => {
    const cited = [...code.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
    const paths = cited.filter(isPath);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const text = paths.map(textOf).join('\n');
    const isThere = (name: string) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);
    expect(cited.filter((name) => isAName(name) && !isThere(name))).toEqual([]);
  });
});
