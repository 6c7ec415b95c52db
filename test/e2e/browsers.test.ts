import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loggedInByFace, scanFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { keeping, long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal();

/** Checks that an element is inside the window, where a person sees it. */
async function expectSeen(what: Locator): Promise<void> {
  await what.waitFor();
  const { width, height } = what.page().viewportSize() ?? { width: 0, height: 0 };
  await expect
    .poll(async () => {
      const box = await what.boundingBox();
      return (
        box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y < height && box.width > 50
      );
    })
    .toBe(true);
}
const dropDown = (page: Page) => page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');

describe.each([
  ['less motion', undefined],
  ['motion', true],
] as const)('with %s', (_what, motion) => {
  const asked = motion ? { motion } : {};
  // The fault appears only with reduced motion; every other browser test runs with reduced motion too.
  const look = motion ? long : it;
  look('REG-1 DOC-1 the document types drop down where they are seen, open and close again', async () => {
    for (const size of [{}, { width: 360, height: 740 }]) {
      const page = await portal.open('/register', { ...size, ...asked });
      for (let round = 0; round < 2; round++) {
        await page.getByLabel('证件类型').click();
        await expectSeen(dropDown(page));
        await dropDown(page)
          .locator('.ant-select-item-option')
          .nth(1 + round)
          .click();
        await dropDown(page)
          .waitFor({ state: 'detached' })
          .catch(() => dropDown(page).waitFor({ state: 'hidden' }));
      }
    }
  });

  long('CHN-1 so do the lists of the desk', async () => {
    const page = await portal.open('/desk', asked);
    const boxes = page.locator('input[role=combobox]:enabled');
    await boxes.nth(3).waitFor();
    const count = await boxes.count();
    expect(count).toBeGreaterThan(3);
    for (let index = 0; index < count; index++) {
      const box = boxes.nth(index);
      await box.scrollIntoViewIfNeeded();
      await box.click();
      await expectSeen(dropDown(page).last());
      await page.keyboard.press('Escape');
      await expect.poll(() => dropDown(page).count()).toBe(0);
    }
  });
});

const noStorage = {
  throwing: `for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied', 'SecurityError'); } });
    window.BroadcastChannel = function () { throw new DOMException('Access is denied', 'SecurityError'); };
    LockManager.prototype.request = () => Promise.reject(new DOMException('Access is denied', 'SecurityError'));`,
  null: `for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get: () => null });`,
  full: `Storage.prototype.setItem = () => { throw new DOMException('Full', 'QuotaExceededError'); };`,
  'missing with all else that is optional': `for (const name of ['localStorage', 'sessionStorage', 'BroadcastChannel', 'matchMedia'])
    Object.defineProperty(window, name, { value: undefined });
    for (const name of ['locks', 'clipboard'])
      Object.defineProperty(Navigator.prototype, name, { get: () => undefined });
    Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined });`,
};

describe.each(Object.entries(noStorage))('storage: %s', (_what, lacking) => {
  long('DOC-4 SES-1 the portal works without memory: a login, a choice of look, a reload', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open('/login', { lacking });
    await page.getByRole('button', { name: '大字版' }).click();
    expect(await page.evaluate('document.documentElement.dataset.type')).toBe('large');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await page.getByLabel('个人用户密码').fill(who.password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await page.getByRole('button', { name: '退出' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
  });

  long('the other pages appear, too', async () => {
    for (const path of ['/register', '/forgot-password', '/legacy', '/desk', '/s/x']) {
      const page = await portal.open(path, { lacking });
      await page
        .getByRole('heading', { level: 1 })
        .or(page.getByRole('heading', { level: 2 }))
        .first()
        .waitFor();
    }
  });
});

describe('browsers that can’t run the pages', () => {
  const chinese = 'Chrome 111、Edge 111、Firefox 114、Safari 16.4';
  const english = 'Chrome 111, Edge 111, Firefox 114, Safari 16.4';
  const says = async (page: Page, inside = '#old-browser') => {
    for (const hasText of [chinese, english]) await expectSeen(page.locator(`${inside} p`, { hasText }));
  };

  long('without JavaScript a sentence in both languages says which browsers serve', async () => {
    await says(await portal.open('/login', { javaScript: false, width: 360, height: 640 }), 'noscript');
  });

  keeping(1)([
    ['modules', 'delete HTMLScriptElement.prototype.noModule'],
    ['constructed style sheets', 'delete CSSStyleSheet.prototype.replaceSync'],
    ['dialogs', 'delete HTMLDialogElement.prototype.showModal'],
  ])('an engine without %s is told the same', async (_what, lacking) => {
    await says(await portal.open('/login', { lacking, broken: true }));
  });

  long('so is one that can’t read our syntax', async () => {
    const page = await portal.open('/s/x', { broken: true });
    await page.route('**/assets/index-*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'const newer = ;' }),
    );
    await page.goto('/login');
    await says(page);
  });

  long('everybody else never sees it', async () => {
    const page = await openSignedIn(
      portal,
      (await loggedInByFace(portal.runtime, await settled(portal.runtime))).cookie,
    );
    await page.getByRole('button', { name: '退出' }).waitFor();
    for (const text of [chinese, english]) expect(await page.getByText(text).isVisible()).toBe(false);
  });
});

describe('a phone', () => {
  const phone = { width: 360, height: 740, touch: true } as const;

  long('CHN-2 QR-1 opens the app instead of showing a code to itself; its head is one line', async () => {
    const page = await portal.open('/login', phone);
    const way = page.getByRole('link', { name: '在手机 APP 中打开' });
    await way.waitFor();
    expect(await way.getAttribute('href')).toBe(await portal.scanned(page, 'login'));
    expect(await page.getByRole('img', { name: '二维码' }).isVisible()).toBe(false);
    for (const language of ['English', '中文']) {
      expect((await page.locator('.top-inner').boundingBox())?.height).toBeLessThanOrEqual(56);
      await page.getByRole('button', { name: language, exact: true }).click();
    }
    await expectFits(page);
    await expectAccessible(page);
    await picture(page, 'login-phone');
  });
});
