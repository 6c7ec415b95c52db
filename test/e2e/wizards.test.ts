import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { person, type Sample } from '../support/people.ts';
import { codeFor, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';

const portal = usePortal();

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const setPassword = async (page: Page, password: string) => {
  await page.getByLabel('新密码', { exact: true }).fill(password);
  await page.getByLabel('确认密码').fill(password);
};
const enterCode = async (page: Page, phone: string) => {
  await button(page, '获取验证码').click();
  await page.getByText('验证码已发送至').first().waitFor();
  await page.getByRole('textbox', { name: '短信验证码' }).fill(await codeFor(portal.runtime, phone));
};
const identify = async (page: Page, who: Sample) => {
  await page.getByLabel('姓名').fill(who.name);
  await page.getByLabel('证件号码').fill(who.documentNumber);
};

describe('registration', () => {
  long(
    'REG-1 REG-6 REG-5 in three steps; consents are readable, misses stand beside their field, what was typed stays',
    async () => {
      const who = person();
      const page = await portal.open('/register');
      await identify(page, who);
      await page.getByText('阅读《个人信息处理告知书》').click();
      await page.getByText('证件号码、姓名和手机号码加密保存').waitFor();
      await button(page, '下一步：填写基本信息').click();
      await page.getByText('请阅读并同意后继续').waitFor();
      await expectAccessible(page);
      await picture(page, 'register-identity');
      await page.getByLabel('我已阅读并同意《个人信息处理告知书》').check();
      await button(page, '下一步：填写基本信息').click();
      // Without the consent to the face check, only a hall record helps; the API says so.
      await page.getByRole('alert').waitFor();
      expect(await page.getByLabel('证件号码').inputValue()).toBe(who.documentNumber);
      await page.getByLabel('我同意《人脸信息处理告知书》，为本次注册进行人脸识别').check();
      await button(page, '下一步：填写基本信息').click();
      await page.getByRole('heading', { name: '填写基本信息' }).waitFor();
      await page.getByLabel('手机号码').fill(who.phone);
      await enterCode(page, who.phone);
      await setPassword(page, `Aa#${who.documentNumber.slice(0, 8)}`);
      await button(page, '下一步：扫脸验证').click();
      await page.getByText('不包含证件号码中连续 6 位及以上的内容').nth(1).waitFor();
      await setPassword(page, who.password);
      await expectAccessible(page);
      await button(page, '下一步：扫脸验证').click();
      const first = await portal.scanned(page);
      await portal.runtime.face('fail');
      await scanFace(portal.runtime, first);
      await page.getByText('扫脸验证未通过，还可以尝试 4 次').first().waitFor();
      await button(page, '点击刷新二维码').waitFor();
      await expectAccessible(page);
      await portal.runtime.face('pass');
      await scanFace(portal.runtime, first);
      await page.getByRole('heading', { name: '注册成功' }).waitFor();
      await page.getByText('您的实名等级为 4 级').waitFor();
      await picture(page, 'register-done');
      expect(page.url()).toBe(`${portal.runtime.url}/register`);
      // The registration has logged the person in, and the tab stores nothing of the journey.
      await page.getByRole('link', { name: '进入电子税务局' }).click();
      await page.getByRole('button', { name: '退出' }).waitFor();
      expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
    },
  );

  it('REG-3 says to a registered person what to do instead; DOC-2 a wrong number is told before anything is sent', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open('/register', { width: 360, height: 740 });
    await expectFits(page);
    await identify(page, { ...who, documentNumber: who.documentNumber.slice(0, 17) });
    await page.getByLabel('姓名').focus();
    await page.getByText('证件号码不正确，请核对证件类型和号码').waitFor();
    await page.getByLabel('证件号码').fill(who.documentNumber);
    await page.getByLabel('我已阅读并同意《个人信息处理告知书》').check();
    await page.getByLabel('我同意《人脸信息处理告知书》，为本次注册进行人脸识别').check();
    await button(page, '下一步：填写基本信息').click();
    await page.getByRole('alert').getByRole('link', { name: '忘记密码' }).waitFor();
    await picture(page, 'register-360');
  });
});

describe('忘记密码', () => {
  long('PWD-1 LCK-3 sets a new password by SMS and unlocks; the new one logs in', async () => {
    const who = await settled(portal.runtime);
    for (let miss = 0; miss < 5; miss++)
      await portal.runtime.http('POST', '/v1/logins', {
        entry: 'natural',
        account: who.documentNumber,
        password: 'Wrong#2058',
      });
    await wait(portal.runtime, 61);
    const page = await portal.open('/forgot-password');
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await identify(page, who);
    await expectAccessible(page);
    await button(page, '下一步：验证身份').click();
    await enterCode(page, who.phone);
    await setPassword(page, who.password);
    await button(page, '设置新密码').click();
    // The new password is one of the last five; only the API knows them. The code stays usable.
    await page.getByText('不与最近 5 次使用过的密码相同').or(page.getByText('最近')).first().waitFor();
    await expectAccessible(page);
    await setPassword(page, 'Fresh#7381');
    await button(page, '设置新密码').click();
    // The login page has the account filled in and the focus on the password, and shows the good news in green.
    await page.locator('.notice.good', { hasText: '密码已重置' }).waitFor();
    expect(await page.getByLabel('居民身份证号码/手机号码/用户名').inputValue()).toBe(who.documentNumber);
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('password');
    const login = await portal.runtime.http('POST', '/v1/logins', {
      entry: 'natural',
      account: who.documentNumber,
      password: 'Fresh#7381',
    });
    expect(login.status).toBe(201);
  });

  long('PWD-1 by face, and says when the person does not fit the account', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open('/forgot-password', { width: 360, height: 740 });
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.phone);
    await identify(page, { ...who, name: '别人' });
    await button(page, '下一步：验证身份').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('姓名').fill(who.name);
    await button(page, '下一步：验证身份').click();
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await page.getByText('扫脸验证已通过').waitFor();
    await expectFits(page);
    await setPassword(page, 'Fresh#7381');
    await button(page, '设置新密码').click();
    await page.getByText('密码已重置').waitFor();
  });
});

describe('找回手机号码', () => {
  const fill = async (page: Page, who: Sample, newPhone: string) => {
    await identify(page, who);
    await page.getByLabel('个人用户密码').fill(who.password);
    await page.getByLabel('新手机号码').fill(newPhone);
    await button(page, '下一步：验证新号码').click();
  };

  long('PHN-4 makes a new number the default one', async () => {
    const who = await settled(portal.runtime);
    const { phone } = person();
    const page = await portal.open('/recover-phone');
    await expectAccessible(page);
    await fill(page, who, phone);
    await enterCode(page, phone);
    await expectAccessible(page);
    await button(page, '确定更换').click();
    await page.locator('.notice.good', { hasText: '默认手机号码已更换' }).waitFor();
    expect(await page.getByLabel('居民身份证号码/手机号码/用户名').inputValue()).toBe(phone);
    await picture(page, 'recover-phone-done');
  });

  long('PHN-3 takes over a number of somebody else with a face check, the code typed once', async () => {
    const [who, former] = [await settled(portal.runtime), await settled(portal.runtime)];
    await wait(portal.runtime, 61);
    const page = await portal.open('/recover-phone');
    await fill(page, who, former.phone);
    await enterCode(page, former.phone);
    await button(page, '确定更换').click();
    await button(page, '扫脸验证并转到我的名下').click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await page.getByText('默认手机号码已更换').waitFor();
  });
});
