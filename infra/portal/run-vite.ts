import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { makeFirstViews, manifestFile } from './first-view.ts';

/**
 * The process that build.ts starts: it builds the pages and their first views and writes errors to standard error.
 */
const [root = '', mode = '', outDir = ''] = process.argv.slice(2);
try {
  await build({
    root,
    mode,
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
  await makeFirstViews(root, mode, outDir);
  rmSync(join(outDir, manifestFile), { force: true });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
