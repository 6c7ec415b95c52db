import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { maskDocument, maskPhone } from '#domain/people/masks.ts';
import { agentAt, agreementLine } from '../flows/support/agencies.ts';
import { legalRepresentative, taxpayer } from '../flows/support/feed-lines.ts';
import { inCompany } from '../flows/support/relations.ts';
import { fed, financeHead, taxHandler } from '../flows/support/staff.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person, type Sample } from '../support/people.ts';
import { loggedInByFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

const portal = usePortal();
const companyName = '合肥春晓科技有限公司';
let company: string;
let boss: Sample;

beforeAll(async () => {
  company = creditCode();
  boss = await settled(portal.runtime, person({ name: '程明德' }));
  await fed(portal.runtime, taxpayer(company), legalRepresentative(company, boss));
});

/** The legal representative, logged in through 企业业务. */
const asBoss = async (path: string, size = {}) =>
  openSignedIn(portal, (await inCompany(portal.runtime, boss, company)).cookie, path, size);
const asNatural = async (who: Sample, path: string, size = {}) =>
  openSignedIn(portal, (await loggedInByFace(portal.runtime, who)).cookie, path, size);
/** A list item is a card on a phone, and a table row on a wide screen. */
const item = (page: Page, text: string) =>
  page.getByRole('listitem').or(page.getByRole('row')).filter({ hasText: text });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const yes = (page: Page) => page.getByRole('dialog').getByRole('button', { name: '确定' }).click();

describe('the people of a company', () => {
  long(
    'REL-5 REL-8 REL-11 SWI-2 SWI-5 SES-2 both sides add a tax handler, who switches into the company; narrowed and deleted at once',
    async () => {
      const handler = await settled(portal.runtime, person({ name: '汪晓梅' }));
      const manager = await asBoss('/me/staff');

      // 添加办税人员: the form shows mistakes beside the fields, and then sends the data.
      await button(manager, '添加办税人员').click();
      await button(manager, '提交').click();
      await manager.getByText('请填写姓名').waitFor();
      await manager.getByRole('textbox', { name: '姓名' }).fill(handler.name);
      await manager.getByRole('textbox', { name: '证件号码' }).fill(person().documentNumber);
      await button(manager, '提交').click();
      await manager.getByText('该人员尚未注册').waitFor();
      // A refusal beside its field leads to its answer, too.
      expect(
        await manager
          .getByRole('dialog')
          .getByRole('link', { name: /查看相关帮助/ })
          .getAttribute('href'),
      ).toBe('/help#people');
      expect(await manager.getByRole('textbox', { name: '姓名' }).inputValue()).toBe(handler.name);
      await manager.getByRole('textbox', { name: '证件号码' }).fill(handler.documentNumber);
      await button(manager, '提交').click();
      await manager.getByText('已提交，等待本人确认').waitFor();
      await item(manager, '汪**').getByText('待确认').first().waitFor();
      // REL-11: document and phone would distinguish two people who are both shown as 汪**.
      await item(manager, '汪**').getByText(maskDocument(handler.documentNumber)).waitFor();
      await item(manager, '汪**').getByText(maskPhone(handler.phone)).waitFor();

      // 待确认授权: the added person confirms as a natural person.
      const page = await asNatural(handler, '/me');
      await page.getByText('您有 1 项待确认授权').waitFor();
      // 去办理 opens the list in which the authorization waits; the tab shows how many wait.
      await page.getByRole('link', { name: '去办理' }).click();
      await page.getByRole('tab', { name: '待确认授权 1' }).waitFor();
      await button(page, '确认授权').click();
      // REL-11: the dialog names the company before the person confirms.
      await page.getByRole('dialog', { name: '确认授权' }).getByText(companyName).waitFor();
      await yes(page);
      await page.getByText('已确认，您可以在“身份切换”中以该企业身份办税').waitFor();
      await page.getByRole('tab', { name: '已授权企业' }).click();
      await item(page, companyName).getByText('办税员').waitFor();

      // 身份切换: the other tab of the same browser stops and says why.
      const other = await portal.tab(page, '/me/phones');
      await page
        .getByRole('navigation', { name: '账户中心菜单' })
        .getByRole('link', { name: '身份切换' })
        .click();
      await item(page, '自然人').getByText('当前').waitFor();
      await button(page, '切换').click();
      await page.getByText(`当前身份：${companyName} · 办税员`).waitFor();
      expect(new URL(page.url()).pathname).toBe('/me');
      await other
        .getByRole('dialog', { name: '身份已在另一个页面切换' })
        .getByText(`${companyName} · 办税员`)
        .waitFor();
      await button(other, '以新身份继续').click();
      await other.getByText(`当前身份：${companyName} · 办税员`).waitFor();
      await other.close();
      const menu = page.getByRole('navigation', { name: '账户中心菜单' });
      expect(await menu.getByRole('link', { name: '企业授权管理' }).count()).toBe(0);
      expect(await menu.getByRole('link', { name: '人员权限管理' }).count()).toBe(0);
      await page.goto('/me/staff');
      await page.getByText('只有法定代表人、财务负责人').waitFor();

      // Permissions that the company narrows have an effect in the live session at once.
      await manager.getByRole('tab', { name: '现有办税人员' }).click();
      await item(manager, '汪**').getByRole('button', { name: '修改权限和有效期' }).click();
      for (const permission of ['发票业务', '申报缴税'])
        await item(manager, '汪**').getByLabel(permission).uncheck();
      await expectAccessible(manager);
      // A tablet is turned: the dialog stays open, with the changes in it.
      await manager.setViewportSize({ width: 500, height: 900 });
      expect(await manager.getByLabel('发票业务').isChecked()).toBe(false);
      await manager.setViewportSize({ width: 1280, height: 900 });
      await picture(manager, 'staff');
      await button(manager, '保存').click();
      await manager.getByText('已修改，并已告知本人').waitFor();
      await menu.getByRole('link', { name: '企业基本信息' }).click();
      await page.getByText('涉税办理、信息查询', { exact: true }).waitFor();
      await page.getByText('您在本企业只有一种身份').waitFor();
      await picture(page, 'company');

      // The relation is deleted: the person's page says what happened, and offers the way back.
      await item(manager, '汪**').getByRole('button', { name: '删除' }).click();
      await manager.getByRole('dialog', { name: '删除' }).getByRole('button', { name: '确定' }).click();
      await manager.getByText('已删除该人员与本企业的关联关系').waitFor();
      await menu.getByRole('link', { name: '登录设备' }).click();
      const lost = page.getByRole('dialog', { name: '您的企业身份已失效' });
      await lost.getByText('已切换回自然人身份').waitFor();
      await lost.getByRole('button').click();
      await page.getByText('当前身份：自然人').waitFor();

      // 历史管理信息, and 清除记录.
      await manager.getByRole('tab', { name: '历史管理信息' }).click();
      await item(manager, '汪**').getByRole('button', { name: '清除记录' }).click();
      await manager.getByRole('dialog').getByRole('button', { name: '确定' }).click();
      await manager.getByText('没有历史记录').waitFor();
    },
  );

  long('REL-6 REL-11 CTR-3 somebody applies, withdraws, applies again and is taken', async () => {
    const applicant = await settled(portal.runtime, person({ name: '方海燕' }));
    const page = await asNatural(applicant, '/me/authorizations', { width: 360, height: 740 });
    const apply = async () => {
      await button(page, '申请企业授权').click();
      await page.getByLabel('统一社会信用代码/纳税人识别号').fill(company);
      await page.getByLabel('开票员').check();
      await button(page, '提交申请').click();
      await page.getByRole('dialog').getByText(companyName).waitFor();
      await yes(page);
      await page.getByText('申请已提交，等待企业确认').waitFor();
    };
    await apply();
    await button(page, '撤回').click();
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await page.getByText('申请已撤回').waitFor();
    await page.getByRole('tab', { name: '历史管理信息' }).click();
    await item(page, companyName).getByText('已撤回').first().waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, 'me-authorizations-history-360');
    await apply();

    const manager = await asBoss('/me/staff', { width: 360, height: 740 });
    await manager.getByRole('tab', { name: '待确认人员' }).click();
    await item(manager, '方**').getByRole('button', { name: '同意' }).click();
    await manager
      .getByRole('dialog', { name: '同意' })
      .getByText(maskDocument(applicant.documentNumber))
      .waitFor();
    await yes(manager);
    await manager.getByText('已同意该人员的申请').waitFor();
    await manager.getByRole('tab', { name: '现有办税人员' }).click();
    await item(manager, '方**').getByText('开票员').waitFor();
    await expectAccessible(manager);
    await expectFits(manager);
    await picture(manager, 'staff-360');
  });

  long(
    'ENT-2 REL-3 SWI-1 a company is confirmed, a finance head cannot refuse, and roles are switched inside',
    async () => {
      const who = await settled(portal.runtime, person({ name: '许文静' }));
      const waiting = creditCode();
      await fed(
        portal.runtime,
        taxpayer(waiting, 1, { name: '宣城敬亭茶业有限公司', state: 'awaiting-confirmation' }),
        taxHandler(waiting, who),
      );
      const page = await asNatural(who, '/me/authorizations');
      await button(page, '一照一码信息确认').click();
      await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
      await page.getByText('已完成信息确认').waitFor();
      await fed(portal.runtime, financeHead(waiting, who));
      await page.getByRole('tab', { name: '待确认授权' }).click();
      await page.getByText('财务负责人授权不能拒绝').waitFor();
      expect(await button(page, '拒绝').count()).toBe(0);
      await button(page, '确认授权').click();
      await yes(page);
      await page.getByText('已确认').first().waitFor();

      await page.goto('/me/switch');
      await item(page, '敬亭茶业有限公司 · 财务负责人').getByRole('button', { name: '切换' }).click();
      await page.getByText('当前身份：宣城敬亭茶业有限公司 · 财务负责人').waitFor();
      await page.getByRole('link', { name: '企业基本信息' }).first().click();
      await item(page, '· 办税员').getByRole('button', { name: '切换' }).click();
      await page.getByText('当前身份：宣城敬亭茶业有限公司 · 办税员').waitFor();
    },
  );
});

describe('an agency', () => {
  long('AGY-1 AGY-4 SWI-3 enters an agreement, the client confirms, the agent switches clients', async () => {
    const { runtime } = portal;
    const agency = creditCode();
    const [owner, agent] = [await settled(runtime, person({ name: '吴国志' })), await settled(runtime)];
    const [one, two] = [creditCode(), creditCode()];
    await fed(
      runtime,
      taxpayer(agency, 1, { name: '徽州税务师事务所', subject: ['agency', 'enterprise'] }),
      legalRepresentative(agency, owner),
      taxpayer(one, 1, { name: '宏村客栈' }),
      legalRepresentative(one, boss),
      taxpayer(two, 1, { name: '屯溪茶行' }),
    );
    const page = await openSignedIn(portal, (await inCompany(runtime, owner, agency)).cookie, '/me');
    await page
      .getByRole('navigation', { name: '账户中心菜单' })
      .getByRole('link', { name: '代理机构管理' })
      .click();
    await page.getByRole('tab', { name: '机构人员' }).click();
    await button(page, '添加人员').click();
    await page.getByLabel('姓名').fill(agent.name);
    await page.getByLabel('证件号码').fill(agent.documentNumber);
    await button(page, '添加到采集表').click();
    await page.getByText('已添加到采集表').waitFor();
    await page.getByRole('tab', { name: '涉税专业服务协议' }).click();
    const today = runtime.clock.now().toISOString().slice(0, 10);
    await button(page, '录入服务协议').click();
    await page.getByLabel('委托企业纳税人识别号').fill(one);
    await page.getByLabel(`${agent.name.slice(0, 1)}**`).check();
    await page.getByLabel('纳税申报代理').check();
    await page.getByLabel('开始日期').fill(today);
    await page.getByLabel('截止日期').fill('2099-12-31');
    await page.getByLabel('截止日期').press('Tab');
    await expectAccessible(page);
    await picture(page, 'agency-agreement');
    await button(page, '保存').click();
    await page.getByText('协议已录入，等待委托企业确认').waitFor();
    await item(page, one).getByText('待委托企业确认').waitFor();

    const side = await openSignedIn(portal, (await inCompany(runtime, boss, one)).cookie, '/me/agreements');
    await item(side, '徽州税务师事务所').getByRole('button', { name: '确认协议' }).click();
    await side.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await side.getByText('已确认，协议生效').waitFor();
    await expectAccessible(side);
    await picture(side, 'agreements');

    // 企业切换, in a session that began at 代理业务.
    await fed(runtime, {
      ...agreementLine(agency, two, [agent], { from: today, until: '2099-12-31' }),
      version: 1,
    });
    const { cookie } = await agentAt(runtime, agent, agency);
    const working = await openSignedIn(portal, cookie, '/me/clients', { width: 360, height: 740 });
    await item(working, '屯溪茶行').waitFor();
    await working.getByLabel('企业名称或纳税人识别号').fill('宏村');
    await button(working, '查询').click();
    await item(working, '屯溪茶行').waitFor({ state: 'detached' });
    await expectAccessible(working);
    await expectFits(working);
    await picture(working, 'clients-360');
    await item(working, '宏村客栈').getByRole('button', { name: '切换' }).click();
    await working.getByText('当前身份：徽州税务师事务所 · 代理 宏村客栈').waitFor();
    await working.goto('/me/switch');
    await working.getByRole('link', { name: '切换到其他委托企业' }).click();
    await item(working, '宏村客栈').getByText('当前').waitFor();
  });
});
