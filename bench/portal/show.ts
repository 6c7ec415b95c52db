import type { Browser, BrowserContext } from 'playwright-core';
import { type Runtime, startRuntime } from '../../infra/local/runtime.ts';
import { chromiumPath, launchChromium } from '../../test/support/chromium.ts';
import { clientOf } from '../../test/support/client.ts';
import { person } from '../../test/support/people.ts';
import { codeFor, feed, named, register } from '../companies.ts';
import { median, progress, say, table, title, verdict } from '../print.ts';
import { type Conditions, type Destination, type Visit, visit } from './visit.ts';

/** Visits of each kind, unless BENCH_VISITS names another number. */
const visits = Number(process.env.BENCH_VISITS ?? 5);
const pages: readonly Destination[] = [
  {
    path: '/login',
    heading: '登录',
    act: async (page) => {
      await page.getByRole('tab', { name: '自然人业务' }).click();
      await page.getByLabel('居民身份证号码/手机号码/用户名').pressSequentially('zhangwei85', { delay: 60 });
      await page.getByRole('tab', { name: '企业业务' }).click();
      // The form then says which fields are missing.
      await page.getByRole('button', { name: '登录', exact: true }).click();
      await page.getByRole('button', { name: '大字版' }).click();
    },
  },
  { path: '/register', heading: '填写身份信息' },
  { path: '/me', heading: '我的信息' },
];
const conditions: readonly Conditions[] = [
  { name: 'as they are', viewport: { width: 1280, height: 900 }, slow: false },
  { name: 'slow 4G, CPU ÷ 4', viewport: { width: 360, height: 740 }, slow: true },
];
/** Bytes: the limit for the compressed script of the login page's first load. */
const scriptLimit = 200 * 1024;
/**
 * Milliseconds that the Web Vitals call good, and half of the shift that they call good; for the slow conditions too.
 */
const [paintGood, shiftGood, interactionGood] = [2_500, 0.05, 200];

/** Part `portal`: first visits without a cache, in the headless Chromium of the tests, to the local runtime. */
export async function showPortal(): Promise<void> {
  title(`The portal in headless Chromium: first visits, nothing cached, medians of ${visits}`);
  progress('starting the local runtime with the portal');
  const [runtime, browser] = await Promise.all([
    startRuntime({ inMemory: true, quiet: true, portal: true }),
    chromiumPath().then(launchChromium),
  ]);
  try {
    const signedIn = await logIn(runtime, browser);
    const rows: (string | number)[][] = [];
    let loginScript = Number.NaN;
    for (const page of pages)
      for (const condition of conditions) {
        progress(`${page.path}, ${condition.name}`);
        const seen: Visit[] = [];
        for (let time = 0; time < visits; time++) seen.push(await signedIn.visiting(page, condition));
        const middle = (of: (one: Visit) => number): number => median(seen.map(of));
        if (page.path === '/login') loginScript = middle(({ scriptBytes }) => scriptBytes);
        rows.push([...cells(page, condition, middle), seen[0]?.painted ?? '']);
      }
    table(
      [
        'page',
        'network and processor',
        'script KB',
        'all KB',
        'requests',
        'largest paint ms',
        '',
        'layout shift',
        '',
        'next paint ms',
        '',
        'long tasks',
        'blocking ms',
        'largest is',
      ],
      rows,
    );
    say(
      `\nScript of the login page: ${kilobytes(loginScript)} KB compressed; limit ${kilobytes(scriptLimit)} KB: ${verdict(loginScript, scriptLimit)}`,
    );
    say(
      `ok: a largest paint within ${paintGood} ms, a layout shift within ${shiftGood}, the slowest answer to a key or click within ${interactionGood} ms. As on machines with a Chinese font: no web font.`,
    );
  } finally {
    await Promise.all([browser.close(), runtime.stop()]);
  }
}

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);

function cells(
  { path }: Destination,
  { name }: Conditions,
  middle: (of: (one: Visit) => number) => number,
): (string | number)[] {
  const paint = middle(({ largestPaint }) => largestPaint);
  const shift = middle(({ layoutShift }) => layoutShift);
  return [
    path,
    name,
    kilobytes(middle(({ scriptBytes }) => scriptBytes)),
    kilobytes(middle(({ allBytes }) => allBytes)),
    middle(({ requests }) => requests),
    Math.round(paint),
    verdict(paint, paintGood),
    shift.toFixed(3),
    verdict(shift, shiftGood),
    ...interactionCells(middle(({ interaction }) => interaction)),
    middle(({ longTasks }) => longTasks),
    Math.round(middle(({ blocking }) => blocking)),
  ];
}

const interactionCells = (slowest: number): (string | number)[] =>
  slowest === 0 ? ['', ''] : [Math.round(slowest), verdict(slowest, interactionGood)];

/** A person's session in the browser's cookies; each visit passes the changed cookies on to the next one. */
async function logIn(runtime: Runtime, browser: Browser) {
  const who = person();
  await feed(runtime, [
    { type: 'collection', version: 1, person: named(who), phone: who.phone, officer: '1' },
  ]);
  await register(runtime, who);
  const http = clientOf(runtime.url);
  const opened = await http('POST', '/v1/logins', {
    entry: 'natural',
    account: who.documentNumber,
    password: who.password,
  });
  const path = `/v1/logins/${opened.body.loginId}`;
  await http('POST', `${path}/sms`);
  const { cookie = '' } = await http('POST', `${path}/verify`, { smsCode: codeFor(runtime, who.phone) });
  const at = cookie.indexOf('=');
  let state: Awaited<ReturnType<BrowserContext['storageState']>> = {
    cookies: [
      {
        name: cookie.slice(0, at),
        value: cookie.slice(at + 1),
        domain: '127.0.0.1',
        path: '/',
        expires: -1,
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      },
    ],
    origins: [],
  };
  return {
    visiting: async (page: Destination, condition: Conditions): Promise<Visit> => {
      const own = page.path.startsWith('/me');
      const done = await visit(browser, runtime.url, page, condition, own ? state : undefined);
      if (own) state = done.state;
      return done.visit;
    },
  };
}
