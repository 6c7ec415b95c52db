import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/walks.md'), 'utf8');
const hops = [...page.matchAll(/^\| .+ \| `(\w+)` \| `([^`]+)` \|$/gm)].map(([, name = '', file = '']) => ({
  name,
  file,
}));

describe('docs/walks.md', () => {
  it('walks five journeys, each from a step to the store', () => {
    const walks = page.split('\n## ').slice(1);
    expect(walks).toHaveLength(5);
    for (const walk of walks) {
      expect(walk).toMatch(/`functions\//);
      expect(walk).toMatch(/`shared\/store\//);
    }
    // Every row of the tables has the form that this test reads; no row is skipped.
    expect(hops).toHaveLength(page.split('\n').filter((line) => /^\| (?!hop)/.test(line)).length);
  });

  it.each(hops)('$name is declared in $file', ({ name, file }) => {
    const path = join(root, file);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(
      new RegExp(`\\b(function|const|let) ${name}\\b|^export const ${name}\\b`, 'm'),
    );
  });
});
