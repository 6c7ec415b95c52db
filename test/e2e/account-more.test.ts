import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect } from 'vitest';
import type { Identity } from '#contract/schemas.ts';
import { menuOf } from '../../portal/src/pages/me/entries.ts';
import { signIn } from '../flows/support/account.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  claimed,
  client,
  entered,
  entering,
  goTo,
  staffLine,
} from '../flows/support/agencies.ts';
import { companyOf, feed } from '../flows/support/registry.ts';
import { bothFactors, inCompany } from '../flows/support/relations.ts';
import { applied, company, somebody } from '../flows/support/staff.ts';
import type { Loose } from '../support/client.ts';
import { allowing } from '../support/patience.ts';
import { person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loggedInByFace,
  loginTicket,
  scanFace,
  wait,
} from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { knownPerson } from '../support/watched.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

/** How many requests of one address need no proof of work (LGN-12): more than any journey here sends. */
const budget = 40;
const portal = usePortal({ challengeAfter: budget, policies: { oneWebSession: false } });
const small = { width: 360, height: 740 };
const farDay = '2099-12-31';

// The address's budget and the SMS windows of the test before this one are over.
beforeEach(async () => {
  await wait(portal.runtime, 601);
});

/** A list item is a card on a phone, and a table row on a wide screen. */
const item = (page: Page, text: string) =>
  page.getByRole('listitem').or(page.getByRole('row')).filter({ hasText: text });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const menuIn = (page: Page) => page.getByRole('navigation', { name: '账户中心菜单' });
const sure = (page: Page) => page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
const asNatural = async (who: Sample, path: string, size = {}) =>
  openSignedIn(portal, (await loggedInByFace(portal.runtime, who)).cookie, path, size);
const asCompany = async (who: Sample, taxpayerId: string, path: string, size = {}) =>
  openSignedIn(portal, (await inCompany(portal.runtime, who, taxpayerId)).cookie, path, size);
const today = () => new Date(portal.runtime.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

describe('sessions, history and password', () => {
  long('SES-4 ends another own login, which is told so, and keeps its own', async () => {
    const { runtime } = portal;
    const who = await settled(runtime);
    const there = await asNatural(who, '/me');
    await there.getByText('实名等级 4 级').waitFor();
    const here = await asNatural(who, '/me/sessions');
    await button(here, '结束登录').click();
    await expectAccessible(here);
    await picture(here, 'me-sessions-ask');
    await button(here, '取消').click();
    await button(here, '结束登录').click();
    await sure(here);
    await here.getByText('该处的登录已结束').waitFor();
    expect(await here.getByRole('list', { name: '我的登录' }).getByRole('listitem').count()).toBe(1);
    await item(here, '本次登录').waitFor();
    await there.reload();
    await there.getByText(/由您在另一处的登录（Chrome.*）结束/).waitFor();
    await here.reload();
    await item(here, '本次登录').waitFor();
  });

  long(
    'SES-4 AUD-1 PWD-1 PWD-3 the history goes on by 加载更多; the password is changed by a face, scanned once',
    async () => {
      const { runtime } = portal;
      const who = await settled(runtime);
      const { token } = await signIn(runtime, who);
      const all = async (): Promise<Loose[]> => {
        const events: Loose[] = [];
        for (let cursor = ''; ; ) {
          const { body } = expectStatus(
            await runtime.http('GET', `/v1/account/activity${cursor}`, undefined, { token }),
            200,
          );
          events.push(...body.events);
          if (body.cursor === undefined) return events;
          cursor = `?cursor=${encodeURIComponent(body.cursor)}`;
        }
      };
      while ((await all()).length <= 20) await loggedInByFace(runtime, who);
      const page = await asNatural(who, '/me/activity');
      const list = page.locator('.item-table tbody .ant-table-row');
      await button(page, '加载更多').waitFor();
      expect(await list.count()).toBe(20);
      await button(page, '加载更多').click();
      const whole = (await all()).length;
      await page.getByText(`导出已显示的 ${whole} 条记录`).waitFor();
      const saved = page.waitForEvent('download');
      await button(page, '导出').click();
      const file = await (await saved).path();
      expect(readFileSync(file, 'utf8').trim().split('\r\n')).toHaveLength(whole + 1);
      await page.getByTitle('2', { exact: true }).click();
      await expect.poll(() => list.count()).toBe(whole - 20);
      expect(await button(page, '加载更多').count()).toBe(0);
      await list.last().getByText('同意告知书').waitFor();
      expect(await page.getByText('其他操作').count()).toBe(0);

      await menuIn(page).getByRole('link', { name: '个人密码修改' }).click();
      await page.getByRole('tab', { name: '扫脸验证' }).click();
      const typed = async (password: string) => {
        await page.getByLabel('新密码').fill(password);
        await page.getByLabel('确认密码').fill(password);
      };
      // The present password is one of the last five. The page says so beside the field, and needs no second face scan.
      await typed(who.password);
      await button(page, '下一步：扫脸验证').click();
      expect((await scanFace(runtime, await portal.scanned(page))).status).toBe(200);
      await page.locator('.ant-form-item-explain-error').first().waitFor();
      expect(await page.getByRole('alert').filter({ hasText: '密码' }).count()).toBe(0);
      await picture(page, 'me-password-face');
      const password = 'Kuaiji!58ws';
      await typed(password);
      await button(page, '下一步：扫脸验证').click();
      await page.getByText('密码已修改，其他地方的登录已结束').waitFor();
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'BAD_CREDENTIALS',
      );
      expectStatus(await enterPassword(runtime, who.documentNumber, password), 201);
      expect((await runtime.http('GET', '/v1/session', undefined, { token })).body.code).toBe(
        'SESSION_ENDED',
      );
    },
  );
});

describe('pages of one identity only', () => {
  long(
    'CTR-1 SPC-4 SWI-4 company pages only in that company’s identity; a special one has the person’s own pages and the way back',
    async () => {
      const { runtime } = portal;
      const boss = await knownPerson(runtime);
      const [plain, special] = [
        await companyOf(runtime, boss),
        await companyOf(runtime, boss, { subject: 'social-insurance', name: '宿州社保缴费户' }),
      ];
      const page = await asNatural(boss, '/me');
      const told = async (on: Page, pages: Readonly<Record<string, string>>) => {
        for (const [path, why] of Object.entries(pages)) {
          await on.goto(`/me/${path}`);
          await on.getByText('您当前的身份不能使用本功能').waitFor();
          await on.getByText(why).waitFor();
          expect(await on.getByRole('tab').count()).toBe(0);
          expect(await on.locator('main form').count()).toBe(0);
        }
      };
      const notNatural = {
        company: '请先切换到企业身份',
        staff: '请先切换到企业身份',
        agreements: '请先切换到企业身份',
      };
      await told(page, {
        ...notNatural,
        agency: '请以涉税专业服务机构的企业身份登录',
        clients: '企业切换仅适用于',
      });
      await page.getByRole('link', { name: '前往身份切换' }).click();
      await item(page, '法定代表人').getByRole('button', { name: '切换' }).click();
      await page
        .getByText(/当前身份：.* · 法定代表人/)
        .first()
        .waitFor();
      await told(page, { authorizations: '请先切换到自然人身份', agency: '请以涉税专业服务机构' });
      await page.goto('/me/company');
      await page.getByText(plain).first().waitFor();

      const { reply } = await bothFactors(runtime, boss, special, { entry: 'social-insurance' });
      const insured = await openSignedIn(portal, reply.cookie ?? '', '/me', small);
      await insured.getByText('当前身份：宿州社保缴费户 · 社保非税专用用户 · 法定代表人').first().waitFor();
      await menuIn(insured).getByRole('button').click();
      const links = menuIn(insured).getByRole('link');
      expect(await links.allTextContents()).toEqual([
        '我的信息',
        '个人信息维护',
        '手机号码修改',
        '个人密码修改',
        '个人实名等级',
        '用户注销',
        '登录设备',
        '业务系统',
        '安全记录',
        '身份切换',
      ]);
      await expectAccessible(insured);
      await expectFits(insured);
      await picture(insured, 'me-special-360');
      await told(insured, { ...notNatural, authorizations: '请先切换到自然人身份' });
      await insured.getByRole('link', { name: '前往身份切换' }).click();
      await insured.getByText('特定主体登录只能切换回自然人').waitFor();
      await button(insured, '切换').click();
      await insured.getByText('当前身份：自然人').first().waitFor();
    },
  );
});

describe('the other side', () => {
  long(
    'REL-5 REL-6 CTR-3 the company withdraws an invitation, is told of an application and rejects it; both clear the record',
    async () => {
      const { runtime } = portal;
      const { id, boss, invited } = await company(runtime, { name: '亳州药都饮片有限公司' });
      const [guest, applicant] = [
        await settled(runtime, person({ name: '邹秀兰' })),
        await somebody(runtime, person({ name: '喻建军' })),
      ];
      await invited(guest);
      expectStatus(await applied(applicant, id), 201);
      const page = await asCompany(boss.who, id, '/me');
      await page.getByText('有 1 人申请成为本企业办税人员').waitFor();
      await page.getByRole('link', { name: '去办理' }).click();
      await page.getByRole('tab', { name: '待确认人员' }).click();
      await item(page, '邹**').getByRole('button', { name: '撤回' }).click();
      await sure(page);
      await page.getByText('已撤回').first().waitFor();
      await item(page, '邹**').waitFor({ state: 'detached' });
      await item(page, '喻**').getByRole('button', { name: '拒绝' }).click();
      await sure(page);
      await page.getByText('已拒绝该人员的申请').waitFor();
      await page.getByText('没有待确认的人员').waitFor();
      await page.getByRole('tab', { name: '历史管理信息' }).click();
      await item(page, '邹**').getByText('已撤回').waitFor();
      await item(page, '喻**').getByText('已拒绝').waitFor();
      await item(page, '喻**').getByRole('button', { name: '清除记录' }).click();
      await sure(page);
      await page.getByText('记录已清除').waitFor();
      await item(page, '喻**').waitFor({ state: 'detached' });
      await menuIn(page).getByRole('link', { name: '我的信息' }).click();
      await page.getByText('关闭浏览器或窗口').waitFor();
      await page.getByText('人申请成为本企业办税人员').waitFor({ state: 'detached' });

      // The company has cleared the record. The person still sees the record, until the person clears it too.
      const own = await asNatural(applicant.who, '/me/authorizations');
      await own.getByRole('tab', { name: '历史管理信息' }).click();
      await item(own, '亳州药都').getByText('已拒绝').waitFor();
      await item(own, '亳州药都').getByRole('button', { name: '清除记录' }).click();
      await sure(own);
      await own.getByText('没有历史记录').waitFor();
    },
  );

  long(
    'AGY-4 the client is told what waits and refuses; the agency narrows, widens and ends; days in words',
    async () => {
      const { runtime } = portal;
      const agency = await agencyFirm(runtime);
      const agent = await settled(runtime, person({ name: '童立平' }));
      expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [claimed(agent)] }), 200);
      const boss = await knownPerson(runtime);
      const [one, two] = [
        await companyOf(runtime, boss, { name: '铜陵铜艺有限公司' }),
        await companyOf(runtime, boss, { name: '池州九华茶坊' }),
      ];
      const terms = { from: today(), until: farDay };
      await entered(agency, one, [agent], terms);
      await entered(agency, two, [agent], terms);

      const client1 = await asCompany(boss, one, '/me');
      await client1.getByText('有 1 份涉税服务协议或变更等待本企业确认').waitFor();
      await client1.getByRole('link', { name: '去办理' }).click();
      await button(client1, '拒绝').click();
      await sure(client1);
      await item(client1, '徽州税务师事务所').getByText('已拒绝', { exact: true }).waitFor();
      expect(await item(client1, '徽州税务师事务所').getByRole('button').count()).toBe(0);

      const client2 = await asCompany(boss, two, '/me/agreements', small);
      await button(client2, '确认协议').click();
      await sure(client2);
      await client2.getByText('已确认，协议生效').waitFor();

      const page = await asCompany(agency.boss, agency.id, '/me/agency', small);
      await item(page, '铜陵铜艺').getByText('已拒绝').waitFor();
      expect(await item(page, '铜陵铜艺').getByRole('button').count()).toBe(0);
      const mine = item(page, '池州九华');
      // A change to fewer services is valid at once.
      await mine.getByRole('button', { name: '变更协议' }).click();
      const form = page.getByRole('dialog', { name: '变更协议' });
      await form.getByLabel('专业税务顾问').uncheck();
      await form.getByLabel('截止日期').fill('2098-03-02');
      // The calendar uses the portal's language.
      await form.getByText('2098年').first().waitFor();
      await form.getByLabel('截止日期').press('Tab');
      await form.getByText('已选择 2098年3月2日').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'agency-change-360');
      await form.getByRole('button', { name: '保存' }).click();
      await page.getByText('变更已生效').waitFor();
      await mine.getByText('2098-03-02').first().waitFor();
      expect(await mine.getByText('专业税务顾问').count()).toBe(0);
      // A change to more services waits for the client; until then the old services are valid.
      await mine.getByRole('button', { name: '变更协议' }).click();
      await form.getByLabel('税收策划').check();
      await form.getByRole('button', { name: '保存' }).click();
      await page.getByText('变更已提交，等待委托企业确认').waitFor();
      await mine.getByText('待确认的变更').waitFor();
      await expectFits(page);

      await client2.goto('/me');
      await client2.getByText('有 1 份涉税服务协议或变更等待本企业确认').waitFor();
      await client2.getByRole('link', { name: '去办理' }).click();
      await client2.getByText('待确认的变更').waitFor();
      await button(client2, '拒绝').click();
      await sure(client2);
      await client2.getByText('已拒绝').first().waitFor();
      await item(client2, '徽州税务师事务所').getByText('有效', { exact: true }).waitFor();
      expect(await client2.getByText('待确认的变更').count()).toBe(0);

      // REL-11: the client has refused the change meanwhile. The page first shows this state; then the agreement can be
      // ended.
      await mine.getByRole('button', { name: '终止协议' }).click();
      await sure(page);
      await page.getByRole('dialog').getByText('状态已变化').waitFor();
      await mine.getByText('待确认的变更').waitFor({ state: 'detached' });
      await sure(page);
      await page.getByText('协议已终止').waitFor();
      await mine.getByText('已终止', { exact: true }).waitFor();
      await client2.reload();
      await item(client2, '徽州税务师事务所').getByText('已终止', { exact: true }).waitFor();
    },
  );

  long(
    'AGY-1 of two who change the staff form at once one is told, sees the list as it is, and tries again',
    async () => {
      const { runtime } = portal;
      const agency = await agencyFirm(runtime);
      const [colleague, mine] = [person({ name: '柏长青' }), person({ name: '祁望月' })];
      const page = await asCompany(agency.boss, agency.id, '/me/agency');
      await page.getByRole('tab', { name: '机构人员' }).click();
      await page.getByText('采集表中没有人员').waitFor();
      // A colleague saves a change between this page's read and its own change.
      let first = true;
      await page.route('**/v1/agency/staff', async (route) => {
        if (route.request().method() === 'PUT' && first) {
          first = false;
          expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [claimed(colleague)] }), 200);
        }
        await route.continue();
      });
      await button(page, '添加人员').click();
      const name = page.getByRole('textbox', { name: '姓名' });
      await name.fill(mine.name);
      await page.getByRole('textbox', { name: '证件号码' }).fill(mine.documentNumber);
      await button(page, '添加到采集表').click();
      await page.getByText('采集表刚被他人修改，本次修改未保存').waitFor();
      await item(page, '柏**').waitFor();
      expect(await name.inputValue()).toBe(mine.name);
      await picture(page, 'agency-staff-conflict');
      await button(page, '添加到采集表').click();
      await page.getByText('已添加到采集表').waitFor();
      for (const name of ['柏**', '祁**']) await item(page, name).waitFor();
      await item(page, '柏**').getByRole('button', { name: '移出' }).click();
      await sure(page);
      await page.getByText('已移出采集表').waitFor();
      await item(page, '柏**').waitFor({ state: 'detached' });
      await item(page, '祁**').waitFor();
    },
  );
});

describe('every page of every identity', () => {
  /** Opens all pages of the menu with all their tabs at 360 px, and the first dialog that asks a question. */
  async function walked(page: Page, name: string, identity: Pick<Identity, 'kind'>, isAgency: boolean) {
    const entries = menuOf(identity as Identity, isAgency).flatMap((group) => group.entries);
    const fine = async (what: string) => {
      await expect.poll(() => page.getByText('正在加载').count(), { timeout: allowing(30_000) }).toBe(0);
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, `walk-${name}-${what}-360`);
    };
    const links = await menuIn(page).getByRole('link', { includeHidden: true }).all();
    const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(paths).toEqual(['/me', ...entries.map((entry) => `/me/${entry}`)]);
    await fine('home');
    let asked = false;
    for (const entry of entries) {
      await menuIn(page).getByRole('button').click();
      const link = menuIn(page).locator(`a[href="/me/${entry}"]`);
      const title = (await link.textContent()) ?? '';
      await link.click();
      // An agent without a client yet is asked to choose the first one.
      const heading = entry === 'clients' ? /^(企业切换|选择委托企业)$/ : title;
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`/me/${entry}`);
      await fine(entry);
      const tabs = page.locator('.centre-page').getByRole('tab', { selected: false });
      for (const tab of await tabs.all().then((all) => Promise.all(all.map((one) => one.textContent())))) {
        await page
          .locator('.centre-page')
          .getByRole('tab', { name: tab ?? '' })
          .click();
        await fine(`${entry}-${tab}`);
        const asks = page
          .locator('.centre-page')
          .getByRole('button', { name: /^(删除|撤回|拒绝|移出|清除记录)$/ });
        if (asked || (await asks.count()) === 0) continue;
        asked = true;
        await asks.first().click();
        await page.getByRole('dialog').waitFor();
        await fine(`${entry}-ask`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    }
    return asked;
  }

  long(
    'CTR-1 CTR-2 natural: accessible and 360 px wide, with a dialog; 用户注销 names the companies that are lost',
    async () => {
      const { runtime } = portal;
      const { invited, boss } = await company(runtime, { name: '淮南豆制品有限公司' });
      const other = await company(runtime, { name: '蚌埠珍珠有限公司' });
      await other.invited(boss.who);
      await invited(await settled(runtime));
      const page = await asNatural(boss.who, '/me', small);
      await page.getByText('您有 1 项待确认授权').waitFor();
      expect(await walked(page, 'natural', { kind: 'natural' }, false)).toBe(true);
      await page.goto('/me/deregister');
      const lost = page.getByRole('list', { name: '注销后不能再办理业务的企业' });
      await lost.getByText('淮南豆制品有限公司 · 法定代表人').waitFor();
      // A relation that only waits for confirmation is not listed, because it cannot be lost.
      expect(await lost.getByRole('listitem').count()).toBe(1);
      await page.getByText('仅注销账户信息，不解除人企关联关系').waitFor();
    },
  );

  long('CTR-1 AGY-2 a company that is an agency: accessible and 360 px wide, with a dialog', async () => {
    const { runtime } = portal;
    const agency = await agencyFirm(runtime);
    const agent = await settled(runtime);
    expectStatus(await agency.api('PUT', '/v1/agency/staff', { agents: [claimed(agent)] }), 200);
    const served = await client(runtime);
    expectStatus(
      await agency.api(
        'POST',
        '/v1/agency/agreements',
        entering(served, [claimed(agent)], { from: today(), until: farDay }),
      ),
      201,
    );
    const { session, cookie } = await inCompany(runtime, agency.boss, agency.id);
    const page = await openSignedIn(portal, cookie, '/me', small);
    await menuIn(page)
      .getByRole('link', { name: '代理机构管理', includeHidden: true })
      .waitFor({ state: 'attached' });
    expect(await walked(page, 'company', session.identity, true)).toBe(true);
    await page.goto('/me/agency');
    await button(page, '录入服务协议').click();
    await page.getByLabel('开始日期').waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'English' }).click();
    await button(page, 'Enter an agreement').click();
    await page.getByLabel('Last day').fill('2098-03-02');
    await page.getByText('Mar', { exact: true }).first().waitFor();
    await page.getByLabel('Last day').press('Tab');
    await page.getByText('Chosen: March 2, 2098').waitFor();
    await expectFits(page);
  });

  long(
    'CTR-1 CTR-2 SWI-3 an agent of an agency: accessible and 360 px wide; 用户注销 names the clients that are lost',
    async () => {
      const { runtime } = portal;
      const agency = await agencyFirm(runtime);
      const agent = await settled(runtime);
      const [one, two] = [await client(runtime, { name: '六安瓜片茶厂' }), await client(runtime)];
      await feed(
        runtime,
        staffLine(agency.id, [agent]),
        ...[one, two].map((id) =>
          agreementLine(agency.id, id, [agent], { from: '2020-01-01', until: farDay }),
        ),
      );
      const working = await agentAt(runtime, agent, agency.id);
      await goTo(runtime, working.api, one);
      const page = await openSignedIn(portal, working.cookie, '/me', small);
      await page.getByText('当前身份：徽州税务师事务所 · 代理 六安瓜片茶厂').first().waitFor();
      await walked(page, 'agency', { kind: 'agency' }, false);
      await page.goto('/me/deregister');
      const lost = page.getByRole('list', { name: '注销后不能再代理的委托企业' });
      await lost.getByText('六安瓜片茶厂').waitFor();
      expect(await lost.getByRole('listitem').count()).toBe(2);
    },
  );
});

describe('logging in when it is asked too often', () => {
  const toSecondStep = async (page: Page, who: Sample) => {
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
    await page.getByLabel('个人用户密码').fill(who.password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await button(page, '获取验证码').waitFor();
  };

  long('SMS-1 LGN-6 the second step says when the next code is possible, and gives one then', async () => {
    const { runtime } = portal;
    const who = await settled(runtime);
    await wait(runtime, 601);
    const loginId = await loginTicket(runtime, who);
    for (let sent = 0; sent < 5; sent++) {
      if (sent > 0) await wait(runtime, 61);
      expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    }
    await wait(runtime, 61);
    const page = await portal.open('/login', small);
    await toSecondStep(page, who);
    await button(page, '获取验证码').click();
    const again = (await runtime.http('POST', `/v1/logins/${loginId}/sms`)).body.retryAt as string;
    const clock = new Date(Date.parse(again) + 8 * 3_600_000).toISOString().slice(11, 16);
    await page
      .getByText(/短信验证码获取频繁，请稍后重试/)
      .first()
      .waitFor();
    await page
      .getByText(new RegExp(`${clock}`))
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: /秒后可重新获取/ }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, 'login-sms-limit-360');
    await wait(runtime, (Date.parse(again) - runtime.clock.now().getTime()) / 1000 + 1);
    // The page learns the new time from the next answer.
    await page.getByRole('tab', { name: '扫脸验证' }).click();
    await portal.scanned(page);
    await page.getByRole('tab', { name: '短信验证码' }).click();
    await button(page, '获取验证码').click();
    await page.getByText('验证码已发送至').first().waitFor();
    await page.getByRole('textbox', { name: '短信验证码' }).fill(await codeFor(runtime, who.phone));
    await page.getByRole('button', { name: '退出' }).waitFor();
  });

  long('LGN-12 a proof of work is done by the page itself, and nobody notices', async () => {
    const { runtime } = portal;
    const who = await settled(runtime);
    for (let call = 0; ; call++) {
      const { body } = await enterPassword(runtime, 'NoSuchUser1', 'Wrong#2058');
      if (body.code === 'CHALLENGE_REQUIRED') break;
      expect(call).toBeLessThan(budget);
    }
    const page = await portal.open('/login');
    const sent: boolean[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/v1/logins'))
        sent.push('challenge' in (request.postDataJSON() as object));
    });
    await toSecondStep(page, who);
    expect(sent).toEqual([false, true]);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
