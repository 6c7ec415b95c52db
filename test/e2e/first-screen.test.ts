import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { agreementLine, staffLine } from '../flows/support/agencies.ts';
import { legalRepresentative, taxpayer } from '../flows/support/feed-lines.ts';
import { inCompany } from '../flows/support/relations.ts';
import { fed, taxHandler } from '../flows/support/staff.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person, type Sample } from '../support/people.ts';
import { loggedInByFace, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

let boss: Sample;
let companies: string[];
beforeAll(async () => {
  boss = await settled(portal.runtime, person({ name: '程明德' }));
  companies = [creditCode(), creditCode()];
  for (const [at, company] of companies.entries())
    await fed(
      portal.runtime,
      taxpayer(company, 1, { name: at === 0 ? '黄山云谷茶业有限公司' : '池州秋浦船运有限公司' }),
      legalRepresentative(company, boss),
    );
});

describe('the first screen', () => {
  long(
    'SWI-2 REL-4 says what waits and opens its list; the last login stands there; any page switches the identity by name',
    async () => {
      const { runtime } = portal;
      await loggedInByFace(runtime, boss);
      await fed(runtime, taxHandler(companies[1] ?? '', boss));
      const page = await openSignedIn(portal, (await loggedInByFace(runtime, boss)).cookie);
      await page.getByText(/上次登录：\d{4}-\d\d-\d\d/).waitFor();
      await page.getByText('您有 1 项待确认授权').waitFor();
      await expectAccessible(page);
      await picture(page, 'me');
      await page.getByRole('link', { name: '去办理' }).click();
      expect(new URL(page.url()).search).toBe('?list=pending');
      await page.getByRole('tab', { name: '待确认授权 1', selected: true }).waitFor();

      await button(page, '切换身份').click();
      const dialog = page.getByRole('dialog', { name: '切换身份' });
      await dialog.getByRole('button', { name: /秋浦/ }).waitFor();
      await dialog.getByLabel('按名称或识别号查找').fill(' 云 谷\u200b');
      await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1);
      await expectAccessible(page);
      await dialog.getByRole('button', { name: /云谷/ }).click();
      await page.getByText('当前身份：黄山云谷茶业有限公司 · 法定代表人').waitFor();
      expect(new URL(page.url()).pathname).toBe('/me');
    },
  );

  long('AGY-4 REL-8 tells the company of an agreement that ends soon, and leads to it', async () => {
    const { runtime } = portal;
    const [agency, id] = [creditCode(), companies[0] ?? ''];
    const agent = await settled(runtime);
    const day = (from: number) =>
      new Date(runtime.clock.now().getTime() + from * 86_400_000).toISOString().slice(0, 10);
    await fed(
      runtime,
      taxpayer(agency, 1, { name: '徽州税务师事务所', subject: ['agency', 'enterprise'] }),
      staffLine(agency, [agent], { version: 1 }),
      { ...agreementLine(agency, id, [agent], { from: day(-10), until: day(20) }), version: 1 },
    );
    const page = await openSignedIn(portal, (await inCompany(runtime, boss, id)).cookie);
    await page.getByText(`与“徽州税务师事务所”的涉税服务协议将于 ${day(20)} 到期`).waitFor();
    await page.getByRole('link', { name: '去办理' }).click();
    await page.getByRole('row', { name: /徽州税务师事务所/ }).waitFor();
  });

  long('SWI-2 a bookkeeper with thirty companies is in any of them by a word and a click', async () => {
    const { runtime } = portal;
    const who = await settled(runtime);
    const numbers = Array.from({ length: 30 }, (_, at) => String(at + 1).padStart(2, '0'));
    await fed(
      runtime,
      ...numbers.flatMap((number) => {
        const id = creditCode();
        return [taxpayer(id, 1, { name: `鸠兹第${number}号门市部` }), legalRepresentative(id, who)];
      }),
    );
    const page = await openSignedIn(portal, (await loggedInByFace(runtime, who)).cookie, '/me/phones');
    await button(page, '切换身份').click();
    const dialog = page.getByRole('dialog', { name: '切换身份' });
    await expect.poll(() => dialog.getByRole('listitem').count()).toBe(31);
    await picture(page, 'switcher-thirty');
    await dialog.getByLabel('按名称或识别号查找').fill('第17号');
    await dialog.getByRole('button', { name: /第17号/ }).click();
    await page.getByText('当前身份：鸠兹第17号门市部 · 法定代表人').waitFor();
  });

  long('REL-5 the people of a company are a table on a wide screen and cards on a phone', async () => {
    const { cookie } = await inCompany(portal.runtime, boss, companies[0] ?? '');
    const page = await openSignedIn(portal, cookie, '/me/staff');
    await page.getByRole('row', { name: /程\*\* 法定代表人/ }).waitFor();
    await button(page, '添加办税人员').click();
    await page.getByRole('dialog', { name: '添加办税人员' }).getByLabel('姓名').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('listitem').filter({ hasText: '程**' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await expectFits(page);
  });

  long('SES-2 REL-5 permissions that change are no other identity: the page goes on with them', async () => {
    const { cookie } = await inCompany(portal.runtime, boss, companies[0] ?? '');
    const page = await openSignedIn(portal, cookie, '/me/company');
    await page
      .getByText('当前身份')
      .or(page.getByRole('heading', { level: 1, name: '企业基本信息' }))
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await page.route('**/v1/session/refresh', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { session: { identity: { permissions: string[] } } };
      body.session.identity.permissions = ['query'];
      await route.fulfill({ response: answer, json: body });
    });
    // The access token has expired: the next read gets a new one.
    await wait(portal.runtime, 16 * 60);
    const refreshed = page.waitForResponse('**/v1/session/refresh');
    await page.getByRole('link', { name: '安全记录' }).first().click();
    await refreshed;
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  long('SES-2 before an idle session ends the person is asked, and one click keeps it', async () => {
    const { cookie } = await loggedInByFace(portal.runtime, await settled(portal.runtime));
    const page = await openSignedIn(portal, cookie);
    await page.clock.install();
    await page.goto('/me');
    await page.getByText('没有需要您处理的事项').waitFor();
    // Waits until all reads have ended. A call that is under way when the clock jumps would time out, and its
    // repetition would count as activity.
    await page.waitForLoadState('networkidle');
    await page.clock.fastForward(27 * 60_000);
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    await page.clock.fastForward(90_000);
    const asked = page.getByRole('alertdialog', { name: '您即将自动退出' });
    await asked.getByText(/1:\d\d 后将自动退出/).waitFor();
    await expectAccessible(page);
    await asked.getByRole('button', { name: '继续使用' }).click();
    await page.clock.runFor(3_000);
    await asked.waitFor({ state: 'detached' });
  });

  long('a link of an SMS survives the login, and an own 退出 leaves nothing behind', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open('/me/authorizations?list=pending');
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await page.getByLabel('个人用户密码').fill(who.password);
    await page.reload();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    expect(await page.evaluate('sessionStorage["requested-page"]')).toBe('/me/authorizations?list=pending');
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await page.getByLabel('个人用户密码').fill(who.password);
    await button(page, '登录').click();
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await scanFace(portal.runtime, await portal.scanned(page));
    // The person is on the page and list that the link named, and the requested page is no longer stored.
    await page.getByRole('tab', { name: '待确认授权', selected: true }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/me/authorizations?list=pending');
    expect(await page.evaluate('sessionStorage["requested-page"]')).toBeUndefined();
    const signedIn = await openSignedIn(
      portal,
      (await loggedInByFace(portal.runtime, who)).cookie,
      '/me/phones',
    );
    await button(signedIn, '退出').click();
    await signedIn.getByText('已安全退出').waitFor();
    expect(await signedIn.evaluate('Object.keys(sessionStorage)')).toEqual([]);
  });
});

describe('help and the foot of each page', () => {
  it('CHN-2 help is searched and has anchors; the foot names who runs the site, by what records, and its notices', async () => {
    const page = await portal.open('/help#locked', { width: 360, height: 740 });
    await page.getByText('账号锁定到次日零时').waitFor();
    await page.getByLabel('搜索问题').fill('开票员');
    await page.getByText('怎样添加或删除办税员、开票员？').waitFor();
    await expectFits(page);
    await expectAccessible(page);
    const foot = page.getByRole('contentinfo');
    for (const said of ['主办单位', '网站标识码', 'ICP备', '公网安备', '12366'])
      await foot.getByText(said).first().waitFor();
    await foot.getByRole('link', { name: '个人信息保护' }).click();
    await page.getByRole('heading', { name: '个人信息处理告知书' }).waitFor();
    for (const part of ['处理者：', '目的和', '保存期限：', '您的权利：', '联系方式：', '版本：'])
      await page.getByText(part).first().waitFor();
    await expectFits(page);
    await expectAccessible(page);
    await picture(page, 'about-360');
  });

  long(
    'DOC-4 LGN-1 the login page remembers entry and company, nothing of the person, and forgets them by a click',
    async () => {
      const page = await portal.open();
      await page.getByLabel('统一社会信用代码/纳税人识别号').fill(companies[0] ?? '');
      await page.getByLabel('居民身份证号码/手机号码/用户名').fill(boss.documentNumber);
      await page.getByLabel('个人用户密码').fill(boss.password);
      await button(page, '登录').click();
      await page.getByText('您将进入：黄山云谷茶业有限公司').waitFor();
      // The page names the account, masked.
      await page.getByText(`登录账号：${boss.documentNumber.slice(0, 3)}`).waitFor();
      const kept = (await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')) as string;
      expect(kept).toContain(companies[0]);
      for (const personal of [boss.documentNumber, boss.phone, boss.name, boss.password])
        expect(kept).not.toContain(personal);
      const again = await portal.tab(page, '/login');
      await again.locator('.last-companies').getByText('黄山云谷茶业有限公司').waitFor();
      expect(await again.getByLabel('统一社会信用代码/纳税人识别号').inputValue()).toBe(companies[0]);
      expect(await again.getByLabel('居民身份证号码/手机号码/用户名').inputValue()).toBe('');
      await expectAccessible(again);
      await button(again, '清除记录').click();
      expect(await again.evaluate('localStorage["login-companies"]')).toBeUndefined();
    },
  );

  it('LGN-1 the whole login form stands above the fold at 1366×625', async () => {
    const page = await portal.open('/login', { width: 1366, height: 625 });
    await page.getByText('防骗提醒').waitFor();
    for (const name of ['找回手机号码', '忘记密码']) {
      const box = await page.getByRole('link', { name }).first().boundingBox();
      expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(625);
    }
  });

  long('all of it in English and in large type', async () => {
    const page = await portal.open('/help', { width: 360, height: 740 });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Large type' }).click();
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    await expectFits(page);
    await page.goto('/about');
    await page.getByRole('heading', { name: 'Notice on personal information' }).waitFor();
    await expectFits(page);
    await expectAccessible(page);
  });
});
