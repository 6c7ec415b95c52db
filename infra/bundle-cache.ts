import { createHash } from 'node:crypto';
import {
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'node_modules', '.cache', 'bundles');
const keptMilliseconds = 24 * 3600 * 1000;

/** What bundles are made of: every source file and the exact versions of the packages. */
function fingerprint(salt: string): string {
  const hash = createHash('sha256').update(salt);
  const sources = globSync(
    ['shared/**/*.ts', 'functions/**/*.ts', 'infra/bundle*.ts', 'package-lock.json', 'package.json'],
    { cwd: root },
  );
  for (const path of sources.sort()) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/**
 * Bundles of unchanged sources, kept on disk: tests and `npm start` start many times between two edits. A cache that
 * can't be read or written costs time and nothing else.
 */
export async function cachedBundles<T>(salt: string, make: () => Promise<T>): Promise<T> {
  const key = fingerprint(salt);
  const file = join(folder, key);
  try {
    return deserialize(readFileSync(file)) as T;
  } catch {
    // Not there yet, or half-written by a process that died.
  }
  const made = await make();
  // A file that changed meanwhile would be kept under the name of what it was before.
  if (fingerprint(salt) !== key) return made;
  try {
    mkdirSync(folder, { recursive: true });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, serialize(made));
    renameSync(fresh, file);
    for (const name of readdirSync(folder)) {
      const old = join(folder, name);
      if (Date.now() - statSync(old).mtimeMs > keptMilliseconds) rmSync(old, { force: true });
    }
  } catch {
    // A read-only checkout still runs.
  }
  return made;
}
