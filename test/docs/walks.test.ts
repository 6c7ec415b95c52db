import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routeKey } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/walks.md'), 'utf8');
const hops = [...page.matchAll(/^\| .+ \| `(\w+)` \| `([^`]+)` \|$/gm)].map(([, name = '', file = '']) => ({
  name,
  file,
}));

describe('docs/walks.md', () => {
  it('walks seven journeys, each from a step to the store, as both READMEs say', () => {
    const walks = page.split('\n## ').slice(1);
    expect(walks).toHaveLength(7);
    for (const walk of walks) {
      expect(walk).toMatch(/`functions\//);
      expect(walk).toMatch(/`shared\/store\//);
    }
    expect(page).toMatch(/^# Seven walks /);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('Seven journeys followed from');
    expect(readFileSync(join(root, 'README.zh-CN.md'), 'utf8')).toContain('七个业务旅程从');
    // Every row of the tables has the form that this test reads; no row is skipped.
    expect(hops).toHaveLength(page.split('\n').filter((line) => /^\| (?!hop)/.test(line)).length);
  });

  it('has a table for each call, and every call is a route', () => {
    const routes = flows.flatMap(({ routes = {} }) => Object.values(routes).map(routeKey));
    const parts = page.split('\n### ').slice(1);
    const calls = parts.flatMap((part) => /^`([A-Z]+ \/[^`]*)`/.exec(part)?.[1] ?? []);
    expect(calls.length).toBeGreaterThan(15);
    expect(calls.filter((call) => !routes.includes(call))).toEqual([]);
    expect(parts.filter((part) => (part.match(/^\| hop /gm) ?? []).length !== 1)).toEqual([]);
  });

  it.each(hops)('$name is declared in $file', ({ name, file }) => {
    const path = join(root, file);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(
      new RegExp(`\\b(function|const|let) ${name}\\b|^export const ${name}\\b`, 'm'),
    );
  });
});
