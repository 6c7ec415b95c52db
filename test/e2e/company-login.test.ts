import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { maskDocument } from '#domain/people/masks.ts';
import { agreementLine, client, staffLine } from '../flows/support/agencies.ts';
import { companyPassword, sha256 } from '../flows/support/legacy.ts';
import { personLine } from '../flows/support/migration.ts';
import { companyLine, companyOf, feed, representativeLine } from '../flows/support/registry.ts';
import { giveRelation } from '../flows/support/relations.ts';
import { handlerOf, reportLine, reportNumber } from '../flows/support/reports.ts';
import { creditCode } from '../support/credit-codes.ts';
import { allowing } from '../support/patience.ts';
import { person, type Sample } from '../support/people.ts';
import { codeFor, enterPassword, expectStatus, scanFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { knownPerson } from '../support/watched.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';

const portal = usePortal();
const phone = { width: 360, height: 740 };
const companyName = '合肥徽香茶业有限公司';
/** A service period that is valid on every day that this machine can have. */
const always = { from: '2020-01-01', until: '2099-12-31' };

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** A list item is a card on a phone, and a table row on a wide screen. */
const item = (page: Page, text: string) =>
  page.getByRole('listitem').or(page.getByRole('row')).filter({ hasText: text });
const taxpayerField = (page: Page) => page.getByLabel('统一社会信用代码/纳税人识别号');
const fillPerson = async (page: Page, who: Pick<Sample, 'documentNumber' | 'password'>) => {
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
  await page.getByLabel('个人用户密码').fill(who.password);
};
const submit = (page: Page) => button(page, '登录').click();
const enterCompany = async (page: Page, taxpayerId: string, who: Sample) => {
  await taxpayerField(page).fill(taxpayerId);
  await fillPerson(page, who);
  await submit(page);
};
const byFace = async (page: Page) => {
  await page.getByRole('tab', { name: '扫脸验证' }).click();
  await scanFace(portal.runtime, await portal.scanned(page));
};
/** Waits until the bar shows the identity with which the person works. */
const identity = (page: Page, text: string) =>
  page.getByRole('region', { name: '当前身份' }).getByText(text).waitFor();
/** On a small screen, where a click opens the menu. */
const fromMenu = async (page: Page, name: string) => {
  const menu = page.getByRole('navigation', { name: '账户中心菜单' });
  await menu.getByRole('button', { name: '账户中心菜单' }).click();
  await menu.getByRole('link', { name }).click();
};
const logOut = async (page: Page) => {
  await button(page, '退出').click();
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
};
const isAbsent = async (page: Page, text: string) => expect(await page.getByText(text).count()).toBe(0);

describe('代理业务', () => {
  long(
    'AGY-3 SWI-3 SWI-5 SES-1 an agent logs in, searches the clients, goes from one to the next without a new login, and 退出 ends all of it',
    async () => {
      const { runtime } = portal;
      const [owner, agent] = [await settled(runtime), await settled(runtime)];
      const agency = await companyOf(runtime, owner, {
        subject: ['agency', 'enterprise'],
        name: '徽州税务师事务所',
      });
      const [one, two] = [
        await client(runtime, { name: '宏村客栈' }),
        await client(runtime, { name: '屯溪茶行' }),
      ];
      await feed(
        runtime,
        staffLine(agency, [agent]),
        ...[one, two].map((id) => agreementLine(agency, id, [agent], always)),
      );
      const page = await portal.open('/login', phone);
      await page.getByRole('tab', { name: '代理业务' }).click();
      await enterCompany(page, agency, agent);
      await byFace(page);
      await identity(page, '徽州税务师事务所 · 代理机构');
      await fromMenu(page, '企业切换');
      await item(page, one).getByText('宏村客栈').waitFor();
      await item(page, two).getByText('屯溪茶行').waitFor();
      await picture(page, 'agency-clients-360');
      await page.getByLabel('企业名称或纳税人识别号').fill('不存在');
      await button(page, '查询').click();
      await page.getByText('没有找到符合条件的委托企业').waitFor();
      // A page without results does not end the search: the list reads the next page, and says "none" only after the
      // last page.
      let asked = 0;
      let answerIt: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => {
        answerIt = resolve;
      });
      const search = (url: URL) => url.pathname === '/v1/session/clients' && url.searchParams.has('query');
      await page.route(search, async (route) => {
        asked += 1;
        if (asked === 1) return route.fulfill({ json: { clients: [], cursor: 'on' } });
        await answered;
        const url = new URL(route.request().url());
        url.searchParams.delete('cursor');
        await route.continue({ url: url.href });
      });
      await page.getByLabel('企业名称或纳税人识别号').fill('屯溪');
      await page.keyboard.press('Enter');
      await expect.poll(() => asked).toBe(2);
      await isAbsent(page, '没有找到符合条件的委托企业');
      answerIt();
      await item(page, '屯溪茶行').waitFor();
      await isAbsent(page, '宏村客栈');
      await expectAccessible(page);
      await expectFits(page);
      await item(page, '屯溪茶行').getByRole('button', { name: '切换' }).click();
      await identity(page, '徽州税务师事务所 · 代理 屯溪茶行');

      // Switches from one client to another; the list marks the present client.
      await fromMenu(page, '企业切换');
      await item(page, '屯溪茶行').getByText('当前').waitFor();
      await item(page, '宏村客栈').getByRole('button', { name: '切换' }).click();
      await identity(page, '徽州税务师事务所 · 代理 宏村客栈');
      await picture(page, 'agency-for-client-360');
      // The cookie's session also keeps the client.
      await page.reload();
      await identity(page, '徽州税务师事务所 · 代理 宏村客栈');
      await logOut(page);
      await page.goto('/me/clients');
      await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
    },
  );

  long(
    'AGY-2 SPC-1 LGN-8 a client’s number belongs to 企业业务, a stranger has no place here; both are shown the way on, and what was typed stays',
    async () => {
      const { runtime } = portal;
      const [owner, agent] = [await settled(runtime), await settled(runtime)];
      const agency = await companyOf(runtime, owner, {
        subject: ['agency', 'enterprise'],
        name: '徽州税务师事务所',
      });
      const id = await client(runtime);
      await feed(runtime, staffLine(agency, [agent]), agreementLine(agency, id, [agent], always));
      const page = await portal.open('/login', phone);
      await page.getByRole('tab', { name: '代理业务' }).click();
      await enterCompany(page, id, agent);
      await page.getByRole('alert').getByText('该企业请从“企业业务”入口登录').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'agency-wrong-entry-360');
      await button(page, '前往“企业业务”入口').click();
      expect(await page.getByRole('tab', { name: '企业业务' }).getAttribute('aria-selected')).toBe('true');
      expect(await taxpayerField(page).inputValue()).toBe(id);
      await submit(page);
      await byFace(page);
      await identity(page, '黄山毛峰有限公司 · 涉税代理人员');
      await logOut(page);

      // The owner is not on a staff form, so the owner is not an agent.
      await page.getByRole('tab', { name: '代理业务' }).click();
      await enterCompany(page, agency, owner);
      await page.getByRole('alert').getByText('未查询到您与该企业的关联关系').waitFor();
      await button(page, '从“自然人业务”入口登录').click();
      await taxpayerField(page).waitFor({ state: 'detached' });
      await submit(page);
      await byFace(page);
      await identity(page, '自然人');
    },
  );
});

describe('企业业务', () => {
  long(
    'LGN-10 offers the roles in their order, marks the one used last, and opens the one chosen',
    async () => {
      const who = await knownPerson(portal.runtime);
      const taxpayerId = await companyOf(portal.runtime, await settled(portal.runtime));
      await giveRelation(portal.runtime, who, taxpayerId, 'invoice-clerk');
      await giveRelation(portal.runtime, who, taxpayerId, 'tax-handler');
      const page = await portal.open('/login', phone);
      const choices = page.getByRole('listitem').getByRole('button');
      const reachChoice = async () => {
        await enterCompany(page, taxpayerId, who);
        await byFace(page);
        await page.getByRole('heading', { name: '请选择办税身份' }).waitFor();
      };
      await reachChoice();
      expect(await choices.allTextContents()).toEqual([`${companyName} · 办税员`, `${companyName} · 开票员`]);
      await button(page, `${companyName} · 开票员`).click();
      await identity(page, `${companyName} · 开票员`);
      await logOut(page);
      await reachChoice();
      expect(await choices.allTextContents()).toEqual([
        `${companyName} · 办税员`,
        `${companyName} · 开票员 上次使用`,
      ]);
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'login-last-role-360');
      await button(page, `${companyName} · 办税员`).click();
      await identity(page, `${companyName} · 办税员`);
    },
  );

  long(
    'LGN-9 REL-3 a finance head may put the confirmation off for another role, is asked again, and is let in by it at once',
    async () => {
      const who = await knownPerson(portal.runtime);
      const taxpayerId = await companyOf(portal.runtime, await settled(portal.runtime));
      await giveRelation(portal.runtime, who, taxpayerId, 'tax-handler');
      await feed(portal.runtime, { ...representativeLine(taxpayerId, who), type: 'finance-head' });
      const page = await portal.open('/login', phone);
      await enterCompany(page, taxpayerId, who);
      await byFace(page);
      await page.getByRole('heading', { name: '确认财务负责人任职' }).waitFor();
      await page.getByText('不能拒绝').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'login-confirm-role-360');
      await button(page, '暂不确认，以其他身份登录').click();
      await button(page, `${companyName} · 办税员`).click();
      await identity(page, `${companyName} · 办税员`);
      await logOut(page);

      // The person has only this appointment, so the page offers no way to confirm it later.
      const only = await settled(portal.runtime);
      const other = await companyOf(portal.runtime, await settled(portal.runtime));
      await feed(portal.runtime, { ...representativeLine(other, only), type: 'finance-head' });
      await enterCompany(page, other, only);
      await byFace(page);
      await button(page, '确认任职并登录').waitFor();
      await isAbsent(page, '暂不确认');
      await button(page, '确认任职并登录').click();
      await identity(page, `${companyName} · 财务负责人`);
    },
  );
});

describe('跨区域报验户', () => {
  long(
    'SPC-2 SPC-3 SWI-5 a 经办人 finds the own reports only, works under the one chosen, and can switch to nothing but the person',
    async () => {
      const { runtime } = portal;
      const who = await settled(runtime);
      const outside = await companyOf(runtime, await settled(runtime), { subject: 'cross-region' });
      await companyOf(runtime, who, { name: '自有公司' });
      const [own, others] = [reportNumber('7788'), reportNumber('7788')];
      const valid = { validUntil: '2099-12-31' };
      await feed(
        runtime,
        reportLine(outside, own, handlerOf(who), valid),
        reportLine(outside, others, undefined, valid),
      );
      const page = await portal.open('/login', phone);
      await button(page, '跨区域报验户').click();
      await enterCompany(page, outside, who);
      await byFace(page);
      await page.getByLabel('报验管理编号末尾').fill('7788');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: own }).waitFor();
      await page.getByText('合肥市包河区').waitFor();
      await isAbsent(page, others);
      await page.getByRole('button', { name: own }).click();
      await identity(page, `${companyName} · 跨区域报验户 · 办税员`);
      await fromMenu(page, '身份切换');
      await page.getByText('特定主体登录只能切换回自然人').waitFor();
      await isAbsent(page, '自有公司');
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'special-switch-360');
      await item(page, '自然人').getByRole('button', { name: '切换' }).click();
      await identity(page, '自然人');
    },
  );
});

describe('the initial password of somebody who moved over', () => {
  long(
    'LGN-11 PWD-2 opens only the face check and then nothing but the new password, after which everything is open',
    async () => {
      const { runtime } = portal;
      const who = person();
      const initial = who.documentNumber.slice(-6);
      await feed(runtime, personLine(who));
      const page = await portal.open('/login', phone);
      await page.getByRole('tab', { name: '自然人业务' }).click();
      await fillPerson(page, { ...who, password: initial });
      await submit(page);
      await page.getByText('您正在使用初始密码').waitFor();
      const scanned = await portal.scanned(page);
      // The person has a phone, but no code is sent to it.
      expect(await page.getByRole('textbox', { name: '短信验证码' }).count()).toBe(0);
      await expectAccessible(page);
      await scanFace(runtime, scanned);
      const title = page.getByRole('heading', { name: '请修改初始密码' });
      await title.waitFor();
      await page.goto('/me/phones');
      await title.waitFor();
      expect(new URL(page.url()).pathname).toBe('/change-password');

      const change = async (old: string, password: string, again = password) => {
        await page.getByLabel('初始密码').fill(old);
        await page.getByLabel('新密码', { exact: true }).fill(password);
        await page.getByLabel('确认密码').fill(again);
        await button(page, '修改密码').click();
      };
      await change(initial, 'Qingyi#2093', 'Qingyi#2094');
      await page.getByText('两次输入的密码不一致').waitFor();
      await change('000000', 'Qingyi#2093');
      await page.getByText('您还可以尝试 4 次').waitFor();
      await change(initial, `Ab#${initial}`);
      await page.getByText('密码不符合安全要求').first().waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'change-password-360');
      await change(initial, 'Qingyi#2093');
      // The page that the person wanted to open before the password had to be changed.
      await page.getByRole('heading', { name: '手机号码修改' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/me/phones');
      expect(await page.evaluate('sessionStorage["requested-page"]')).toBeUndefined();
      await fromMenu(page, '我的信息');
      await page.getByRole('heading', { name: '我的信息' }).waitFor();
      // The page asks no more for a password change, because it is done.
      await isAbsent(page, '您正在使用初始密码');
      const { body } = expectStatus(await enterPassword(runtime, who.documentNumber, 'Qingyi#2093'), 201);
      expect(body.secondFactors).toHaveLength(2);
    },
  );
});

describe('旧版登录', () => {
  const oldCompany = async (boss: Sample) => {
    const taxpayerId = creditCode();
    await feed(
      portal.runtime,
      companyLine(taxpayerId, { companyPasswordHash: sha256(companyPassword) }),
      representativeLine(taxpayerId, boss),
    );
    return taxpayerId;
  };
  const enterOld = async (page: Page, taxpayerId: string, password = companyPassword) => {
    await taxpayerField(page).fill(taxpayerId);
    await page.getByLabel('企业密码').fill(password);
    await button(page, '下一步').click();
  };

  long(
    'LEG-1 LGN-3 LGN-10 LGN-12 company password, person, own password, SMS code and role; each wrong password says how often it may still be tried',
    async () => {
      const { runtime } = portal;
      const boss = await knownPerson(runtime);
      const taxpayerId = await oldCompany(boss);
      await giveRelation(runtime, boss, taxpayerId, 'tax-handler');
      await wait(runtime, 61);
      const page = await portal.open('/legacy', phone);
      await page.getByText(/旧版登录将于 \d{4}-\d\d-\d\d 停用/).waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'legacy-360');
      await enterOld(page, taxpayerId, 'Wrong#1998');
      // Before each password check the page must solve a proof of work, which takes long on a busy machine.
      await page.getByText('今日还可以尝试 4 次').waitFor({ timeout: allowing(60_000) });
      await enterOld(page, taxpayerId);
      await page.getByRole('heading', { name: '请选择办税人员' }).waitFor({ timeout: allowing(60_000) });
      await button(page, '登录').click();
      await page.getByText('请填写个人用户密码').waitFor();
      const shown = `${boss.name.slice(0, 1)}**（${maskDocument(boss.documentNumber)}） · 法定代表人`;
      await page.getByRole('radio', { name: shown }).check();
      await page.getByLabel('个人用户密码').fill('Wrong#2058');
      await button(page, '登录').click();
      await page.getByText('您还可以尝试 4 次').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'legacy-person-360');
      await page.getByLabel('个人用户密码').fill(boss.password);
      await button(page, '登录').click();
      await button(page, '获取验证码').click();
      await page.getByText('验证码已发送至').first().waitFor();
      await page.getByRole('textbox', { name: '短信验证码' }).fill(await codeFor(runtime, boss.phone));
      await button(page, `${companyName} · 法定代表人`).click();
      await identity(page, `${companyName} · 法定代表人`);
    },
  );

  long(
    'LEG-2 REL-6 where the company has people already, a binding waits for them; LEG-1 after its last day the old login is gone',
    async () => {
      const { runtime } = portal;
      const who = await settled(runtime);
      const taxpayerId = await oldCompany(await settled(runtime));
      await wait(runtime, 61);
      const page = await portal.open('/legacy', phone);
      await enterOld(page, taxpayerId);
      await button(page, '绑定办税员').click({ timeout: allowing(60_000) });
      await button(page, '获取验证码').click();
      await page.getByText('请填写姓名').waitFor();
      await page.getByLabel('姓名').fill(who.name);
      await page.getByLabel('证件号码').fill(who.documentNumber);
      await button(page, '获取验证码').click();
      await page.getByText('验证码已发送至').first().waitFor();
      await page.getByRole('textbox', { name: '短信验证码' }).fill(await codeFor(runtime, who.phone));
      await page.getByLabel('个人用户密码').fill(who.password);
      await button(page, '确认绑定').click();
      await page.getByText('待企业的法定代表人或财务负责人在“账户中心-人员权限管理”中确认后生效').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await picture(page, 'legacy-bound-360');
      await page.getByRole('link', { name: '去登录' }).click();
      await page.getByRole('link', { name: /旧版登录/ }).waitFor();

      const before = runtime.clock.now();
      try {
        runtime.clock.set('2030-01-01T00:00:00+08:00');
        await page.goto('/legacy');
        await page.getByText('旧版登录已停用').first().waitFor();
        await expectAccessible(page);
        await page.getByRole('link', { name: '使用新版登录' }).click();
        await page.getByRole('img', { name: '二维码' }).waitFor();
        expect(await page.getByRole('link', { name: /旧版登录/ }).count()).toBe(0);
      } finally {
        runtime.clock.set(before.toISOString());
      }
    },
  );
});
