import { expect, it } from 'vitest';
import { counted } from '../support/count.ts';

const report = (more: object = {}) =>
  JSON.stringify({ success: true, numPassedTests: 7, numFailedTests: 0, testResults: [], ...more });

it('the last line of .ci/run counts passed and failed tests', () => {
  expect(counted(report())).toEqual({ passed: 7, failed: 0 });
  expect(counted(report({ success: false, numFailedTests: 2 }))).toEqual({ passed: 7, failed: 2 });
});

it('a run without report, a file that could not be loaded and an error outside of tests are failures', () => {
  expect(counted(undefined)).toEqual({ passed: 0, failed: 1 });
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(counted(report({ success: false, testResults }))).toEqual({ passed: 7, failed: 1 });
  expect(counted(report({ success: false }))).toEqual({ passed: 7, failed: 1 });
});
