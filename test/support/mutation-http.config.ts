import { defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutate:http` runs against each change of what only HTTP reaches. The stage is made from the
 * changed sources, so all changes are in the bundles, and one of them is switched on in the functions' workers. One
 * process runs the tests of many changes, and its runtimes stay open.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/dynamodb.ts', 'test/support/stage.ts', 'test/support/mutation-pool.ts'],
    setupFiles: ['test/support/mutation-workers.ts', 'test/support/mutation-setup.ts'],
    include: ['test/{flows,races,faults,store}/*.test.ts'],
    isolate: false,
    provide: { sharedRuntime: 'with policies' },
    tags: [
      { name: 'long', description: 'Long model runs' },
      { name: 'grants', description: 'Files that run whole' },
    ],
    // Of a file only the tests run that reach a change: they need not use every grant.
    env: { QUICK: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
