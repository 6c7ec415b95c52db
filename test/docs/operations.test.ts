import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type TableDeclaration, tables } from '#contract/tables.ts';
import { flows } from '#flows/contracts.ts';

const page = readFileSync('docs/operations.md', 'utf8');
const [restore = ''] = /^## Backup and restore$[\s\S]*?(?=^## )/m.exec(page) ?? [];
const named = (text: string): string[] => [...text.matchAll(/`(\w[\w-]*)`/g)].map(([, name = '']) => name);

it('the way back names every table that has no recovery, and every one whose stream a restored table has not', () => {
  const all = Object.entries<TableDeclaration>(tables);
  const passing = all.flatMap(([name, { keeps }]) => (keeps === 'passing' ? [name] : []));
  const [row = ''] = restore.split('\n').filter((line) => line.includes('they hold what expires by rule'));
  expect(named(row).toSorted()).toEqual(passing.toSorted());

  const streamed = all.flatMap(([name, { keeps, streams }]) =>
    streams && keeps !== 'passing' ? [name] : [],
  );
  const sentence = /Tables with a stream \(([^)]*)\)/.exec(restore)?.[1] ?? '';
  expect(named(sentence).toSorted()).toEqual(streamed.toSorted());
  const listeners = flows.flatMap(({ name, trigger }) => (trigger?.kind === 'stream' ? [name] : []));
  const said = /the functions ([^.]*?) listen to the old one/.exec(restore)?.[1] ?? '';
  expect(named(said).toSorted()).toEqual(listeners.toSorted());
});
