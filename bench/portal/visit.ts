import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The measures of one visit to a page, by the names that Lighthouse uses. */
export interface Visit {
  /** Bytes of script as sent: compressed, without headers. */
  readonly scriptBytes: number;
  /** Bytes of everything that was fetched: compressed, without headers. */
  readonly allBytes: number;
  readonly requests: number;
  /** Largest contentful paint, milliseconds from the start of the navigation. */
  readonly largestPaint: number;
  /** The text of the largest paint. */
  readonly painted: string;
  /** Cumulative layout shift: the worst window of at most five seconds, as the Web Vitals define it. */
  readonly layoutShift: number;
  /** Interaction to next paint: the slowest answer to a key or a click, milliseconds; 0 if nothing is done. */
  readonly interaction: number;
  /** The number of tasks of the main thread that take more than 50 ms. */
  readonly longTasks: number;
  /** Milliseconds: the sum of what each of these tasks takes beyond 50 ms. */
  readonly blocking: number;
}

export interface Conditions {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** Lighthouse's slow 4G, and a quarter of the processor's speed. */
  readonly slow: boolean;
}

export interface Destination {
  readonly path: string;
  /** The heading that shows that the page has loaded. */
  readonly heading: string;
  /** What a person does on the page after it has loaded. */
  readonly act?: (page: Page) => Promise<void>;
}

/** A round trip of 150 ms and 1.6 Mbit/s, converted to the values that DevTools applies to each request. */
const slow4g = {
  offline: false,
  latency: 562.5,
  downloadThroughput: (1638.4 * 1024 * 0.9) / 8,
  uploadThroughput: (750 * 1024 * 0.9) / 8,
};
const slowdown = 4;
/** After this time without a paint, a shift or a request, the page counts as loaded. */
const quietMilliseconds = 2_000;
const patience = 120_000;

/**
 * Records entries as they come, because the browser's own buffers are short. The script is a text, because it runs in
 * the page, which does not know our types. The polls for a shown QR code are not part of the visit.
 */
const observe = `
  window.__isPart = ({ name }) => !name.includes('/v1/scans/') && !name.endsWith('.woff2');
  window.__seen = { paint: 0, what: '', shifts: [], tasks: [], last: 0, interaction: 0 };
  const watch = (type, note, more = {}) => new PerformanceObserver((list) => {
    const entries = list.getEntries().filter(window.__isPart);
    if (entries.length > 0) window.__seen.last = performance.now();
    entries.forEach(note);
  }).observe({ type, buffered: true, ...more });
  watch('largest-contentful-paint', (entry) => {
    window.__seen.paint = entry.startTime;
    window.__seen.what = (entry.element ? entry.element.textContent || entry.element.tagName : '?').slice(0, 20);
  });
  watch('event', (entry) => {
    if (entry.interactionId > 0) window.__seen.interaction = Math.max(window.__seen.interaction, entry.duration);
  }, { durationThreshold: 16 });
  watch('layout-shift', (entry) => {
    if (!entry.hadRecentInput) window.__seen.shifts.push([entry.startTime, entry.value]);
  });
  watch('longtask', (entry) => { window.__seen.tasks.push(entry.duration); });
  watch('resource', () => undefined);
`;
const summary = `(() => {
  const files = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(window.__isPart)
    .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]);
  return { ...window.__seen, files };
})()`;
interface Seen {
  readonly paint: number;
  readonly what: string;
  readonly interaction: number;
  readonly shifts: readonly (readonly [at: number, value: number])[];
  readonly tasks: readonly number[];
  readonly files: readonly (readonly [path: string, bytes: number])[];
}

/** Opens a page in a browser context of its own, so that nothing is cached, and waits until the page has loaded. */
export async function visit(
  browser: Browser,
  origin: string,
  { path, heading, act }: Destination,
  { viewport, slow }: Conditions,
  signedIn?: Awaited<ReturnType<BrowserContext['storageState']>>,
): Promise<{ visit: Visit; state: Awaited<ReturnType<BrowserContext['storageState']>> }> {
  const context = await browser.newContext({
    viewport,
    locale: 'zh-CN',
    ...(signedIn ? { storageState: signedIn } : {}),
  });
  try {
    const page = await context.newPage();
    await page.addInitScript(observe);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    // Most visitors have a Chinese font and download none; machines that run benchmarks often have none.
    await devtools.send('Network.setBlockedURLs', { urls: ['*.woff2'] });
    if (slow) {
      await devtools.send('Network.emulateNetworkConditions', slow4g);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    }
    await page.goto(origin + path, { timeout: patience, waitUntil: 'commit' });
    await page.getByRole('heading', { name: heading, exact: true }).waitFor({ timeout: patience });
    const seen = await untilQuiet(page);
    let interaction = 0;
    if (act) {
      await act(page);
      ({ interaction } = await untilQuiet(page));
    }
    // The refresh cookie changes with every page load.
    return { visit: { ...measured(seen), interaction }, state: await context.storageState() };
  } finally {
    await context.close();
  }
}

async function untilQuiet(page: Page): Promise<Seen> {
  const from = performance.now();
  while (!(await page.evaluate(`performance.now() - window.__seen.last > ${quietMilliseconds}`))) {
    if (performance.now() - from > patience) throw new Error(`${page.url()} does not come to rest`);
    await setTimeout(100);
  }
  return (await page.evaluate(summary)) as Seen;
}

function measured({ paint, what, shifts, tasks, files }: Seen): Omit<Visit, 'interaction'> {
  const bytes = (list: Seen['files']): number => list.reduce((sum, [, size]) => sum + size, 0);
  return {
    scriptBytes: bytes(files.filter(([path]) => path.endsWith('.js'))),
    allBytes: bytes(files),
    requests: files.length,
    largestPaint: paint,
    painted: what,
    layoutShift: worstWindow(shifts),
    longTasks: tasks.length,
    blocking: tasks.reduce((sum, duration) => sum + duration - 50, 0),
  };
}

/** Shifts that are less than a second apart count together, for at most five seconds. */
function worstWindow(shifts: Seen['shifts']): number {
  let [worst, sum, from, last] = [0, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [at, value] of shifts) {
    if (at - last > 1_000 || at - from > 5_000) [sum, from] = [0, at];
    last = at;
    sum += value;
    worst = Math.max(worst, sum);
  }
  return worst;
}
