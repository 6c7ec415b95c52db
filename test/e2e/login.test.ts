import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { maskName } from '#domain/people/masks.ts';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import { collected } from '../support/collected.ts';
import { person, type Sample } from '../support/people.ts';
import { codeFor, loggedInByFace, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';

const portal = usePortal();

const asNatural = async (page: Page, who: Pick<Sample, 'documentNumber' | 'password'>) => {
  await page.getByRole('tab', { name: '自然人业务' }).click();
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
  await page.getByLabel('个人用户密码').fill(who.password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
};
const isSignedIn = (page: Page) => page.getByRole('button', { name: '退出' }).waitFor();

describe('the login page', () => {
  long(
    'LGN-1 has the three entries, the special subjects below, the links and a code to scan; axe finds nothing serious',
    async () => {
      const page = await portal.open();
      for (const entry of ['企业业务', '自然人业务', '代理业务'])
        await page.getByRole('tab', { name: entry }).waitFor();
      await page.getByRole('button', { name: '跨区域财产税源登记' }).waitFor();
      for (const link of ['用户注册', '忘记密码', '找回手机号码'])
        await page.getByRole('link', { name: link }).waitFor();
      await page.getByRole('img', { name: '二维码' }).waitFor();
      await expectAccessible(page);
      await picture(page, 'login');
    },
  );

  long(
    'DOC-4 keeps nothing but language and type size in storage, and fits on 360 px in large type',
    async () => {
      const page = await portal.open('/login', { width: 360, height: 740 });
      await page.getByRole('button', { name: '大字版' }).click();
      await expectFits(page);
      await page.getByRole('img', { name: '二维码' }).waitFor();
      await picture(page, 'login-360-large');
      await page.getByRole('button', { name: '标准版' }).click();
      await expectFits(page);
      await picture(page, 'login-360');
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('en');
      await expectFits(page);
      expect(await page.evaluate('Object.keys(localStorage).concat(Object.keys(sessionStorage))')).toEqual([
        'language',
      ]);
    },
  );

  it('LGN-2 says what is missing beside the field and focuses it', async () => {
    const page = await portal.open();
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByText('请填写统一社会信用代码/纳税人识别号').waitFor();
    await page.getByLabel('统一社会信用代码/纳税人识别号').fill('123');
    await page.getByLabel('个人用户密码').focus();
    await page.getByText('统一社会信用代码或纳税人识别号不正确').waitFor();
  });
});

describe('logging in', () => {
  long(
    'DOC-6 asks which account is meant where a number is two people’s, and goes on with the answer',
    async () => {
      const documentNumber = String(Date.now()).slice(-8);
      const taiwanese = await settled(portal.runtime, { ...person(), documentType: '213', documentNumber });
      await collected(portal.runtime, '208', documentNumber);
      const page = await portal.open();
      await asNatural(page, taiwanese);
      await page.getByText('您输入的账号对应多个用户，请选择要登录的账号类型').waitFor();
      await page.getByRole('button', { name: '外国护照' }).waitFor();
      await expectAccessible(page);
      await picture(page, 'login-which-account');
      await page.getByRole('button', { name: '台湾居民来往大陆通行证' }).click();
      await page.getByText('密码正确').waitFor();
    },
  );

  it('LGN-3 LGN-6 SES-1 by password and SMS code; 退出 ends it', async () => {
    const who = await settled(portal.runtime);
    await wait(portal.runtime, 61);
    const page = await portal.open();
    await asNatural(page, who);
    await page.getByText(`验证码将发送至 ${who.phone.slice(0, 3)}****${who.phone.slice(7)}`).waitFor();
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText('验证码已发送至').first().waitFor();
    await page.getByRole('button', { name: /秒后可重新获取/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'login-second-factor');
    // Six digits are enough: the page sends the code without a click on the button.
    await page.getByRole('textbox', { name: '短信验证码' }).fill('000000');
    await page.getByText('短信验证码错误或已失效').waitFor();
    await page.getByRole('textbox', { name: '短信验证码' }).fill(await codeFor(portal.runtime, who.phone));
    await isSignedIn(page);
    expect(new URL(page.url()).pathname).toBe('/me');
    // The cookie stays when the page is closed (SES-1).
    await page.reload();
    await isSignedIn(page);
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
    await page.locator('.notice.good', { hasText: '已安全退出' }).waitFor();
    await page.goto('/me');
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
  });

  long('FACE-1 CHN-2 by a face check in the app, whose two names stand at the code', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await asNatural(page, who);
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await page.getByText('支持 安徽税务 APP、个人所得税 APP').waitFor();
    await scanFace(portal.runtime, await portal.scanned(page));
    await isSignedIn(page);
  });

  long(
    'QR-2 the page shows who scanned its code; 不是我 makes a new one that the other cannot confirm',
    async () => {
      const [mine, other] = [await settled(portal.runtime), await settled(portal.runtime)];
      const page = await portal.open();
      const first = await portal.scanned(page, 'login');
      const theirs = localPartner(portal.runtime, 'ahtax-app', workingAs(other));
      const { ticket } = (await theirs.scan(first)).body;
      await page
        .getByText(`已由 ${maskName(other.name)} 扫描，请在手机上确认`)
        .first()
        .waitFor();
      await expectAccessible(page);
      await picture(page, 'login-scanned-by');
      const phone = localPartner(portal.runtime, 'iit-app', workingAs(mine));
      expect((await phone.scan(first)).body.code).toBe('STATE_CONFLICT');
      await page.getByRole('button', { name: '不是我' }).click();
      const second = await portal.scanned(page, 'login');
      expect(second).not.toBe(first);
      // No page polls the first code any more: even a confirmation of this code opens no session here.
      expect((await theirs.confirm(ticket)).status).toBe(204);
      expect((await phone.confirmCode(second)).status).toBe(204);
      await isSignedIn(page);
      await page.locator('header').getByText(maskName(mine.name)).first().waitFor();
    },
  );

  long(
    'CHN-2 QR-2 the address in a code, opened by a camera, says which apps scan it and how to get them',
    async () => {
      const page = await portal.open();
      const content = await portal.scanned(page, 'login');
      const phone = await portal.open(new URL(content).pathname, { width: 360, height: 740 });
      await phone.getByRole('heading', { name: '请使用手机 APP 扫描' }).waitFor();
      await phone.getByText('支持 安徽税务 APP、个人所得税 APP').waitFor();
      for (const app of ['安徽税务 APP', '个人所得税 APP']) {
        expect(await phone.getByRole('link', { name: `下载 ${app}` }).getAttribute('href')).toMatch(
          /^https:/,
        );
        await phone.getByRole('img', { name: `${app} 的下载二维码` }).waitFor();
      }
      await expectFits(phone);
      await expectAccessible(phone);
      await picture(phone, 'scanned-code-360');
    },
  );

  long(
    'QR-1 QR-2 by the code on the page; one that was cancelled is renewed by a click, one that ran out by itself',
    async () => {
      const who = await settled(portal.runtime);
      const page = await portal.open();
      const phone = async (step: 'confirm' | 'cancel', qrContent: string) => {
        const call = async (path: string, body?: unknown) => {
          const { documentType, documentNumber } = who;
          const assertion = await portal.runtime.assertion('ahtax-app', {
            method: 'POST',
            path,
            person: { documentType, documentNumber },
          });
          return portal.runtime.http('POST', path, body, { assertion });
        };
        const { ticket } = (await call('/v1/channel/scans', { qrContent })).body;
        await page.getByText('扫描，请在手机上确认').first().waitFor();
        expect((await call(`/v1/channel/scans/${ticket}/${step}`)).status).toBe(204);
      };
      await portal.scanned(page, 'login');
      // The code has expired: the page shows a new one by itself.
      await wait(portal.runtime, 181);
      await phone('cancel', await portal.scanned(page, 'login'));
      await page.getByText('您已在手机上取消').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: '点击刷新二维码' }).click();
      await phone('confirm', await portal.scanned(page, 'login'));
      await isSignedIn(page);
    },
  );

  long('LCK-1 LCK-2 LGN-7 counts down, then says until when it is locked and what helps', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await asNatural(page, { ...who, password: 'Wrong#2058' });
    await page.getByText('输入的个人账号或密码错误，请重新输入！').waitFor();
    for (let left = 4; left > 0; left--) {
      await page.getByText(`您还可以尝试 ${left} 次`).waitFor();
      await page.getByRole('button', { name: '登录', exact: true }).click();
    }
    const alert = page.getByRole('alert').filter({ hasText: '您的账号已被锁定' });
    await alert.getByText(/00:00 自动解锁/).waitFor();
    await picture(page, 'login-locked');
    await expectAccessible(page);
    await alert.getByRole('link', { name: '忘记密码' }).click();
    expect(new URL(page.url()).pathname).toBe('/forgot-password');
  });

  long('SES-3 a replaced session says when and where, and leads back to the login page', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await asNatural(page, who);
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await isSignedIn(page);
    await loggedInByFace(portal.runtime, who);
    await page.reload();
    await page.getByText('您的账号已在其他地方登录').waitFor();
    await page.getByText(/新的登录时间/).waitFor();
    await page.getByText('登录设备：').waitFor();
    // When the language changes, the page shows the API's sentence in the new language.
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Logged in on: Unknown browser').waitFor();
    await expect.poll(() => page.getByText('您的账号已在其他地方登录').count()).toBe(0);
    await page.getByRole('alert').waitFor();
  });

  long('SES-2 a tab stops where another one logged out', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await asNatural(page, who);
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await isSignedIn(page);
    const other = await portal.tab(page);
    await isSignedIn(other);
    // Waits for the other tab's calls: a call that is still under way would get the reason from the API, in another
    // sentence.
    await other.waitForLoadState('networkidle');
    await page.getByRole('button', { name: '退出' }).click();
    await other.getByText('您已在本浏览器的另一个页面退出登录').waitFor();
  });
});

describe('the six boxes of a code', () => {
  long(
    'SMS-2 are one field by its name: a whole SMS is pasted, six digits submit, one more begins anew',
    async () => {
      const who = await settled(portal.runtime);
      const page = await portal.open('/login', { width: 360 });
      await asNatural(page, who);
      const code = page.getByRole('textbox', { name: '短信验证码' });
      await page.getByRole('button', { name: '获取验证码' }).click();
      await page.getByText('验证码已发送至').first().waitFor();
      expect(await code.getAttribute('autocomplete')).toBe('one-time-code');
      expect(await page.locator('.code-boxes > span').count()).toBe(6);
      await expectFits(page);
      const right = await codeFor(portal.runtime, who.phone);
      const wrong = right === '111111' ? '222222' : '111111';
      // After a call without an answer, a seventh key press does not send the same code a second time.
      let calls = 0;
      await page.route('**/v1/logins/*/verify', (route) => {
        calls += 1;
        return route.abort('connectionrefused');
      });
      await code.pressSequentially(wrong);
      await page.getByText('暂时连接不上电子税务局').waitFor();
      await code.press('End');
      await code.press('7');
      await page.waitForTimeout(300);
      expect([await code.inputValue(), calls]).toEqual([wrong, 1]);
      await page.unroute('**/v1/logins/*/verify');
      await code.fill('');
      await code.pressSequentially(wrong);
      await page.getByText('短信验证码错误或已失效').waitFor();
      await expectAccessible(page);
      await code.press('7');
      expect(await code.inputValue()).toBe('7');
      await code.fill(`【安徽税务】验证码 ${right.slice(0, 3)} ${right.slice(3)}，5分钟内有效。`);
      await isSignedIn(page);
    },
  );
});

describe('when the API is away', () => {
  long('says so calmly, keeps what was typed, and sends again only when asked', async () => {
    const page = await portal.open();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill('13800000000');
    await page.getByLabel('个人用户密码').fill('Wrong#2058');
    let calls = 0;
    await page.route('**/v1/logins', (route) => {
      calls += 1;
      return route.abort('connectionrefused');
    });
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByText('暂时连接不上电子税务局').waitFor();
    expect(calls).toBe(1);
    await page.unroute('**/v1/logins');
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByText('手机号码不存在，您可以尝试使用证件号码登录').waitFor();
    expect(await page.getByLabel('居民身份证号码/手机号码/用户名').inputValue()).toBe('13800000000');
  });
});
