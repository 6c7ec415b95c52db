import { build } from 'vite';

/** The process that build.ts starts: one build, its errors on standard error. */
const [root = '', mode = '', outDir = ''] = process.argv.slice(2);
try {
  await build({
    root,
    mode,
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
