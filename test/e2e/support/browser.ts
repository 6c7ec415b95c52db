import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { RuntimeOptions } from '../../../infra/local/runtime.ts';
import { launchChromium } from '../../support/chromium.ts';
import { type Door, openDoor } from '../../support/door.ts';

const pictures = join(import.meta.dirname, '../../../test-results');
const axeSource = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** `login` is the code of the login page, `face` every other one. */
type CodeKind = 'login' | 'face';

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of: its own errors, and what the policy refused. */
  readonly complaints: string[];
  /** Contents of the QR codes that the page got, the newest last, by what they are for. */
  readonly codes: Record<CodeKind, string[]>;
}

interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  /** Motion as designed; otherwise the browser asks for less, which makes tests quicker. */
  readonly motion?: true;
  readonly javaScript?: false;
  /** What the system is set to. */
  readonly dark?: true;
  readonly forcedColors?: true;
  /** A phone: fingers instead of a mouse. */
  readonly touch?: true;
  /** A script that runs before those of the page: what this browser lacks. */
  readonly lacking?: string;
  /** The page can't run and may complain. */
  readonly broken?: true;
}

export interface Portal {
  readonly door: Door;
  /** A browser of its own (no cookie, no storage) on a page of the portal; closed after the test. */
  open(path?: string, options?: OpenOptions): Promise<Page>;
  /** Another tab beside a page: the same cookie and storage. */
  tab(beside: Page, path?: string): Promise<Page>;
  /** The content of the code that a page shows, as a phone reads it. Waits for one that was not read yet. */
  scanned(page: Page, kind?: CodeKind): Promise<string>;
}

/**
 * One browser and one door with the portal for the tests of a file; call it at the top of the file. A test whose page
 * throws, or meets the Content-Security-Policy, fails; a failing test keeps its pictures under test-results/.
 */
export function usePortal(options: Partial<RuntimeOptions> = {}): Portal {
  let browser: Browser | undefined;
  let door: Door | undefined;
  let opened: Opened[] = [];
  const read = new Map<readonly string[], number>();

  beforeAll(async () => {
    [browser, door] = await Promise.all([
      launchChromium(inject('chromiumPath')),
      openDoor({ portal: true, ...options }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), door?.stop()]);
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
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => one.complaints.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      // Refusals of the API are part of journeys; everything else is not.
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
    get door() {
      return needed(door);
    },
    open: async (
      path = '/login',
      { width = 1280, height = 900, motion, javaScript, dark, forcedColors, touch, lacking, broken } = {},
    ) => {
      const context = await needed(browser).newContext({
        baseURL: needed(door).url,
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
      await expect.poll(() => codes[kind].length, { timeout: 15_000 }).toBeGreaterThan(from);
      read.set(codes[kind], codes[kind].length);
      return codes[kind].at(-1) ?? '';
    },
  };
}

/** Nothing serious or critical by axe (WCAG 2.2 A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map(({ id, impact, nodes }) =>
        ({ id, impact, where: nodes.map(({ target, failureSummary }) => target.join(' ') + ': ' + failureSummary) })))`,
  )) as { id: string; impact: string; where: string[] }[];
  expect(found.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
}

/** At 360 px nothing lies outside of the page's width. */
export async function expectFits(page: Page): Promise<void> {
  expect(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBe(0);
}

/** Keeps a picture under test-results/pictures/ to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  // Late fonts are part of the picture: no boxes.
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path: join(pictures, 'pictures', `${name}.png`), fullPage: true });
}
