import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Identity } from '#contract/schemas.ts';
import { menuOf } from '../../portal/src/pages/me/entries.ts';
import { agencyFirm, claimed, client, entering } from '../flows/support/agencies.ts';
import { inCompany } from '../flows/support/relations.ts';
import { company } from '../flows/support/staff.ts';
import { allowing } from '../support/patience.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal({ policies: { oneWebSession: false } });
const small = { width: 360, height: 740 };
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const groundOf = (page: Page, selector: string) =>
  page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`) as Promise<string>;
/** Waits until the page loads nothing more. */
const stands = (page: Page) =>
  expect.poll(() => page.getByText(/^(正在加载|Loading)$/).count(), { timeout: allowing(30_000) }).toBe(0);

describe('a dark system', () => {
  long(
    'every kind of page is dark and readable: form, first screen, table, dialog, text; paper stays light',
    async () => {
      const { boss, id } = await company(portal.runtime);
      const login = await portal.open('/login', { ...small, dark: true });
      await login.getByRole('img', { name: '二维码' }).waitFor();
      expect(await groundOf(login, '.card')).toBe('rgb(23, 30, 41)');
      // In every theme a QR code is dark on a light ground.
      expect(await groundOf(login, '.scan-code')).toBe('rgb(255, 255, 255)');
      await expectAccessible(login);
      await picture(login, 'dark-login-360');
      await login.goto('/help');
      await login.getByRole('heading', { level: 1 }).waitFor();
      await expectAccessible(login);

      const page = await openSignedIn(portal, (await inCompany(portal.runtime, boss.who, id)).cookie, '/me', {
        dark: true,
      });
      await page.getByText('实名等级').first().waitFor();
      await stands(page);
      await expectAccessible(page);
      await picture(page, 'dark-me');
      await page.goto('/me/staff');
      await page.getByRole('row').nth(1).waitFor();
      await expectAccessible(page);
      await button(page, '添加办税人员').click();
      await page.getByRole('dialog').getByLabel('姓名').waitFor();
      await expectAccessible(page);
      await picture(page, 'dark-dialog');
      await page.keyboard.press('Escape');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)');
      // The system's setting may change while the page is open.
      await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
      expect(await groundOf(page, '.card')).toBe('rgb(255, 255, 255)');
    },
  );
});

describe('colours of the system’s own', () => {
  it('forced-colors: what is chosen, waits or is good is told by more than a background', async () => {
    const page = await portal.open('/login', { forcedColors: true });
    await page.getByRole('tab').first().waitFor();
    const bordered = (selector: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).borderTopWidth`);
    expect(await bordered('.tabs [aria-selected=true]')).toBe('2px');
    expect(await bordered('.tabs [aria-selected=false]')).not.toBe('2px');
    await picture(page, 'forced-colors-login');
  });
});

describe('长辈版', () => {
  long(
    'one entry, few choices and large targets; kept by the browser, left by the header, and it logs in',
    async () => {
      const page = await portal.open('/login', small);
      await page.getByRole('img', { name: '二维码' }).waitFor();
      const choices = () => page.locator('main :is(a, button, input):visible').count();
      const before = await choices();
      await button(page, '长辈版').click();
      await expect.poll(() => page.getByRole('tab').count()).toBe(0);
      expect(await choices()).toBeLessThan(before / 1.5);
      expect(await page.getByLabel('统一社会信用代码/纳税人识别号').count()).toBe(0);
      const tooSmall = (await page.evaluate(`[...document.querySelectorAll('a, button, input, summary')]
      .filter((one) => one.checkVisibility() && !one.closest('.skip, .ant-input-affix-wrapper'))
      .map((one) => [one.textContent || one.id, Math.round(one.getBoundingClientRect().height)])
      .filter(([, height]) => height < 44)`)) as unknown[];
      expect(tooSmall).toEqual([]);
      await expectFits(page);
      await expectAccessible(page);
      await picture(page, 'elder-login-360');
      await page.reload();
      await button(page, '用手机扫码登录').waitFor();
      // One click shows the other entries.
      await button(page, '企业、代理业务和更多').click();
      await page.getByRole('tab', { name: '企业业务' }).waitFor();
      const { cookie } = await loggedInByFace(portal.runtime, await settled(portal.runtime));
      const signedIn = await openSignedIn(portal, cookie, '/me', small);
      await button(signedIn, '长辈版').click();
      await expect.poll(() => signedIn.locator('.tiles .tile').count()).toBeLessThanOrEqual(4);
      await stands(signedIn);
      await expectFits(signedIn);
      await expectAccessible(signedIn);
      await picture(signedIn, 'elder-me-360');
      await button(signedIn, '标准版').click();
      await button(signedIn, '长辈版').waitFor();
      expect(await signedIn.evaluate('localStorage.elder')).toBeUndefined();
    },
  );
});

/** Every pair of the settings language, theme and size occurs in one of these looks. */
const looks = [
  { dark: false, english: false, large: false },
  { dark: true, english: false, large: true },
  { dark: false, english: true, large: true },
  { dark: true, english: true, large: false },
] as const;

async function inEveryLook(page: Page, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(path);
    for (const { dark, english, large } of looks) {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      const turn = async (name: string | RegExp) => {
        const wanted = page.getByRole('banner').getByRole('button', { name });
        if ((await wanted.count()) > 0) await wanted.click();
      };
      await turn(english ? 'English' : '中文');
      // English comes in a file of its own.
      await expect
        .poll(() => page.evaluate('document.documentElement.lang'), { timeout: 15_000 })
        .toBe(english ? 'en' : 'zh-CN');
      await turn(large ? /^(大字版|Large type)$/ : /^(标准版|Normal type)$/);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await stands(page);
      await expectAccessible(page);
      await expectFits(page);
      // Parts that are put together keep to the language, too.
      if (english) expect(await page.locator('main').innerText(), path).not.toMatch(/[：；，。（）]/);
    }
  }
}
const pagesOf = (identity: Identity, isAgency: boolean): string[] => [
  '/me',
  ...menuOf(identity, isAgency).flatMap(({ entries }) => entries.map((entry) => `/me/${entry}`)),
];

describe('every page in both languages, both themes, normal and large type', () => {
  long(
    'before the login',
    async () => {
      await inEveryLook(await portal.open('/help', small), [
        '/login',
        '/legacy',
        '/register',
        '/forgot-password',
        '/recover-phone',
        '/help',
        '/about',
        '/s/x',
        '/sso/error',
        '/nowhere',
      ]);
    },
    900_000,
  );
  long(
    'CTR-1 a natural person’s',
    async () => {
      const { boss } = await company(portal.runtime);
      const { session, cookie } = await loggedInByFace(portal.runtime, boss.who);
      await inEveryLook(await openSignedIn(portal, cookie, '/me', small), pagesOf(session.identity, false));
    },
    900_000,
  );
  long(
    'CTR-1 AGY-2 an agency’s, as a company',
    async () => {
      const agency = await agencyFirm(portal.runtime);
      const agent = await settled(portal.runtime);
      expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [claimed(agent)] }), 200);
      expectStatus(
        await agency.api(
          'POST',
          '/v1/agency/agreements',
          entering(await client(portal.runtime), [claimed(agent)], {
            from: '2026-01-01',
            until: '2099-12-31',
          }),
        ),
        201,
      );
      const { session, cookie } = await inCompany(portal.runtime, agency.boss, agency.id);
      await inEveryLook(await openSignedIn(portal, cookie, '/me', {}), pagesOf(session.identity, true));
    },
    900_000,
  );
});
