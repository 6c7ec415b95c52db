import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject, parseJson } from '../local/http/json.ts';
import type { Progress } from './send-lines.ts';

/**
 * How far a file has been passed to a runtime, so that the next start continues there. The progress holds only for this
 * content (by size and time of change) and this runtime (by its keys: a runtime that keeps its data in memory has new
 * ones at each start).
 */
export interface SavedProgress {
  /** Where to continue; undefined: from the beginning. */
  readonly progress: Progress | undefined;
  keep(progress: Readonly<Progress>): void;
  forget(): void;
}

const folder = fileURLToPath(new URL('../../.data/feed-progress', import.meta.url));
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value);
const counts = ['lines', 'bytes', 'accepted', 'stale', 'rejected', 'warnings', 'emptied'] as const;
const isProgress = (value: object): value is Progress =>
  counts.every((name) => isNumber((value as Partial<Progress>)[name]));

export async function savedProgress(path: string, url: string): Promise<SavedProgress> {
  const stats = statSync(path);
  const file = join(
    folder,
    `${createHash('sha256')
      .update(`${realpathSync(path)}\n${url}`)
      .digest('hex')}.json`,
  );
  const [content, keys] = [contentOf(stats), await keysOf(url)];
  return {
    progress: read(file, content, keys),
    keep(progress) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, JSON.stringify({ content, keys, progress }));
    },
    forget: () => rmSync(file, { force: true }),
  };
}

const contentOf = ({ size, mtimeMs, ino }: Stats): string => `${size} ${mtimeMs} ${ino}`;

function read(file: string, content: string, keys: readonly string[]): Progress | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const known = parseJson(text);
  if (!isObject(known) || known.content !== content || !isObject(known.progress)) return undefined;
  const before = Array.isArray(known.keys) ? known.keys : [];
  if (!keys.some((key) => before.includes(key))) return undefined;
  const { progress } = known;
  return isProgress(progress) ? progress : undefined;
}

/** Empty if nothing answers; passing the first lines then reports that. */
async function keysOf(url: string): Promise<string[]> {
  try {
    const answer = await fetch(new URL('/.well-known/jwks.json', url));
    const { keys = [] } = (await answer.json()) as { keys?: { kid?: string }[] };
    return keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
  } catch {
    return [];
  }
}
