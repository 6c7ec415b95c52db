import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const limits = { testTimeout: 180_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/support/dynamodb.ts', 'test/support/stage.ts', 'test/support/chromium.ts'],
    // More files at once than cores only make each other's timeouts long.
    maxWorkers: availableParallelism(),
    // `npm test` leaves them out, `npm run test:full` runs nothing else, `npx vitest run` everything.
    tags: [{ name: 'long', description: 'Long model runs, and the rest of the fault sweep' }],
    projects: [
      {
        test: {
          ...limits,
          name: 'house',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          sequence: { groupOrder: 0 },
        },
      },
      // After the others: a browser beside them makes the tests of timeouts and races say less.
      {
        test: {
          ...limits,
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
