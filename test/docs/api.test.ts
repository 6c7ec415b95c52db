import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { routeKey } from '#contract/flow.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { problemStatus } from '#domain/problem.ts';
import { allRoutes, routeIn, rowOf, withRows } from '../support/api-rows.ts';

const page = readFileSync('docs/api.md', 'utf8');
const lines = page.split('\n');
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
/** The first cell of every row in the part of the page under this heading, without its backquotes. */
const rowsUnder = (heading: string): string[][] =>
  (page.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(cells);
const bare = (cell = ''): string => cell.replaceAll('`', '');

describe('docs/api.md', () => {
  it('has one row for every route, and none for what is not there', () => {
    const told = lines.map(routeIn).filter((key) => key !== undefined);
    const missing = allRoutes.filter((route) => !told.includes(routeKey(route))).map((route) => rowOf(route));
    expect(missing, 'lines to add (node test/support/api-rows.ts adds them)').toEqual([]);
    const real = new Set(allRoutes.map(routeKey));
    expect(
      told.filter((key) => !real.has(key)),
      'lines to remove: no contract has these routes',
    ).toEqual([]);
    expect(new Set(told).size, 'a route stands twice').toBe(told.length);
  });

  it('says of each who may call, fields, answers and codes as the contracts do', () => {
    const fresh = withRows(page).split('\n');
    const changed = fresh.filter((line) => routeIn(line) !== undefined && !lines.includes(line));
    expect(changed, 'lines as they should be (node test/support/api-rows.ts writes them)').toEqual([]);
  });

  it('lists every problem code with its status, and no other', () => {
    const told = new Map(rowsUnder('## Codes').map(([code, status]) => [bare(code), Number(status)]));
    const missing = Object.entries(problemStatus)
      .filter(([code, status]) => told.get(code) !== status)
      .map(([code, status]) => `| \`${code}\` | ${status} | when it is answered |`);
    expect(missing, 'lines to add to the table of codes, or to correct').toEqual([]);
    expect(
      [...told.keys()].filter((code) => !(code in problemStatus)),
      'lines to remove: there are no such codes',
    ).toEqual([]);
  });

  it('says of each code when it is answered', () => {
    expect(rowsUnder('## Codes').filter(([, , when]) => !when)).toEqual([]);
  });

  it('tells the life times that the settings have', () => {
    const part = page.split('### How long things live')[1]?.split('\n### ')[0] ?? '';
    const rows = part
      .split('\n')
      .filter((line) => /^\| .*\d/.test(line))
      .map(cells);
    const told = rows.map(([, seconds = '', settings = '']) => [
      seconds.split(', '),
      settings.split(', ').map(bare),
    ]);
    expect(told.length).toBeGreaterThan(10);
    for (const [seconds = [], settings = []] of told)
      expect([settings, settings.map((name) => String(defaultPolicies[name as 'loginSeconds']))]).toEqual([
        settings,
        seconds,
      ]);
  });

  it('lists the calls under /local', () => {
    const source = readFileSync('infra/local/control/local-routes.ts', 'utf8');
    const real = [...source.matchAll(/'(GET|POST|PUT|PATCH|DELETE)',\s+\/\^(\\\/local\S*)\$\//g)].map(
      ([, method = '', path = '']) => `${method} ${path.replaceAll('\\/', '/').replaceAll('([^/]+)', '{}')}`,
    );
    const told = rowsUnder('## This machine only').map(([call]) => bare(call).replace(/\{\w+\}/g, '{}'));
    expect(real.length).toBeGreaterThan(10);
    expect(told.sort()).toEqual(real.sort());
  });

  it('lists the types of feed lines', () => {
    const literals = globSync('functions/registry-feed/*.ts').flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      return /Line\b/.test(source) ? [...source.matchAll(/type: v\.(?:literal|picklist)\((.*)\)/g)] : [];
    });
    const told = rowsUnder('## Registry feed lines').map(([type]) => bare(type));
    const named = literals.flatMap(([, words = '']) =>
      [...words.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word),
    );
    expect(named.length).toBeGreaterThan(4);
    const missing = named
      .filter((type = '') => !told.includes(type))
      .map((type) => `| \`${type}\` | members | what has the version |`);
    expect(missing, 'lines to add to the table of feed lines').toEqual([]);
  });
});
