import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, beforeEach, expect } from 'vitest';
import { exchange, granted } from '../flows/support/hand-overs.ts';
import { standIn } from '../flows/support/rps.ts';
import { queryOf } from '../flows/support/sso.ts';
import { localPartner, loggedInByQr, workingAs } from '../support/channel-partner.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson } from '../support/watched.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';
import { taxPages } from './support/tax-pages.ts';

/**
 * Two further ways between a tax system and the portal: a logout that the system begins, and an entry from the app
 * whose web view shows the system.
 */
const pages = await taxPages(() => portal);
const { client: filing } = await pages.system('filing-web', {
  name: { zh: '申报缴纳系统', en: 'Filing and payment' },
});
const bye = pages.back('invoice-web');
const invoice = await standIn('invoice-web', {
  name: { zh: '电子发票服务平台', en: 'Electronic invoices' },
  postLogoutRedirectUris: [bye],
});
const portal = usePortal({ relyingParties: [filing, invoice.client] });
afterAll(invoice.stop);
beforeEach(() => {
  invoice.tokens.length = 0;
});

const logoutAt = (asked: Readonly<Record<string, string>>) =>
  `${portal.runtime.url}/oauth2/logout?${queryOf(asked)}`;
const cookiesOf = async (page: Page) =>
  (await page.context().cookies(portal.runtime.url)).map(({ name }) => name);

/** A person who is logged in in a browser and has entered the invoice system, with the ID token that the system got. */
async function entered(path = '/me') {
  const who = await knownPerson(portal.runtime);
  const { session, cookie } = await loggedInByQr(portal.runtime, who);
  const code = await granted(portal.runtime, invoice, session.accessToken);
  const { body } = await exchange(portal.runtime, invoice, code);
  return { page: await openSignedIn(portal, cookie, path), idToken: String(body.id_token) };
}

long(
  'SSO-10 SSO-13 a system that names no hand-over of this session: the person is asked, stays, confirms, and is back with its state',
  async () => {
    const { page, idToken } = await entered();
    const asked = { client_id: 'invoice-web', post_logout_redirect_uri: bye, state: 'a state & more' };
    await page.goto(logoutAt(asked));
    await page.getByText('“电子发票服务平台”请求您退出电子税务局。').waitFor();
    await expectAccessible(page);
    await picture(page, 'sso-logout-asked');
    await page.getByRole('button', { name: '不退出' }).click();
    await page.waitForURL('**/me');
    expect(await cookiesOf(page)).toContain('__Host-refresh');
    expect(invoice.tokens).toEqual([]);

    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(logoutAt(asked));
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('“Electronic invoices” asks you to log out of the e-tax bureau.').waitFor();
    await expectFits(page);
    await picture(page, 'sso-logout-asked-360-en');
    await page.getByRole('button', { name: 'Log out', exact: true }).last().click();
    expect(await pages.cameBack(page, 'invoice-web')).toEqual({ state: 'a state & more' });
    expect(await cookiesOf(page)).not.toContain('__Host-refresh');
    await portal.runtime.settled();
    expect(invoice.tokens.map((token) => decodeJwt(token).sid)).toEqual([decodeJwt(idToken).sid]);
  },
);

long(
  'SSO-10 a system that names its hand-over of this session: nobody is asked, another tab is logged out, too; without an address the page stays',
  async () => {
    const { page, idToken } = await entered();
    const tab = await portal.tab(page);
    await tab.getByRole('button', { name: '退出' }).waitFor();
    await page.goto(logoutAt({ id_token_hint: idToken, post_logout_redirect_uri: bye, state: 's' }));
    expect(await pages.cameBack(page, 'invoice-web')).toEqual({ state: 's' });
    await tab.getByRole('button', { name: '退出' }).waitFor({ state: 'detached' });

    const other = await entered();
    await other.page.goto(logoutAt({ id_token_hint: other.idToken }));
    await other.page.getByText('您已退出电子税务局。').waitFor();
    await expectAccessible(other.page);
    await other.page.getByRole('link', { name: '重新登录' }).click();
    await other.page.getByRole('tab', { name: '自然人业务' }).waitFor();
    expect(await cookiesOf(other.page)).not.toContain('__Host-refresh');
  },
);

long(
  'SSO-10 SSO-13 an address that is not registered: a page in the person’s language, nobody sent anywhere, nobody logged out',
  async () => {
    const { page, idToken } = await entered();
    const elsewhere = `${pages.origin}/elsewhere`;
    await page.goto(logoutAt({ id_token_hint: idToken, post_logout_redirect_uri: elsewhere }));
    await page.getByText('该系统在退出后要返回的地址没有在电子税务局登记。').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'English' }).click();
    await page
      .getByText('The address that the system wants you at after logging out is not registered.')
      .waitFor();
    await picture(page, 'sso-logout-refused-en');
    expect(await page.content()).not.toContain('elsewhere');
    await page.goto(logoutAt({ id_token_hint: 'none of ours' }));
    await page
      .getByText('What the system says of your login cannot be read, so nobody was logged out.')
      .waitFor();
    await page.goto('/me');
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  },
);

long(
  'SSO-10 without a session the browser goes on at once; what is older than ten minutes is over',
  async () => {
    const page = await portal.open(
      logoutAt({ client_id: 'invoice-web', post_logout_redirect_uri: bye, state: 'nobody' }),
    );
    expect(await pages.cameBack(page, 'invoice-web')).toEqual({ state: 'nobody' });
    const stays = await portal.open(logoutAt({}));
    await stays.getByText('您已退出电子税务局。').waitFor();
    await stays.goto(`/sso/logout#${'A'.repeat(32)}`);
    await stays.reload();
    await stays.getByText('该请求已失效。').waitFor();
  },
);

/** A web view: how its app answers the page, and what the page asked of the app. */
async function webView(answer: (call: { method: string; path: string }) => unknown) {
  const page = await portal.open('/legacy', { width: 360, height: 800 });
  const calls: unknown[] = [];
  await page.exposeFunction('appHandsOver', async (call: { method: string; path: string }) => {
    calls.push(call);
    return answer(call);
  });
  await page.addInitScript('window.ahtaxApp = { handOver: (call) => window.appHandsOver(call) };');
  await page.goto(pages.start('filing-web'));
  return { page, calls };
}
/** The app's server calls with its assertion for the person who is logged in in the app. */
const byApp =
  (who: Known) =>
  async ({ method, path }: { method: string; path: string }) =>
    expectStatus(await localPartner(portal.runtime, 'ahtax-app', workingAs(who)).call(method, path), 200)
      .body;
const isPath = /^\/v1\/channel\/sso\/[\w-]{32}$/;

long(
  'SSO-4 QR-1 the app that shows the page says who enters: no login, and no session in its web view',
  async () => {
    const { page, calls } = await webView(byApp(await knownPerson(portal.runtime)));
    expect(await pages.cameBack(page, 'filing-web')).toEqual({
      code: expect.stringMatching(/^[\w-]{43}\.s1\.[\w.-]+$/),
      state: 'state-of-the-system',
      iss: portal.runtime.issuer,
    });
    expect(calls).toEqual([{ method: 'POST', path: expect.stringMatching(isPath) }]);
    expect(await cookiesOf(page)).not.toContain('__Host-refresh');
  },
);

long(
  'SSO-4 QR-1 an app that does not, cannot, or says something else: the person logs in on the page',
  async () => {
    const answers: [string, (call: { method: string; path: string }) => unknown][] = [
      ['does not want to', () => null],
      ['is refused', () => Promise.reject(new Error('403 IDENTITY_NOT_ACCEPTED'))],
      ['answers no address', () => ({ redirectTo: 'javascript:document.title="evil"' })],
    ];
    for (const [, answer] of answers) {
      const { page, calls } = await webView(answer);
      await page.getByText('请先登录，登录后将进入“申报缴纳系统”。').waitFor();
      expect(calls).toEqual([{ method: 'POST', path: expect.stringMatching(isPath) }]);
      expect(await page.title()).not.toContain('evil');
      await expectFits(page);
    }
  },
);
