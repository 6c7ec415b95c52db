import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { aloneInItsTables } from './test/support/alone.ts';

/** A shared machine stops everything for seconds now and then; on CI a test fails that fails twice. */
const limits = {
  testTimeout: 180_000,
  hookTimeout: 240_000,
  retry: process.env.CI ? 1 : 0,
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/dynamodb.ts', 'test/support/stage.ts', 'test/support/chromium.ts'],
    // The tests of `npm test` wait now and then for other processes, so one file more than cores keeps the cores busy.
    // The longer ones do not wait: more of them at once only make each other's timeouts long.
    maxWorkers: availableParallelism() + (process.env.QUICK ? 1 : 0),
    // `npx vitest run` runs everything, `npm test` all but the long ones, `npm run test:full` what carries a tag.
    tags: [
      { name: 'long', description: 'Long model runs, the whole fault sweep, larger tests and variants' },
      { name: 'grants', description: 'Files that run whole, because at their end no grant is left unused' },
    ],
    projects: [
      {
        test: {
          ...limits,
          name: 'alone',
          include: ['test/!(e2e|flows|races|rules|crypto|walls)/**/*.test.ts', ...aloneInItsTables],
          sequence: { groupOrder: 0 },
        },
      },
      // Pure functions leave nothing behind for the next file.
      {
        test: {
          ...limits,
          name: 'pure',
          include: ['test/{rules,crypto,walls}/*.test.ts'],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      // What most of them need is the same runtime: the files of a worker use it after each other.
      {
        test: {
          ...limits,
          name: 'flows',
          include: ['test/{flows,races}/*.test.ts'],
          exclude: aloneInItsTables,
          isolate: false,
          provide: { sharedRuntime: 'standard' },
          sequence: { groupOrder: 0 },
        },
      },
      // Beside the others: nothing in them waits for less than seconds, and no core stands idle at the end of a group.
      {
        test: {
          ...limits,
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
