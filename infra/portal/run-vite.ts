import { build } from 'vite';
import { makeFirstView } from './first-view.ts';

/**
 * The process that build.ts starts: it builds the pages and the login page's first view and writes errors to standard
 * error.
 */
const [root = '', mode = '', outDir = ''] = process.argv.slice(2);
try {
  await build({
    root,
    mode,
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
  await makeFirstView(root, mode, outDir);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
