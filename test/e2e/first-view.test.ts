import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, picture, usePortal } from './support/browser.ts';

const portal = usePortal();
const account = '居民身份证号码/手机号码/用户名';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The page's scripts are on their way until `arrive` is called, as on a slow network. */
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
  await page.locator('#account').waitFor({ state: 'attached' });
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
    // Taken over, not drawn anew.
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
