import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutate` runs against each change of the rules; they need no server and no database. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/mutation-setup.ts'],
    include: ['test/rules/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
});
