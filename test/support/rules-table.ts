import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { type RuleTitle, ruleEntries, ruleIdsIn, ruleTitles } from './rule-ids.ts';

/**
 * `npm run rules`: which rule of docs/rules.md has which tests, and whether they passed when they last ran. The command
 * runs nothing and answers at once: titles are read from the test files, results from the reports that `npm test` and
 * `npm run test:full` leave.
 * - `npm run rules -- SSO-5 SES`: the tests of one rule, or of a group of rules, with file and line.
 * - `npm run rules -- --run`: runs all tests first, the long ones too.
 * - `npm run rules -- --report FILE`: takes other reports (vitest's JSON).
 */
const reportSchema = v.object({
  testResults: v.array(
    v.object({
      name: v.string(),
      status: v.string(),
      assertionResults: v.array(v.object({ fullName: v.string(), status: v.string() })),
    }),
  ),
});
export type Report = v.InferOutput<typeof reportSchema>;

export interface RuleRow {
  readonly rule: string;
  /** Titles in the test files that name the rule; one title may stand for many variants, or for a group of tests. */
  readonly titles: number;
  readonly passed: number;
  readonly failed: number;
  readonly state: 'pass' | 'FAIL' | 'not run' | '—';
}
export interface RuleTable {
  readonly rows: readonly RuleRow[];
  /** Failed tests that speak of no rule, and files whose tests could not even be collected. */
  readonly otherFailures: readonly string[];
}

/** Skipped tests show nothing, so they are not counted. */
export function tableOf(
  rules: readonly string[],
  titles: readonly Pick<RuleTitle, 'ids'>[],
  reports: readonly Report[],
): RuleTable {
  const named = new Map<string, number>();
  const passed = new Map<string, number>();
  const failed = new Map<string, number>();
  const otherFailures: string[] = [];
  const count = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const { ids } of titles) for (const id of ids) count(named, id);
  for (const file of reports.flatMap(({ testResults }) => testResults)) {
    if (file.status === 'failed' && file.assertionResults.length === 0) otherFailures.push(file.name);
    for (const { fullName, status } of file.assertionResults) {
      const counts = status === 'passed' ? passed : status === 'failed' ? failed : undefined;
      if (!counts) continue;
      const ids = ruleIdsIn(fullName);
      if (ids.length === 0 && status === 'failed') otherFailures.push(fullName);
      for (const id of ids) count(counts, id);
    }
  }
  const rows = rules.map((rule): RuleRow => {
    const of = (counts: Map<string, number>) => counts.get(rule) ?? 0;
    const row = { rule, titles: of(named), passed: of(passed), failed: of(failed) };
    const state =
      row.failed > 0 ? 'FAIL' : row.passed > 0 ? 'pass' : row.titles > 0 ? 'not run' : ('—' as const);
    return { ...row, state };
  });
  return { rows, otherFailures };
}

export function printed({ rows, otherFailures }: RuleTable): string {
  const width = Math.max(4, ...rows.map(({ rule }) => rule.length));
  const line = (rule: string, ...cells: readonly (string | number)[]) =>
    [rule.padEnd(width), ...cells.slice(0, -1).map((cell) => String(cell).padStart(6)), cells.at(-1)].join(
      '  ',
    );
  const count = (state: RuleRow['state']) => rows.filter((row) => row.state === state).length;
  return [
    line('rule', 'titles', 'passed', 'failed', 'state'),
    ...rows.map(({ rule, titles, passed, failed, state }) => line(rule, titles, passed, failed, state)),
    '',
    `${rows.length} rules: ${count('pass')} pass, ${count('FAIL')} fail, ${count('not run')} not run, ${count('—')} without a test yet`,
    ...otherFailures.map((title) => `failed beside the rules: ${title}`),
  ].join('\n');
}

/** The tests of some rules; a group (`SSO`) means all its rules. */
export function titlesOf(asked: readonly string[], titles: readonly RuleTitle[]): string[] {
  const means = (id: string) => asked.some((word) => word === id || id.startsWith(`${word}-`));
  return titles
    .filter(({ ids }) => ids.some(means))
    .map(({ file, line, title, long }) => `${file}:${line}  ${title}${long ? '  (long)' : ''}`);
}

/** What `npm test` and `npm run test:full` write (package.json). */
const usualReports = ['build/quick.json', 'build/long.json'];

/** Vitest's own output is the progress; its report goes to a file. */
function runTests(): string[] {
  const file = 'build/rules.json';
  rmSync(file, { force: true });
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  spawnSync(process.execPath, [...vitest, `--outputFile.json=${file}`], { stdio: 'inherit' });
  return [file];
}

function main(): number {
  const { values, positionals } = parseArgs({
    options: { report: { type: 'string', multiple: true }, run: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const titles = ruleTitles();
  if (positionals.length > 0) {
    const found = titlesOf(positionals, titles);
    console.log(found.length > 0 ? found.join('\n') : `No test names ${positionals.join(' or ')}.`);
    return found.length > 0 ? 0 : 1;
  }
  const wanted = values.report ?? (values.run ? runTests() : undefined);
  const files = (wanted ?? usualReports).filter((file) => existsSync(file));
  if (wanted && files.length < wanted.length) {
    console.error(`There is no report ${wanted.join(', ')}: the tests did not run to their end.`);
    return 1;
  }
  const reports = files.map((file) => v.parse(reportSchema, JSON.parse(readFileSync(file, 'utf8'))));
  const table = tableOf(ruleEntries(readFileSync('docs/rules.md', 'utf8')), titles, reports);
  console.log(`\n${printed(table)}\n\n${sources(files)}`);
  const isBad = ({ state }: RuleRow) => state === 'FAIL' || state === '—';
  return table.rows.some(isBad) || table.otherFailures.length > 0 ? 1 : 0;
}

/** Where the results come from: a report tells what was so when it was made. */
function sources(files: readonly string[]): string {
  const made = files.map((file) => `${file} (${statSync(file).mtime.toISOString().slice(0, 16)}Z)`);
  return made.length > 0
    ? `Results of ${made.join(' and ')}.`
    : '`npm test` and `npm run test:full` leave results; `npm run rules -- --run` runs everything now.';
}

if (import.meta.main) process.exitCode = main();
