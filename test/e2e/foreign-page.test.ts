import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { maskName } from '#domain/people/masks.ts';
import type { Sample } from '../support/people.ts';
import { loggedInByFace, loginTicket, scanFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { keeping, long } from '../support/variants.ts';
import { usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal();

/** A server with another site's pages; each test sets the page's content before it opens the page. */
let server: Server;
let html = '';
beforeAll(async () => {
  server = createServer((_incoming, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server?.close());
const portOf = () => (server.address() as AddressInfo).port;

const cookiesOf = async (page: Page) =>
  (await page.context().cookies()).map(({ name, value }) => ({ name, value }));
/** A login of the attacker that needs only the last call. */
async function nearlyLoggedIn(who: Sample) {
  const ticket = await loginTicket(portal.runtime, who);
  const scan = (await portal.runtime.http('POST', `/v1/logins/${ticket}/face`)).body;
  await scanFace(portal.runtime, scan.qrContent);
  return { path: `/v1/logins/${ticket}/verify`, faceTicket: scan.ticket as string };
}
/** Texts before and after the `=` that a form puts between name and value; the whole body then is valid JSON. */
const form = (action: string, faceTicket: string) => `<!doctype html><title>Win a prize</title>
  <form method="post" enctype="text/plain" action="${action}">
    <input name='{"faceTicket":"${faceTicket}","x":"' value='"}'>
  </form><script>document.forms[0].submit()</script>`;
const script = (action: string, faceTicket: string) => `<!doctype html><title>Trying</title><script>
  const body = ${JSON.stringify(JSON.stringify({ faceTicket }))};
  const from = (type) => fetch(${JSON.stringify(action)}, { method: 'POST', mode: 'no-cors', credentials: 'include',
    body: new Blob([body], type ? { type } : {}) }).catch(() => undefined);
  Promise.all([from(), from('text/plain')]).then(() => { document.title = 'Tried'; });</script>`;

describe('a foreign page in the same browser', () => {
  keeping(1)(['localhost', '127.0.0.1'])(
    'SES-2 a form of %s that posts its own login as text leaves my session mine',
    async (host) => {
      const [mine, theirs] = [await settled(portal.runtime), await settled(portal.runtime)];
      const page = await openSignedIn(portal, (await loggedInByFace(portal.runtime, mine)).cookie);
      await page.getByRole('button', { name: '退出' }).waitFor();
      const before = await cookiesOf(page);
      expect(before.map(({ name }) => name)).toEqual(['__Host-refresh']);

      const { path, faceTicket } = await nearlyLoggedIn(theirs);
      html = form(portal.runtime.url + path, faceTicket);
      const answered = page.waitForResponse((one) => one.url().endsWith(path));
      await page.goto(`http://${host}:${portOf()}/`, { waitUntil: 'commit' });
      const answer = await answered;
      expect(answer.request().headers()['content-type']).toBe('text/plain');
      expect([answer.status(), (await answer.json()).code]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
      expect(await cookiesOf(page)).toEqual(before);

      html = script(portal.runtime.url + path, faceTicket);
      await page.goto(`http://${host}:${portOf()}/`);
      await page.waitForFunction("document.title === 'Tried'");
      expect(await cookiesOf(page)).toEqual(before);

      // The login was complete: the portal's own page can finish it.
      expect((await portal.runtime.http('POST', path, { faceTicket })).status).toBe(200);
      await page.goto(`${portal.runtime.url}/me`);
      await page.locator('header').getByText(maskName(mine.name)).first().waitFor();
    },
  );
});

describe('the portal by another name', () => {
  long(
    'SES-2 SES-1 opened as localhost it goes on at its own address, and a reload keeps the session',
    async () => {
      const who = await settled(portal.runtime);
      const { port } = new URL(portal.runtime.url);
      const page = await portal.open(`http://localhost:${port}/login`);
      expect(page.url()).toBe(`${portal.runtime.url}/login`);
      await page.getByRole('tab', { name: '自然人业务' }).click();
      await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
      await page.getByLabel('个人用户密码').fill(who.password);
      await page.getByRole('button', { name: '登录', exact: true }).click();
      await page.getByRole('tab', { name: '扫脸验证' }).click();
      await scanFace(portal.runtime, await portal.scanned(page));
      await page.getByRole('button', { name: '退出' }).waitFor();
      await page.goto(`http://localhost:${port}/me`);
      await page.reload();
      await page.getByRole('button', { name: '退出' }).waitFor();
      expect(page.url()).toBe(`${portal.runtime.url}/me`);
    },
  );
});
