import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';

/**
 * `node test/support/count.ts REPORT…`: adds up vitest's JSON reports to one line, the last line of `.ci/run`. A run
 * without a report, and a file that could not be loaded, count as one failure each. Any failure gives exit code 1.
 */
const reportSchema = v.object({
  success: v.boolean(),
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
});

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** @param text a report; undefined if the run left none */
export function counted(text: string | undefined): Count {
  if (text === undefined) return { passed: 0, failed: 1 };
  const report = v.parse(reportSchema, JSON.parse(text));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  // Errors outside of every test: vitest calls such a run failed, and this count does too.
  return { passed: report.numPassedTests, failed: report.success ? failed : Math.max(failed, 1) };
}

if (import.meta.main) {
  const counts = process.argv
    .slice(2)
    .map((file) => counted(existsSync(file) ? readFileSync(file, 'utf8') : undefined));
  const sum = (of: (count: Count) => number) => counts.reduce((total, count) => total + of(count), 0);
  const failed = sum((count) => count.failed);
  console.log(`${sum((count) => count.passed)} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
