import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { RuntimeOptions } from '../../../infra/local/runtime.ts';
import { launchChromium } from '../../support/chromium.ts';
import { allowing } from '../../support/patience.ts';
import { openTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const pictures = join(import.meta.dirname, '../../../test-results');
const axeSource = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** `login` is the QR code of the login page, `face` is every other QR code. */
type CodeKind = 'login' | 'face';

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page, and what the Content-Security-Policy refused. */
  readonly complaints: string[];
  /** Contents of the QR codes that the page got, by their kind, the newest last. */
  readonly codes: Record<CodeKind, string[]>;
}

interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  /** The page moves as designed. Without this the browser asks for reduced motion, which makes tests quicker. */
  readonly motion?: true;
  readonly javaScript?: false;
  /** The settings of the system. */
  readonly dark?: true;
  readonly forcedColors?: true;
  /** A phone: fingers instead of a mouse. */
  readonly touch?: true;
  /** A script that runs before the page's own scripts, and removes what this browser does not have. */
  readonly lacking?: string;
  /** The page cannot run, so its errors are expected. */
  readonly broken?: true;
}

export interface Portal {
  readonly runtime: TestRuntime;
  /** A browser of its own (no cookie, no storage) that opens a page of the portal; it is closed after the test. */
  open(path?: string, options?: OpenOptions): Promise<Page>;
  /** Another tab of the same browser as a page, with the same cookie and storage. */
  tab(beside: Page, path?: string): Promise<Page>;
  /** The content of the QR code that a page shows, as a phone reads it. Waits for a code that was not read before. */
  scanned(page: Page, kind?: CodeKind): Promise<string>;
}

/**
 * One browser and one runtime with the portal, for all tests of a file; call it at the top of the file. A test fails if
 * its page throws or violates the Content-Security-Policy. A test that fails keeps its pictures under test-results/.
 */
export function usePortal(options: Partial<RuntimeOptions> = {}): Portal {
  let browser: Browser | undefined;
  let runtime: TestRuntime | undefined;
  let opened: Opened[] = [];
  const read = new Map<readonly string[], number>();

  beforeAll(async () => {
    [browser, runtime] = await Promise.all([
      launchChromium(inject('chromiumPath')),
      openTestRuntime({ portal: true, ...options }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), runtime?.stop()]);
  });
  beforeEach(({ task, onTestFailed }) => {
    const name = task.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80);
    onTestFailed(async () => {
      mkdirSync(pictures, { recursive: true });
      for (const [index, { page, complaints }] of opened.entries()) {
        const path = join(pictures, `${name}-${index}.png`);
        await page.screenshot({ path, fullPage: true, timeout: 5_000 }).catch(() => undefined);
        process.stderr.write(`${path}\n${complaints.map((line) => `  ${line}\n`).join('')}`);
      }
      await close();
    });
  });
  const close = async () => {
    const mine = opened;
    opened = [];
    read.clear();
    await Promise.all([...new Set(mine.map(({ context }) => context))].map((context) => context.close()));
  };
  afterEach(async ({ task }) => {
    const complaints = opened.flatMap((one) => one.complaints);
    if (task.result?.state === 'fail') return;
    await close();
    expect(complaints).toEqual([]);
  });

  const watch = (page: Page, context: BrowserContext): Opened => {
    const one: Opened = { page, context, complaints: [], codes: { login: [], face: [] } };
    page.setDefaultTimeout(allowing(15_000));
    page.on('pageerror', (error) => one.complaints.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      // Refusals of the API belong to journeys; every other error is a complaint.
      if (message.type() === 'error' && !/^Failed to load resource/.test(text)) one.complaints.push(text);
    });
    page.on('response', async (response) => {
      if (response.status() !== 201 || !/\/v1\/.*(qr-logins|face|step-ups?)$/.test(response.url())) return;
      const body = (await response.json().catch(() => undefined)) as
        | { qrContent?: string; scan?: { qrContent: string } }
        | undefined;
      const content = body?.qrContent ?? body?.scan?.qrContent;
      if (content) one.codes[/qr-logins$/.test(response.url()) ? 'login' : 'face'].push(content);
    });
    opened.push(one);
    return one;
  };
  const needed = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('usePortal() is called outside of a test');
    return value;
  };
  return {
    get runtime() {
      return needed(runtime);
    },
    open: async (
      path = '/login',
      { width = 1280, height = 900, motion, javaScript, dark, forcedColors, touch, lacking, broken } = {},
    ) => {
      const context = await needed(browser).newContext({
        baseURL: needed(runtime).url,
        viewport: { width, height },
        locale: 'zh-CN',
        reducedMotion: motion ? 'no-preference' : 'reduce',
        colorScheme: dark ? 'dark' : 'light',
        forcedColors: forcedColors ? 'active' : 'none',
        ...(touch ? { hasTouch: true, isMobile: true } : {}),
        javaScriptEnabled: javaScript ?? true,
      });
      if (lacking) await context.addInitScript(lacking);
      const { page, complaints } = watch(await context.newPage(), context);
      if (broken) complaints.push = () => 0;
      await page.goto(path);
      return page;
    },
    tab: async (beside, path = '/me') => {
      const context = beside.context();
      const { page } = watch(await context.newPage(), context);
      await page.goto(path);
      return page;
    },
    scanned: async (page, kind = 'face') => {
      const { codes } = needed(opened.find((candidate) => candidate.page === page));
      const from = read.get(codes[kind]) ?? 0;
      await expect.poll(() => codes[kind].length, { timeout: allowing(15_000) }).toBeGreaterThan(from);
      read.set(codes[kind], codes[kind].length);
      return codes[kind].at(-1) ?? '';
    },
  };
}

/** axe finds nothing serious or critical (WCAG 2.2 A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map(({ id, impact, nodes }) =>
        ({ id, impact, where: nodes.map(({ target, failureSummary }) => target.join(' ') + ': ' + failureSummary) })))`,
  )) as { id: string; impact: string; where: string[] }[];
  expect(found.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
}

/** At 360 px nothing is wider than the page. */
export async function expectFits(page: Page): Promise<void> {
  expect(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    new URL(page.url()).pathname,
  ).toBe(0);
}

/** Saves a picture under test-results/pictures/, for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  // Waits for the fonts, so that the picture shows no empty boxes.
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path: join(pictures, 'pictures', `${name}.png`), fullPage: true });
}
