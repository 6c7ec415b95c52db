import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { companyPassword, sha256 } from '../flows/support/legacy.ts';
import { companyLine, companyOf, feed, representativeLine } from '../flows/support/registry.ts';
import { reportLine, reportNumber } from '../flows/support/reports.ts';
import { creditCode } from '../support/credit-codes.ts';
import { allowing } from '../support/patience.ts';
import type { Sample } from '../support/people.ts';
import { codeFor, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';

const portal = usePortal();
const company = '合肥徽香茶业有限公司';

const fill = async (page: Page, taxpayerId: string, who: Sample) => {
  await page.getByLabel('统一社会信用代码/纳税人识别号').fill(taxpayerId);
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
  await page.getByLabel('个人用户密码').fill(who.password);
};
const submit = (page: Page) => page.getByRole('button', { name: '登录', exact: true }).click();
const byFace = async (page: Page) => {
  await page.getByRole('tab', { name: '扫脸验证' }).click();
  await scanFace(portal.runtime, await portal.scanned(page));
};
const identity = (page: Page) => page.getByRole('region', { name: '当前身份' });

describe('at the enterprise entry', () => {
  long('LGN-9 LGN-10 a finance head confirms the appointment, then chooses the role', async () => {
    const who = await settled(portal.runtime);
    const taxpayerId = await companyOf(portal.runtime, who);
    await feed(portal.runtime, { ...representativeLine(taxpayerId, who), type: 'finance-head' });
    const page = await portal.open();
    await fill(page, taxpayerId, who);
    await submit(page);
    await byFace(page);
    await page.getByRole('heading', { name: '确认财务负责人任职' }).waitFor();
    await picture(page, 'login-confirm-role');
    // A reload does not begin the login again, and the browser's storage contains no company name.
    await page.reload();
    await page.getByText(`任职企业：${company}`).waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(company);
    await page.getByRole('button', { name: '确认任职并登录' }).click();
    await page.getByRole('heading', { name: '请选择办税身份' }).waitFor();
    await page.reload();
    await page
      .getByRole('button', { name: `${company} · 办税员` })
      .or(page.getByText('请选择本次使用的身份'))
      .first()
      .waitFor();
    await expectAccessible(page);
    await picture(page, 'login-choose-role');
    await page.getByRole('button', { name: `${company} · 财务负责人` }).click();
    await identity(page).getByText(`${company} · 财务负责人`).waitFor();
  });

  long(
    'LGN-8 without a relation the sentence says what to do; SPC-1 another entry is one click away and what was typed stays',
    async () => {
      const [who, boss] = await Promise.all([settled(portal.runtime), settled(portal.runtime)]);
      const [ordinary, outside] = [
        await companyOf(portal.runtime, boss),
        await companyOf(portal.runtime, who, { subject: 'cross-region' }),
      ];
      const reportNo = reportNumber('1234');
      await feed(portal.runtime, reportLine(outside, reportNo));
      const page = await portal.open('/login', { width: 360, height: 740 });
      await fill(page, ordinary, who);
      await submit(page);
      await page.getByText('未查询到您与该企业的关联关系').waitFor();
      await page.getByText('在“账户中心-人员权限管理”中将您添加为办税人员').waitFor();
      await page.getByLabel('统一社会信用代码/纳税人识别号').fill(outside);
      await submit(page);
      await page.getByRole('button', { name: '前往“跨区域报验户”入口' }).click();
      await page.getByText('特定主体：跨区域报验户').waitFor();
      expect(await page.getByLabel('统一社会信用代码/纳税人识别号').inputValue()).toBe(outside);
      await submit(page);
      await byFace(page);
      await page.getByRole('heading', { name: '请选择跨区域涉税事项报告' }).waitFor();
      await page.getByLabel('报验管理编号末尾').fill('234');
      await page.getByRole('button', { name: '查询' }).click();
      await page.getByText('请至少输入编号的后 4 位').waitFor();
      await page.getByLabel('报验管理编号末尾').fill('9999');
      await page.getByRole('button', { name: '查询' }).click();
      await page.getByText('没有找到可以办理的报告').first().waitFor();
      await page.getByLabel('报验管理编号末尾').fill('1234');
      await page.getByRole('button', { name: '查询' }).click();
      await page.getByRole('button', { name: reportNo }).waitFor();
      await expectFits(page);
      await expectAccessible(page);
      await picture(page, 'login-reports-360');
      await page.getByRole('button', { name: reportNo }).click();
      await identity(page).getByText('跨区域报验户').waitFor();
    },
  );

  long('SES-2 a tab whose company changed elsewhere stops and says so', async () => {
    const who = await settled(portal.runtime);
    const taxpayerId = await companyOf(portal.runtime, who);
    const page = await portal.open();
    await fill(page, taxpayerId, who);
    await submit(page);
    await byFace(page);
    await identity(page).getByText(company).waitFor();
    // Another window switches to the natural person, and this tab gets no message about it.
    const { request } = page.context();
    const { session } = await (await request.post('/v1/session/refresh')).json();
    const headers = { authorization: `Bearer ${session.accessToken}` };
    const { choices } = await (await request.get('/v1/session/identities', { headers })).json();
    const natural = (choices as { choiceId: string; identity: { kind: string } }[]).find(
      (choice) => choice.identity.kind === 'natural',
    );
    const switched = await request.post('/v1/session/identity', {
      headers,
      data: { choiceId: natural?.choiceId },
    });
    expect(switched.status()).toBe(200);
    await page.getByRole('link', { name: '手机号码修改' }).first().click();
    const dialog = page.getByRole('dialog', { name: '身份已在另一个页面切换' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await expectAccessible(page);
    await picture(page, 'moved');
    await dialog.getByRole('button', { name: '以新身份继续' }).click();
    await identity(page).getByText('自然人').waitFor();
  });

  long('SES-1 退出 ends the session also by a token that ran out', async () => {
    const who = await settled(portal.runtime);
    const page = await portal.open();
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await page.getByLabel('个人用户密码').fill(who.password);
    await submit(page);
    await byFace(page);
    await identity(page).getByText('自然人').waitFor();
    // The access token has expired, and the first answer to 退出 is a refusal without a reason.
    await wait(portal.runtime, 301);
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
    expect((await page.context().request.post('/v1/session/refresh')).status()).toBe(401);
  });
});

describe('the old login', () => {
  long(
    'LEG-1 LEG-2 LGN-12 company password with a proof of work, then a tax handler is bound and logs in',
    async () => {
      const who = await settled(portal.runtime);
      const taxpayerId = creditCode();
      await feed(portal.runtime, companyLine(taxpayerId, { companyPasswordHash: sha256(companyPassword) }));
      await wait(portal.runtime, 61);
      const page = await portal.open();
      await page.getByRole('link', { name: /旧版登录/ }).click();
      await page.getByText(/旧版登录将于 .* 停用/).waitFor();
      await page.getByLabel('统一社会信用代码/纳税人识别号').fill(taxpayerId);
      await page.getByLabel('企业密码').fill(companyPassword);
      await page.getByRole('button', { name: '下一步' }).click();
      await page.getByText('该企业还没有可以选择的办税人员').waitFor({ timeout: allowing(60_000) });
      await page.getByRole('button', { name: '绑定办税员' }).click();
      await page.getByLabel('姓名').fill(who.name);
      await page.getByLabel('证件号码').fill(who.documentNumber);
      await page.getByRole('button', { name: '获取验证码' }).click();
      await page.getByText('验证码已发送至').first().waitFor();
      await expectAccessible(page);
      await picture(page, 'legacy-bind');
      await page.getByLabel('短信验证码').fill(await codeFor(portal.runtime, who.phone));
      await page.getByLabel('个人用户密码').fill(who.password);
      await page.getByRole('button', { name: '确认绑定' }).click();
      await page.getByText('绑定成功').waitFor();
      await page.getByRole('link', { name: '去登录' }).click();
      await fill(page, taxpayerId, who);
      await submit(page);
      await byFace(page);
      await identity(page).getByText(`${company} · 办税员`).waitFor();
    },
  );
});
