import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inCompany } from '../flows/support/relations.ts';
import { company } from '../flows/support/staff.ts';
import { loggedInByFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { keeping, long } from '../support/variants.ts';
import { expectAccessible, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal();
const account = '居民身份证号码/手机号码/用户名';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The page's scripts arrive only when `arrive` is called, as on a slow network. */
async function withoutScripts(page: Page, path: string): Promise<() => void> {
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route('**/assets/*.js', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator('#main').waitFor({ state: 'attached' });
  return arrive;
}

describe('the login page before its scripts have come', () => {
  it('LGN-1 is the real form, in its colours; what was typed and clicked meanwhile is taken over', async () => {
    const page = await portal.open('/help', { dark: true });
    const arrive = await withoutScripts(page, '/');
    await page.getByRole('tab', { name: '代理业务' }).waitFor();
    const height = (await page.getByLabel(account).boundingBox())?.height ?? 0;
    expect(height).toBeGreaterThanOrEqual(40);
    expect(await page.evaluate('getComputedStyle(document.querySelector("#account")).backgroundColor')).toBe(
      'rgb(23, 30, 41)',
    );
    await expectAccessible(page);
    await picture(page, 'first-view-dark');
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel(account).fill('13800000000');
    await page.getByLabel('个人用户密码').fill('Wrong#2058');
    await page.getByLabel('个人用户密码').press('Enter');
    const made = await page.evaluateHandle('document.querySelector("#account")');
    expect(new URL(page.url()).search).toBe('');
    arrive();
    await page.getByText('手机号码不存在').waitFor();
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.getByRole('tab', { name: '自然人业务', selected: true }).waitFor();
    expect(await page.getByLabel(account).inputValue()).toBe('13800000000');
    // React has taken over the existing element and has not drawn a new one.
    expect(await (await made.getProperty('isConnected')).jsonValue()).toBe(true);
    await page.getByRole('img', { name: '二维码' }).waitFor();
  });

  it('stays unseen by who has chosen another language or look, whose own page follows', async () => {
    const page = await portal.open('/help');
    await button(page, 'English').click();
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    const arrive = await withoutScripts(page, '/login');
    expect(await page.locator('#account').isVisible()).toBe(false);
    arrive();
    await button(page, 'Log in').waitFor();
    expect(await page.getByText('登录', { exact: true }).count()).toBe(0);
  });
});

describe('other pages before their scripts have come', () => {
  long(
    'REG-1 the registration is the real form; what was typed and ticked meanwhile is taken over',
    async () => {
      const page = await portal.open('/help');
      const arrive = await withoutScripts(page, '/register');
      await page.getByRole('heading', { name: '填写身份信息' }).waitFor();
      await expectAccessible(page);
      await page.getByLabel('姓名').fill('张三');
      await page.getByLabel('证件号码').fill('1101');
      await page.getByRole('checkbox').first().check();
      const made = await page.evaluateHandle('document.querySelector("#documentNumber")');
      await button(page, '下一步：填写基本信息').click();
      arrive();
      // The form was checked: only the document number is wrong.
      await page.getByText(/证件号码不正确/).waitFor();
      expect(await page.getByLabel('姓名').inputValue()).toBe('张三');
      expect(await page.getByRole('checkbox').first().isChecked()).toBe(true);
      expect(await page.locator('.ant-form-item-explain-error').count()).toBe(1);
      expect(await (await made.getProperty('isConnected')).jsonValue()).toBe(true);
    },
  );

  keeping(0)(['自然人', '法定代表人'])(
    'SES-2 the first screen of a %s has its frame, and its cookie and all that it reads are asked once, before its scripts have come',
    async (role) => {
      const { runtime } = portal;
      const { cookie } =
        role === '自然人'
          ? await loggedInByFace(runtime, await settled(runtime))
          : await company(runtime).then(({ boss, id }) => inCompany(runtime, boss.who, id));
      const page = await openSignedIn(portal, cookie, '/help');
      // Waits until the requests of the page before have ended.
      await button(page, '退出').waitFor();
      await page.waitForLoadState('networkidle');
      const asked: string[] = [];
      page.on('request', (request) => {
        const { pathname, search } = new URL(request.url());
        if (pathname.startsWith('/v1/')) asked.push(pathname + search);
      });
      const arrive = await withoutScripts(page, '/me');
      await page.getByRole('contentinfo').getByText('主办单位').waitFor();
      // Config, cookie, and seven reads.
      await expect.poll(() => asked.length, { timeout: 15_000 }).toBe(9);
      const early = [...asked];
      expect(early).toEqual(expect.arrayContaining(['/v1/config', '/v1/session/refresh', '/v1/account']));
      arrive();
      await page.getByText('没有需要您处理的事项').waitFor();
      await page.getByText(role).first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(asked).toEqual(early);
      // Later reads are asked anew.
      await page.getByRole('link', { name: '安全记录' }).first().click();
      await expect.poll(() => asked.slice(early.length)).toContain('/v1/account/activity');
    },
  );

  long('SES-2 a read that was asked early and failed is asked again', async () => {
    const { cookie } = await loggedInByFace(portal.runtime, await settled(portal.runtime));
    const page = await openSignedIn(portal, cookie, '/help');
    await button(page, '退出').waitFor();
    await page.waitForLoadState('networkidle');
    await page.route('**/v1/account', (route) => route.abort());
    const arrive = await withoutScripts(page, '/me');
    await page.waitForRequest('**/v1/account');
    await page.unroute('**/v1/account');
    arrive();
    // The read that failed early is asked again.
    await page.waitForResponse('**/v1/account');
    await page.getByText('没有需要您处理的事项').waitFor();
  });
});
