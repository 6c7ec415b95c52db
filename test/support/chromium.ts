import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import bundled from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

const cache = join(import.meta.dirname, '../../node_modules/.cache');
const folder = join(cache, 'chromium');

/**
 * The browser that `npm ci` brings, or the one that CHROMIUM_PATH names. The browser comes packed and is
 * unpacked once, in a folder of its own, and then moved: test files that begin at the same time must not start a
 * half-written browser.
 */
export async function chromiumPath(): Promise<string> {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, 'chromium-'));
  const { TMPDIR } = process.env;
  // The package unpacks the browser into this folder.
  process.env.TMPDIR = aside;
  try {
    await bundled.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  // Another process may have been faster; its browser is as good.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
  return path;
}

/** For the tests and for `npm run bench -- portal`. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // The flags that come with the bundled browser switch off web security, which these tests need.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    // Native date fields use the machine's language; here they use Chinese.
    env: { ...process.env, LANG: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN' },
  });

/** Runs before all tests, in one process. */
export default async function setup(project: TestProject) {
  project.provide('chromiumPath', await chromiumPath());
}
