import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { PlainError } from '../local/http/plain-error.ts';
import { compressFiles } from './compress.ts';

/**
 * `desk` contains the phone on the desk, for this machine (Vite refuses the name `local`); `production` is deployed and
 * does not contain it.
 */
export type PortalMode = 'desk' | 'production';

export interface PortalBuildOptions {
  readonly mode: PortalMode;
  /** The portal's sources; the project's own unless a test gives others. */
  readonly root?: string;
  /** Called once, and only if something has to be built. */
  readonly progress?: (line: string) => void;
  /** Ends a build for which nobody waits any more. */
  readonly signal?: AbortSignal;
}

const project = join(import.meta.dirname, '../..');
const portalRoot = join(project, 'portal');
const cache = join(project, 'node_modules', '.cache', 'portal');
const keptMilliseconds = 7 * 24 * 3600 * 1000;

/**
 * Builds the portal with Vite if its sources changed since the last time, and returns the folder of the finished files.
 * A folder is named after the content of its sources, so a build never changes files that a running server serves.
 * @throws PlainError if the sources do not build, with Vite's own first sentence
 */
export async function buildPortal(options: PortalBuildOptions): Promise<string> {
  const { mode, root = portalRoot, progress, signal } = options;
  if (!existsSync(join(root, 'index.html')))
    throw new PlainError(
      `There is no portal to build: ${join(root, 'index.html')} is missing. Start with --no-portal to do without.`,
      `缺少 ${join(root, 'index.html')}，无法构建网页。可用 --no-portal 启动，不含网页。`,
    );
  const folder = join(cache, `${mode}-${fingerprint(root, mode)}`);
  if (existsSync(folder)) {
    // Used today, so it is kept for another week.
    await utimes(folder, new Date(), new Date()).catch(() => undefined);
    return folder;
  }
  progress?.('building the portal');
  const fresh = join(cache, `fresh-${randomUUID()}`);
  mkdirSync(fresh, { recursive: true });
  try {
    await runVite(root, mode, fresh, signal);
    // CloudFront compresses by itself; the local server serves the compressed files that are made here.
    if (mode === 'desk') await compressFiles(fresh);
    await rename(fresh, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process has built the same sources first.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  removeOld();
  return folder;
}

/**
 * A key for everything that a build is made from: the portal's files, the shared code that it may import, the packages,
 * and this step.
 */
function fingerprint(root: string, mode: PortalMode): string {
  const hash = createHash('sha256').update(mode);
  const add = (cwd: string, patterns: readonly string[]) => {
    const found = globSync(patterns, { cwd, exclude: (name) => name === 'node_modules' || name === 'dist' });
    for (const path of found.sort()) {
      const absolute = join(cwd, path);
      if (statSync(absolute).isFile()) hash.update(`\0${path}\0`).update(readFileSync(absolute));
    }
  };
  add(root, ['**/*']);
  add(project, [
    'shared/domain/**/*.ts',
    'shared/contract/**/*.ts',
    'functions/**/contract.ts',
    'package-lock.json',
    'package.json',
    'infra/portal/{build,compress,fallback,first-view,run-vite}.ts',
  ]);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Runs in a process of its own: Vite sets NODE_ENV and keeps hundreds of MB that the runtime does not need afterwards.
 */
async function runVite(
  root: string,
  mode: PortalMode,
  outDir: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const runner = join(import.meta.dirname, 'run-vite.ts');
  const vite: ChildProcess = spawn(process.execPath, [runner, root, mode, outDir], {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal ? { signal } : {}),
  });
  let said = '';
  vite.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code]: unknown[] = await once(vite, 'close');
  if (code === 0 && existsSync(join(outDir, 'index.html'))) return;
  const reason = firstSentence(said);
  throw new PlainError(
    `The portal does not build: ${reason} Mend it, or start with --no-portal.`,
    `网页构建失败：${reason} 请修正后重试，或用 --no-portal 启动。`,
  );
}

/** Vite's error without colours, without the excerpt of the source, and without the stack. */
function firstSentence(said: string): string {
  const lines = stripVTControlCharacters(said).split('\n');
  const words = lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at |[│╭╰─]/.test(line))
    .slice(0, 2)
    .join(' ');
  return words === '' ? 'Vite ended without a word.' : `${words.slice(0, 400).replace(/[.:]$/, '')}.`;
}

function removeOld(): void {
  for (const name of readdirSync(cache)) {
    const old = join(cache, name);
    try {
      if (Date.now() - statSync(old).mtimeMs > keptMilliseconds) rmSync(old, { recursive: true });
    } catch {
      // Another process removed it.
    }
  }
}
