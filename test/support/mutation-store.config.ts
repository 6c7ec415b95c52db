import { defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutate:store` and `npm run mutate:steps` run against each change: with one DynamoDB Local, in
 * this process, without functions and HTTP. What hangs on purpose is no part of these tests. A change that keeps a test
 * waiting for ever is noticed when the test's time is up: TEST_TIMEOUT (milliseconds) makes that cheap for fast tests.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/dynamodb.ts'],
    setupFiles: ['test/support/mutation-setup.ts'],
    include: ['test/store/*.test.ts', 'test/races/sms-store.test.ts', 'test/flows/feed-files.test.ts'],
    tags: [{ name: 'long', description: 'Long model runs' }],
    exclude: ['test/store/hanging.test.ts'],
    testTimeout: Number(process.env.TEST_TIMEOUT ?? 60_000),
    hookTimeout: 60_000,
  },
});
