import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { type CompanyKey, companies } from '../../infra/demo/companies.ts';
import { demoPassword, type PersonKey, people } from '../../infra/demo/people.ts';
import { allowing } from '../support/patience.ts';
import { codeFor, scanFace, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { picture, usePortal } from './support/browser.ts';

/**
 * A newcomer's tour: the demo people play every journey that the README names, in the order of a person who has just
 * started the system. Each chapter builds on the chapters before it.
 */
const portal = usePortal({ demo: true, policies: { oneWebSession: false } });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const sure = (page: Page) => page.getByRole('dialog').last().getByRole('button', { name: '确定' }).click();
const item = (page: Page, text: string) =>
  page.getByRole('listitem').or(page.getByRole('row')).filter({ hasText: text });
const isIn = (page: Page, as: string) =>
  page.getByRole('region', { name: '当前身份' }).getByText(as).first().waitFor();
const code = (page: Page) => page.getByRole('textbox', { name: '短信验证码' });

const sentTo = async (phone: string): Promise<number> =>
  ((await portal.runtime.http('GET', `/local/sms?phone=${phone}`)).body as unknown as unknown[]).length;

async function bySms(page: Page, phone: string): Promise<void> {
  await wait(portal.runtime, 61);
  const before = await sentTo(phone);
  await button(page, '获取验证码').click();
  // The page may still show that an earlier code was sent, so the test asks the provider for the newest code.
  await vi.waitFor(async () => expect(await sentTo(phone)).toBeGreaterThan(before), 15_000);
  const sent = await codeFor(portal.runtime, phone);
  await code(page).fill(sent);
}
async function byFace(page: Page): Promise<void> {
  await page.getByRole('tab', { name: '扫脸验证' }).click();
  await scanFace(portal.runtime, await portal.scanned(page));
}
/** The first factor, at any entry. */
async function enter(
  page: Page,
  who: PersonKey,
  { company, entry = '企业业务', special }: { company?: CompanyKey; entry?: string; special?: string } = {},
): Promise<void> {
  await page.getByRole('tab', { name: company ? entry : '自然人业务' }).click();
  if (special) await button(page, special).click();
  if (company) await page.getByLabel('统一社会信用代码/纳税人识别号').fill(companies[company].taxpayerId);
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(people[who].documentNumber);
  const { password = demoPassword } = people[who] as { password?: string };
  await page.getByLabel('个人用户密码').fill(password);
  await button(page, '登录').click();
}
async function leave(page: Page): Promise<void> {
  await button(page, '退出').click();
  await page.getByText('已安全退出').waitFor();
}
async function setPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('新密码', { exact: true }).fill(password);
  await page.getByLabel('确认密码').fill(password);
}

describe('a newcomer’s tour', () => {
  long('REG-1 LGN-3 registers, is logged in, confirms the company that waits, and acts for it', async () => {
    const { name, documentNumber, phone } = people.wuLei;
    const page = await portal.open();
    await page.getByRole('link', { name: '用户注册' }).click();
    await page.getByLabel('姓名').fill(name);
    await page.getByLabel('证件号码').fill(documentNumber);
    await page.getByLabel('我已阅读并同意《个人信息处理告知书》').check();
    await page.getByLabel('我同意《人脸信息处理告知书》，为本次注册进行人脸识别').check();
    await button(page, '下一步：填写基本信息').click();
    await page.getByLabel('手机号码').fill(phone);
    await bySms(page, phone);
    await setPassword(page, demoPassword);
    await button(page, '下一步：扫脸验证').click();
    await scanFace(portal.runtime, await portal.scanned(page));
    await page.getByRole('heading', { name: '注册成功' }).waitFor();
    await page.getByRole('link', { name: '进入电子税务局' }).click();
    await page.getByRole('link', { name: '去办理' }).first().click();
    await item(page, companies.huijiang.name).getByRole('button', { name: '确认授权' }).click();
    await sure(page);
    await page.getByText('已确认').first().waitFor();
    await button(page, '切换身份').click();
    await page.getByRole('dialog').getByRole('button', { name: /徽江/ }).first().click();
    await isIn(page, `${companies.huijiang.name} · 办税员`);
    await leave(page);
  });

  long(
    'LGN-3 QR-1 LGN-9 LGN-10 by SMS, by a phone on the desk, as finance head and with a choice of roles',
    async () => {
      const page = await portal.open();
      await enter(page, 'zhangWei', { company: 'huijiang' });
      await bySms(page, people.zhangWei.phone);
      await isIn(page, `${companies.huijiang.name} · 法定代表人`);
      await page.getByRole('link', { name: '人员权限管理' }).first().click();
      await page.getByRole('row').nth(1).waitFor();
      await leave(page);
      // A phone on the desk beside the login page.
      const desk = await portal.tab(page, '/desk');
      const phone = desk.getByRole('region', { name: '安徽税务 APP', exact: true });
      await phone.getByLabel('登录人', { exact: true }).click();
      await desk
        .locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: people.sunQiang.name })
        .first()
        .click();
      await phone.getByRole('button', { name: /^扫描“/ }).click();
      await phone.getByRole('button', { name: '确认登录' }).click();
      await isIn(page, '自然人');
      await leave(page);
      await enter(page, 'liNa', { company: 'jianghuai' });
      await byFace(page);
      await button(page, '确认任职并登录').click();
      await isIn(page, `${companies.jianghuai.name} · 财务负责人`);
      await leave(page);
      await enter(page, 'wangFang', { company: 'huijiang' });
      await byFace(page);
      await button(page, `${companies.huijiang.name} · 开票员`).click();
      await isIn(page, `${companies.huijiang.name} · 开票员`);
      await leave(page);
    },
  );

  long(
    'LCK-1 PWD-1 PHN-4 is locked by five wrong passwords, sets a new one, and finds a lost number again',
    async () => {
      const page = await portal.open();
      const { documentNumber, name, phone } = people.sunQiang;
      await page.getByRole('tab', { name: '自然人业务' }).click();
      await page.getByLabel('居民身份证号码/手机号码/用户名').fill(documentNumber);
      await page.getByLabel('个人用户密码').fill('Wrong#2058');
      for (let left = 4; left > 0; left--) {
        await button(page, '登录').click();
        await page.getByText(`您还可以尝试 ${left} 次`).waitFor();
      }
      await button(page, '登录').click();
      await page.getByRole('alert').getByRole('link', { name: '忘记密码' }).first().click();
      await page.getByLabel('居民身份证号码/手机号码/用户名').fill(documentNumber);
      await page.getByLabel('姓名').fill(name);
      await page.getByLabel('证件号码').fill(documentNumber);
      await button(page, '下一步：验证身份').click();
      await bySms(page, phone);
      await setPassword(page, 'Fresh#7381');
      await button(page, '设置新密码').click();
      await page.getByText('密码已重置').waitFor();
      await page.getByRole('link', { name: '找回手机号码' }).click();
      await page.getByLabel('姓名').fill(name);
      await page.getByLabel('证件号码').fill(documentNumber);
      await page.getByLabel('个人用户密码').fill('Fresh#7381');
      await page.getByLabel('新手机号码').fill('13955100177');
      await button(page, '下一步：验证新号码').click();
      await bySms(page, '13955100177');
      await button(page, '确定更换').click();
      await page.getByText('默认手机号码已更换').waitFor();
    },
  );

  long(
    'LVL-2 USR-1 SES-4 CTR-2 looks after the account: level, username, history, sessions, and closes one',
    async () => {
      const page = await portal.open();
      await enter(page, 'zhouJie');
      await byFace(page);
      await isIn(page, '自然人');
      await page.goto('/me/level');
      await page
        .getByText(/您的实名等级为/)
        .first()
        .waitFor();
      await page.goto('/me/profile');
      await page.getByRole('textbox', { name: '用户名' }).fill('ZhouJie83');
      await button(page, '保存').click();
      await page.getByText('ZhouJie83').first().waitFor();
      await page.goto('/me/activity');
      await item(page, '修改用户名').first().waitFor();
      await button(page, '导出').waitFor();
      await page.goto('/me/sessions');
      await item(page, '本次登录').waitFor();
      await page.goto('/me/deregister');
      await page.getByLabel('个人用户密码').fill(demoPassword);
      await page.getByRole('checkbox').check();
      await button(page, '下一步：验证身份').click();
      await bySms(page, people.zhouJie.phone);
      await page.getByText('用户已注销').waitFor();
    },
  );

  long('AGY-1 AGY-4 SWI-3 an agency, its client and its agent', async () => {
    const page = await portal.open();
    await enter(page, 'chenJing', { company: 'chengxin' });
    await byFace(page);
    // The legal representative is on the staff form too.
    await button(page, `${companies.chengxin.name} · 法定代表人`).click();
    await page.getByRole('link', { name: '代理机构管理' }).first().click();
    await item(page, companies.laosun.name).or(item(page, companies.jianghuai.name)).first().waitFor();
    await page.getByRole('tab', { name: '机构人员' }).click();
    await item(page, '刘*').first().waitFor();
    await leave(page);
    await enter(page, 'liuYang', { company: 'chengxin', entry: '代理业务' });
    await byFace(page);
    // An agent must first choose a client.
    await page.getByRole('heading', { name: '选择委托企业' }).waitFor();
    await page.getByRole('row').nth(1).getByRole('button', { name: '切换' }).click();
    await isIn(page, '代理 ');
    await picture(page, 'tour-agent');
    await leave(page);
  });

  long(
    'SPC-1 SPC-2 SPC-3 cross-region: a representative and a handler choose their report; property and social insurance',
    async () => {
      const page = await portal.open();
      const under = async (who: PersonKey, reportNo: string) => {
        await enter(page, who, { company: 'yuanbo', special: '跨区域报验户' });
        await byFace(page);
        await page.getByLabel('报验管理编号末尾').fill(reportNo.slice(-4));
        await button(page, '查询').click();
        await page.getByRole('button', { name: reportNo }).click();
        await isIn(page, '跨区域报验户');
        await leave(page);
      };
      await under('zhengHua', '皖芜跨报2026000354');
      await under('heJun', '皖合跨报2026000127');
      for (const [company, special] of [
        ['jiahe', '跨区域财产税源登记'],
        ['community', '社保非税专用用户'],
      ] as const) {
        await enter(page, 'maLi', { company, special });
        await byFace(page);
        await isIn(page, companies[company].name);
        await leave(page);
      }
    },
  );

  long(
    'LEG-1 LGN-11 ORD-1 the old login, an initial password, an account that the authority stopped',
    async () => {
      const page = await portal.open();
      await page.getByRole('link', { name: /旧版登录/ }).click();
      await page.getByLabel('统一社会信用代码/纳税人识别号').fill(companies.huijiang.taxpayerId);
      await page.getByLabel('企业密码').fill(demoPassword);
      await button(page, '下一步').click();
      await page.getByRole('radio', { name: /^张\*.* · 法定代表人/ }).check({ timeout: allowing(60_000) });
      await page.getByLabel('个人用户密码').fill(demoPassword);
      await button(page, '登录').click();
      await byFace(page);
      await isIn(page, companies.huijiang.name);
      await leave(page);

      await enter(page, 'zhaoMin');
      await scanFace(portal.runtime, await portal.scanned(page));
      await page.getByRole('heading', { name: '请修改初始密码' }).waitFor();
      await page.getByLabel('初始密码').fill(people.zhaoMin.documentNumber.slice(-6));
      await setPassword(page, 'Qingyi#2093');
      await button(page, '修改密码').click();
      await isIn(page, '自然人');
      await leave(page);

      await enter(page, 'caoBin');
      await page.getByRole('alert').getByText('12366').first().waitFor();
      const desk = await portal.tab(page, '/desk');
      await desk.getByRole('tab', { name: '办税服务厅' }).click();
      const orders = desk.getByRole('region', { name: '账户管控' });
      const choose = async (label: string, text: string) => {
        const box = orders.getByLabel(label, { exact: true });
        await box.click();
        if ((await box.getAttribute('readonly')) === null) await box.fill(text);
        await desk
          .locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: text })
          .first()
          .click();
      };
      await choose('人员', people.caoBin.name);
      await choose('措施', '恢复账户');
      await orders.getByRole('button', { name: '执行' }).click();
      await orders.locator('.notice.good').waitFor();
      await page.bringToFront();
      await button(page, '登录').click();
      await byFace(page);
      await isIn(page, '自然人');
      expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain(
        people.caoBin.documentNumber,
      );
    },
  );
});
