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

/** A key for everything that bundles are made from: every source file and the exact versions of the packages. */
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
 * Keeps bundles of unchanged sources on disk, because tests and `npm start` start many times between two edits. A cache
 * that cannot be read or written only costs time.
 */
export async function cachedBundles<T>(salt: string, make: () => Promise<T>): Promise<T> {
  const key = fingerprint(salt);
  const file = join(folder, key);
  try {
    return deserialize(readFileSync(file)) as T;
  } catch {
    // There is no entry yet, or a process died while it wrote one.
  }
  const made = await make();
  // If a file changed meanwhile, the bundles must not be kept under the key of the old content.
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
