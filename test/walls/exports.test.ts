import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleOf } from './exports.ts';

const root = join(import.meta.dirname, '../..');
const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  imports: Record<string, string>;
};
const folders = ['shared', 'functions', 'infra'] as const;
const users = [...folders, 'portal', 'bench', 'examples'];
const files = users.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file)),
);

/** The file to which an import leads, from the project's root; undefined for a package. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(file), specifier);
  const [alias, path] = Object.entries(imports).find(([one]) => specifier.startsWith(one.slice(0, -1))) ?? [];
  return alias && path && join(path.slice(0, -1), specifier.slice(alias.length - 1));
}

/**
 * Exports that no other production file uses, each with the reason why it exists. A test that needs an export which
 * production does not use proves code that does not run.
 */
const excepted: Readonly<Record<string, string>> = {
  'infra/canary/handler.ts handler': 'Lambda calls it (infra/constructs/canary.ts).',
};

describe('exports', () => {
  it('are used by what runs, not by tests alone', () => {
    const modules = new Map(
      files.map((file) => [
        file,
        moduleOf(readFileSync(join(root, file), 'utf8'), file.endsWith('x') ? 'tsx' : 'ts'),
      ]),
    );
    const used = new Map<string, Set<string>>();
    for (const [file, { taken }] of modules)
      for (const { from, names } of taken) {
        const path = target(file, from);
        if (path === undefined) continue;
        const set = used.get(path) ?? new Set<string>();
        for (const name of names === 'all' ? (modules.get(path)?.offered ?? []) : names) set.add(name);
        used.set(path, set);
      }
    const dead = [...modules]
      .filter(([file]) => folders.some((folder) => file.startsWith(`${folder}/`)))
      .flatMap(([file, { offered }]) =>
        offered
          // The template names the entry of a function.
          .filter((name) => !(name === 'handler' && /^functions\/[\w-]+\/handler\.ts$/.test(file)))
          .filter((name) => !used.get(file)?.has(name))
          .map((name) => `${file} ${name}`),
      );
    expect(dead.filter((one) => !(one in excepted))).toEqual([]);
    // Every exception is still needed.
    expect(Object.keys(excepted).filter((one) => !dead.includes(one))).toEqual([]);
  });

  it.each([
    ['export const a = 1, { b, c: [d] } = x;', ['a', 'b', 'd']],
    [
      'export function a() {} export class B {} export interface C {} export type D = 1;',
      ['a', 'B', 'C', 'D'],
    ],
    ['const a = 1; export { a as b };', ['b']],
    ['export const a = 1; export const b = a;', ['b']],
    ["export { a } from './x.ts'; export default 1;", []],
  ])('the scanner finds of %j', (source, offered) => {
    expect(moduleOf(source).offered).toEqual(offered);
  });

  it.each([
    ["import { a, b as c } from './x.ts';", ['a', 'b']],
    ["import type { A } from './x.ts';", ['A']],
    ["import d from './x.ts';", ['default']],
    ["import * as all from './x.ts';", 'all'],
    ["export { a as b } from './x.ts';", ['a']],
    ["export * from './x.ts';", 'all'],
    ["const a = await import('./x.ts');", 'all'],
    ["type A = import('./x.ts').A;", 'all'],
  ])('the scanner takes by %j', (source, names) => {
    expect(moduleOf(source).taken).toEqual([{ from: './x.ts', names }]);
  });
});
