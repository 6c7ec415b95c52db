import { cpSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PlainError } from '../local/http/plain-error.ts';
import { buildPortal } from './build.ts';

/** `npm run portal:build`: builds the deployed pages into portal/dist, to look at them. */
const project = join(import.meta.dirname, '../..');
const dist = join(project, 'portal', 'dist');
try {
  const folder = await buildPortal({
    mode: 'production',
    progress: (line) => process.stdout.write(`${line} …\n`),
  });
  rmSync(dist, { recursive: true, force: true });
  cpSync(folder, dist, { recursive: true });
  process.stdout.write(`${relative(process.cwd(), dist) || dist}\n`);
} catch (error) {
  if (!(error instanceof PlainError)) throw error;
  process.stderr.write(`${error.message}\n${error.chinese}\n`);
  process.exitCode = 1;
}
