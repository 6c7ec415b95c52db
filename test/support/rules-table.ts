import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { ruleEntries, ruleIdsIn } from './rule-ids.ts';

/**
 * `npm run rules`: which rule of docs/rules.md has which tests, and whether they pass. Runs all tests first, or takes
 * the report of a run that was made before: `npm run rules -- --report build/tests.json`.
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
  readonly tests: number;
  readonly state: 'pass' | 'FAIL' | '—';
}
export interface RuleTable {
  readonly rows: readonly RuleRow[];
  /** Failed tests that speak of no rule, and files whose tests could not even be collected. */
  readonly otherFailures: readonly string[];
}

/** Skipped tests show nothing, so they are not counted. */
export function tableOf(rules: readonly string[], report: Report): RuleTable {
  const passed = new Map<string, number>();
  const failed = new Map<string, number>();
  const otherFailures: string[] = [];
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.length === 0) otherFailures.push(file.name);
    for (const { fullName, status } of file.assertionResults) {
      const counts = status === 'passed' ? passed : status === 'failed' ? failed : undefined;
      if (!counts) continue;
      const ids = ruleIdsIn(fullName);
      if (ids.length === 0 && status === 'failed') otherFailures.push(fullName);
      for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  const rows = rules.map((rule): RuleRow => {
    const bad = failed.get(rule) ?? 0;
    const tests = (passed.get(rule) ?? 0) + bad;
    return { rule, tests, state: bad > 0 ? 'FAIL' : tests > 0 ? 'pass' : '—' };
  });
  return { rows, otherFailures };
}

export function printed({ rows, otherFailures }: RuleTable): string {
  const width = Math.max(4, ...rows.map(({ rule }) => rule.length));
  const lines = rows.map(
    ({ rule, tests, state }) => `${rule.padEnd(width)}  ${String(tests).padStart(5)}  ${state}`,
  );
  const count = (state: RuleRow['state']) => rows.filter((row) => row.state === state).length;
  return [
    `${'rule'.padEnd(width)}  tests  state`,
    ...lines,
    '',
    `${rows.length} rules: ${count('pass')} pass, ${count('FAIL')} fail, ${count('—')} without a test yet`,
    ...otherFailures.map((title) => `failed beside the rules: ${title}`),
  ].join('\n');
}

/** Vitest's own output is the progress; its report goes to a file. */
function runTests(file: string): void {
  rmSync(file, { force: true });
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  spawnSync(process.execPath, [...vitest, `--outputFile.json=${file}`], { stdio: 'inherit' });
}

function main(): number {
  const { values } = parseArgs({ options: { report: { type: 'string' } } });
  const file = values.report ?? 'build/rules.json';
  if (values.report === undefined) runTests(file);
  if (!existsSync(file)) {
    console.error(`There is no report ${file}: the tests did not run to their end.`);
    return 1;
  }
  const report = v.parse(reportSchema, JSON.parse(readFileSync(file, 'utf8')));
  const table = tableOf(ruleEntries(readFileSync('docs/rules.md', 'utf8')), report);
  console.log(`\n${printed(table)}`);
  return table.rows.some(({ state }) => state === 'FAIL') || table.otherFailures.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main();
