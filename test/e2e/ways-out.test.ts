import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { person, type Sample } from '../support/people.ts';
import { codeFor, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, usePortal } from './support/browser.ts';

const portal = usePortal();

const account = '居民身份证号码/手机号码/用户名';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const code = (page: Page) => page.getByRole('textbox', { name: '短信验证码' });
const focused = (page: Page) =>
  page.evaluate('document.activeElement.id || document.activeElement.textContent') as Promise<string>;

async function asNatural(page: Page, who: Pick<Sample, 'documentNumber' | 'password'>): Promise<void> {
  await page.getByRole('tab', { name: '自然人业务' }).click();
  await page.getByLabel(account).fill(who.documentNumber);
  await page.getByLabel('个人用户密码').fill(who.password);
  await button(page, '登录').click();
  await page.getByText('密码正确').waitFor();
}
const stored = (page: Page) =>
  page.evaluate(
    'JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state])',
  ) as Promise<string>;
/** Address and storage contain nothing that identifies the person (DOC-4). */
async function expectNothingPersonal(page: Page, who: Sample): Promise<void> {
  const text = decodeURIComponent(page.url()) + (await stored(page));
  for (const personal of [who.name, who.documentNumber, who.phone, who.phone.slice(-4), who.password])
    expect(text).not.toContain(personal);
}

/** A person at the second factor, to whom a code was sent. */
async function withCodeSent() {
  const who = await settled(portal.runtime);
  await wait(portal.runtime, 61);
  const page = await portal.open();
  await asNatural(page, who);
  await button(page, '获取验证码').click();
  await page.getByText('验证码已发送至').first().waitFor();
  return { who, page };
}

describe('no dead end, no step lost', () => {
  long(
    'LGN-3 SMS-2 DOC-4 back is a step back, a reload and a look at the other tab keep the journey, and storage holds no personal data',
    async () => {
      const { who, page } = await withCodeSent();
      // 短信 and 扫脸 are tabs: after a return to the tab, the page still knows that a code was sent.
      await page.getByRole('tab', { name: '扫脸验证' }).click();
      await page.getByRole('tab', { name: '短信验证码' }).click();
      await page.getByText('验证码已发送至').first().waitFor();
      await page.getByRole('button', { name: /秒后可重新获取/ }).waitFor();
      await page.goBack();
      expect(await page.getByLabel(account).inputValue()).toBe(who.documentNumber);
      await page.goForward();
      await page.getByText('密码正确').waitFor();
      await page.reload();
      await page.getByText('验证码已发送，请查收短信').waitFor();
      await page.getByRole('button', { name: /秒后可重新获取/ }).waitFor();
      await expectNothingPersonal(page, who);
      await code(page).fill(await codeFor(portal.runtime, who.phone));
      await page.getByRole('button', { name: '退出' }).waitFor();
      expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
    },
  );

  long('LGN-3 a login that ran out begins anew with what was typed', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await asNatural(page, who);
    await wait(portal.runtime, 601);
    await button(page, '获取验证码').click();
    await page.getByRole('alert').getByText('操作超时').waitFor();
    await button(page, '重新开始（已填写的内容会保留）').click();
    expect(await page.getByLabel(account).inputValue()).toBe(who.documentNumber);
    await button(page, '登录').click();
    await page.getByText('密码正确').waitFor();
  });

  long(
    'LCK-1 LCK-3 LCK-5 who is locked at the second factor is shown 忘记密码 and the QR login',
    async () => {
      const { who, page } = await withCodeSent();
      const right = await codeFor(portal.runtime, who.phone);
      const wrong = right === '000000' ? '111111' : '000000';
      for (let left = 4; left > 0; left--) {
        await code(page).fill('');
        await code(page).fill(wrong);
        await page.getByText(`您还可以尝试 ${left} 次`).waitFor();
      }
      await code(page).fill('');
      await code(page).fill(wrong);
      const alert = page.getByRole('alert').filter({ hasText: '您的账号已被锁定' });
      await alert.getByRole('link', { name: '忘记密码' }).waitFor();
      await alert.getByRole('button', { name: '改用扫码登录' }).click();
      await page.getByRole('heading', { name: '扫码登录' }).waitFor();
    },
  );

  long('REG-5 after the last failed face check the page names the hall and begins anew', async () => {
    const who = person();
    const page = await portal.open('/register');
    await page.getByLabel('姓名').fill(who.name);
    await page.getByLabel('证件号码').fill(who.documentNumber);
    await page.getByLabel('我已阅读并同意《个人信息处理告知书》').check();
    await page.getByLabel('我同意《人脸信息处理告知书》，为本次注册进行人脸识别').check();
    await button(page, '下一步：填写基本信息').click();
    await page.getByLabel('手机号码').fill(who.phone);
    await button(page, '获取验证码').click();
    await page.getByText('验证码已发送至').first().waitFor();
    await code(page).fill(await codeFor(portal.runtime, who.phone));
    await page.getByLabel('新密码', { exact: true }).fill(who.password);
    await page.getByLabel('确认密码').fill(who.password);
    await button(page, '下一步：扫脸验证').click();
    await portal.scanned(page);
    // A reload keeps the journey here too.
    await page.reload();
    await page.getByRole('heading', { name: '扫脸验证' }).waitFor();
    await expectNothingPersonal(page, who);
    const shown = await portal.scanned(page);
    portal.runtime.face('fail');
    for (let miss = 0; miss < 5; miss++) await scanFace(portal.runtime, shown);
    await page.getByText('办税服务厅').first().waitFor();
    portal.runtime.face('pass');
    await button(page, '重新开始（已填写的内容会保留）').click();
    await page.getByRole('heading', { name: '填写身份信息' }).waitFor();
  });
});

describe('errors where they belong', () => {
  it('LGN-2 the first wrong field has the focus, whichever was mounted first; another entry, number or language takes old errors away', async () => {
    const page = await portal.open();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByRole('tab', { name: '企业业务' }).click();
    await button(page, '登录').click();
    await expect.poll(() => focused(page)).toBe('taxpayerId');
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await expect.poll(() => page.getByText(/^请填写/).count()).toBe(0);
    await page.getByLabel(account).fill('13800000000');
    await page.getByLabel('个人用户密码').fill('Wrong#2058');
    await button(page, '登录').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel(account).fill('13800000001');
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await button(page, '登录').click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  it('an error and the focus ring have room of their own before the next label, and the password one ring', async () => {
    const page = await portal.open();
    await button(page, '登录').click();
    await page.getByText('请填写个人用户密码').waitFor();
    const gaps =
      (await page.evaluate(`[...document.querySelectorAll('.ant-form-item-explain-error')].map((error) => {
      const next = error.closest('.ant-form-item').nextElementSibling;
      return next.getBoundingClientRect().top - error.getBoundingClientRect().bottom; })`)) as number[];
    expect(gaps).toHaveLength(3);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(4);
    await page.getByLabel('个人用户密码').focus();
    const rings = await page.evaluate(`(() => { const box = document.querySelector('#password');
      return [box, box.closest('.ant-input-affix-wrapper')].map((one) => getComputedStyle(one))
        .filter(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px').length; })()`);
    expect(rings).toBe(1);
    await expectAccessible(page);
  });

  long('SMS-2 what was said of one number is not said of another', async () => {
    const who = person();
    const page = await portal.open('/register');
    await page.getByLabel('姓名').fill(who.name);
    await page.getByLabel('证件号码').fill(who.documentNumber);
    await page.getByLabel('我已阅读并同意《个人信息处理告知书》').check();
    await page.getByLabel('我同意《人脸信息处理告知书》，为本次注册进行人脸识别').check();
    await button(page, '下一步：填写基本信息').click();
    await page.getByLabel('手机号码').fill(who.phone);
    await button(page, '获取验证码').click();
    await page.getByText('验证码已发送至').first().waitFor();
    await page.getByLabel('手机号码').fill(person().phone);
    await button(page, '获取验证码').waitFor();
    await expect.poll(() => page.locator('form').getByText('验证码已发送至').count()).toBe(0);
    await page.goBack();
    expect(await page.getByLabel('证件号码').inputValue()).toBe(who.documentNumber);
  });
});
