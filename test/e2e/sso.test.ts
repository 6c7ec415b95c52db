import { expect, it } from 'vitest';
import { companyOf } from '../flows/support/registry.ts';
import { giveRelation, inCompany } from '../flows/support/relations.ts';
import { handedOver } from '../flows/support/rps.ts';
import { pushed, queryOf } from '../flows/support/sso.ts';
import { localPartner, loggedInByQr, workingAs } from '../support/channel-partner.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { knownPerson } from '../support/watched.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';
import { taxPages } from './support/tax-pages.ts';

const pages = await taxPages(() => portal);
const { origin, cameBack } = pages;
const systems = await Promise.all([
  pages.system('filing-web', { name: { zh: '申报缴纳系统', en: 'Filing and payment' } }),
  pages.system('invoice-web', {
    name: { zh: '电子发票服务平台', en: 'Electronic invoices' },
    accepts: { kinds: ['enterprise'] },
    silent: false,
  }),
]);
const [filing] = systems as [(typeof systems)[0], (typeof systems)[0]];
const portal = usePortal({ relyingParties: systems.map(({ client }) => client) });

long(
  'SSO-2 SSO-4 SSO-9 SSO-13 from another site: login first, which names the system, and back with a code',
  async () => {
    const who = await knownPerson(portal.runtime);
    const page = await portal.open(`${origin}/start/filing-web`, { width: 360 });
    await page.getByText('请先登录，登录后将进入“申报缴纳系统”。').waitFor();
    await expectFits(page);
    await picture(page, 'sso-login-first');
    const phone = localPartner(portal.runtime, 'ahtax-app', workingAs(who));
    expectStatus(await phone.confirmCode(await portal.scanned(page, 'login')), 204);
    expect(await cameBack(page, 'filing-web')).toEqual({
      code: expect.stringMatching(/^[\w-]{43}\.s1\.[\w.-]+$/),
      state: 'state-of-the-system',
      iss: portal.runtime.issuer,
    });
    // The second entry asks nothing, and the browser's history contains no waiting page of ours.
    await page.goto(`${origin}/start/filing-web`);
    expect((await cameBack(page, 'filing-web')).code).toMatch(/^[\w-]{43}\.s1\.[\w.-]+$/);

    // The request demands a login that is newer than the request: the page offers a login, and the same request
    // continues.
    portal.runtime.clock.advance(5);
    await page.goto(`${origin}/start/filing-web?prompt=login`);
    await page.getByRole('button', { name: '重新登录' }).click();
    await page.getByText('请先登录，登录后将进入“申报缴纳系统”。').waitFor();
    expectStatus(await phone.confirmCode(await portal.scanned(page, 'login')), 204);
    expect((await cameBack(page, 'filing-web')).code).toMatch(/^[\w-]{43}\.s1\.[\w.-]+$/);

    const stranger = await portal.open(`${origin}/start/filing-web`);
    await stranger.getByRole('button', { name: '不登录，返回该系统' }).click();
    expect((await cameBack(stranger, 'filing-web')).error).toBe('access_denied');
  },
);

long(
  'SSO-4 SSO-13 a tile leads to the question which system gets what, as whom; entered systems are listed',
  async () => {
    const who = await knownPerson(portal.runtime);
    const taxpayerId = await companyOf(portal.runtime, await knownPerson(portal.runtime));
    await giveRelation(portal.runtime, who, taxpayerId, 'tax-handler');
    const { session, cookie } = await inCompany(portal.runtime, who, taxpayerId);
    const page = await openSignedIn(portal, cookie, '/me');
    await page.getByRole('link', { name: '申报缴纳系统' }).waitFor();
    await picture(page, 'sso-tiles');
    await page.getByRole('link', { name: '电子发票服务平台' }).click();
    await page.getByRole('heading', { name: '进入“电子发票服务平台”' }).waitFor();
    await page.getByText('合肥徽香茶业有限公司 · 办税员').last().waitFor();
    await expectAccessible(page);
    await picture(page, 'sso-asked');
    await page.getByRole('button', { name: '以其他身份进入' }).click();
    await page.getByRole('button', { name: /^以此身份进入 合肥徽香茶业有限公司/ }).waitFor();
    // The page offers only the identities that the system accepts.
    expect(await page.getByRole('button', { name: /^以此身份进入/ }).count()).toBe(1);
    await picture(page, 'sso-choose');
    await page.getByRole('button', { name: /^以此身份进入/ }).click();
    expect((await cameBack(page, 'invoice-web')).code).toMatch(/^[\w-]{43}\.s1\.[\w.-]+$/);

    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${origin}/start/invoice-web`);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Enter “Electronic invoices”' }).waitFor();
    await expectFits(page);
    await picture(page, 'sso-asked-360-en');
    await page.getByRole('button', { name: 'Do not agree, go back' }).click();
    expect((await cameBack(page, 'invoice-web')).error).toBe('access_denied');

    // The row that the exchange of the code writes.
    await handedOver(portal.runtime, session.sessionId, 'invoice-web');
    await page.goto('/me/systems');
    await page.getByRole('button', { name: 'Leave it' }).waitFor();
    await expectFits(page);
    await picture(page, 'sso-systems-360-en');
    await page.getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('You have left the system').waitFor();
    await page.getByText('You have not entered a tax system in this login').waitFor();
    await page.goto('/me/activity');
    await page.getByText('Agreed to enter a tax system').first().waitFor();
    expect(await page.getByText('Electronic invoices').count()).toBeGreaterThan(1);
    await picture(page, 'sso-activity-360-en');
  },
);

it('SSO-9 STP-1 a matter of the system’s: the face is shown on the way, and the browser goes on by itself', async () => {
  const who = await knownPerson(portal.runtime);
  const { cookie } = await loggedInByQr(portal.runtime, who);
  const page = await openSignedIn(portal, cookie, '/me', { width: 360 });
  const details = JSON.stringify([{ type: 'matter', matter: 'refund.apply' }]);
  await page.goto(`${origin}/start/filing-web?authorization_details=${encodeURIComponent(details)}`);
  await page.getByRole('heading', { name: '请扫脸验证：申请退税' }).waitFor();
  await expectFits(page);
  await expectAccessible(page);
  await picture(page, 'sso-matter-360');
  const phone = localPartner(portal.runtime, 'ahtax-app', workingAs(who));
  expectStatus(await phone.showFace(await portal.scanned(page)), 200);
  expect((await cameBack(page, 'filing-web')).code).toMatch(/^[\w-]{43}\.s1\.[\w.-]+$/);
});

it('SSO-2 SSO-13 what cannot be answered there is a page here, in both languages, without what was sent', async () => {
  const { request_uri = '' } = (await pushed(portal.runtime, filing)).body as { request_uri?: string };
  portal.runtime.clock.advance(61);
  const query = queryOf({ client_id: 'filing-web', request_uri });
  const page = await portal.open(`/oauth2/authorize?${query}`);
  portal.runtime.clock.reset();
  await page.getByText('该系统的请求已失效，或已经使用过。').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('The request of the system is over, or was used already.').waitFor();
  await expectAccessible(page);
  await page.goto('/sso/error?reason=%3Cb%3Eevil%3C/b%3E');
  await page.getByText('The request of the system cannot be read.').waitFor();
  expect(await page.content()).not.toContain('evil');
  await picture(page, 'sso-error-en');
  await page.goto(`/sso#${'A'.repeat(32)}`);
  await page.getByText('Please go back to the system and enter again.').waitFor();
});
