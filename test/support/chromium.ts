import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import bundled from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

const cache = join(import.meta.dirname, '../../node_modules/.cache');
const folder = join(cache, 'chromium');

/**
 * The browser that `npm ci` brings, or another one by CHROMIUM_PATH. It comes packed and is unpacked once, aside and then
 * moved into place: files that begin at the same time must not start one that is still being written.
 */
export async function chromiumPath(): Promise<string> {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, 'chromium-'));
  const { TMPDIR } = process.env;
  // Where the package unpacks to.
  process.env.TMPDIR = aside;
  try {
    await bundled.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  // Somebody may have been faster; theirs is as good.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
  return path;
}

/** For the tests and for `npm run bench -- portal`. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // The bundled one's own flags switch off web security, which is part of what is tested here.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    // Native date fields are written in the machine's language: here as a Chinese browser writes them.
    env: { ...process.env, LANG: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN' },
  });

/** Before all tests, in one process. */
export default async function setup(project: TestProject) {
  project.provide('chromiumPath', await chromiumPath());
}
