import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loggedInByFace } from '../support/door.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
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

  long(
    'SES-2 the first screen has its frame, and asks the cookie once, before its scripts have come',
    async () => {
      const { cookie } = await loggedInByFace(portal.door, await settled(portal.door));
      const page = await openSignedIn(portal, cookie, '/help');
      // Waits until the requests of the page before have ended.
      await button(page, '退出').waitFor();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      const answered = page.waitForResponse('**/v1/session/refresh');
      const arrive = await withoutScripts(page, '/me');
      await page.getByRole('contentinfo').getByText('主办单位').waitFor();
      await answered;
      arrive();
      await page.getByText('没有需要您处理的事项').waitFor();
      expect(asked.filter((path) => path === '/v1/session/refresh')).toHaveLength(1);
      expect(asked.filter((path) => path === '/v1/config')).toHaveLength(1);
    },
  );
});
