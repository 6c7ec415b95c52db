import { defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutate:store` and `npm run mutate:steps` run against each change: with one DynamoDB Local, in
 * this process, without functions and HTTP. What hangs on purpose is no part of it.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/dynamodb.ts'],
    setupFiles: ['test/support/mutation-setup.ts'],
    include: ['test/store/*.test.ts', 'test/races/sms-store.test.ts', 'test/flows/feed-files.test.ts'],
    tags: [{ name: 'long', description: 'Long model runs' }],
    exclude: ['test/store/hanging.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
