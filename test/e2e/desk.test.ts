import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { companies as taxpayers } from '../../infra/demo/companies.ts';
import { people } from '../../infra/demo/people.ts';
import { allowing } from '../support/patience.ts';
import { wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { expectAccessible, expectFits, picture, usePortal } from './support/browser.ts';

const portal = usePortal({ demo: true, taxSystems: true });
const { zhangWei, liNa, wangFang, zhouJie } = people;

const phoneOf = (desk: Page, app: string): Locator => desk.getByRole('region', { name: app, exact: true });
const ahtax = (desk: Page) => phoneOf(desk, '安徽税务 APP');
const iit = (desk: Page) => phoneOf(desk, '个人所得税 APP');

/** Opens a select, types into it to filter, and takes the first option that is left. */
async function pick(scope: Locator, label: string, text: string): Promise<void> {
  const box = scope.getByLabel(label, { exact: true });
  await box.click();
  const option = scope
    .page()
    .locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: text });
  if ((await box.getAttribute('readonly')) === null) await box.fill(text);
  await option.first().click();
}
const scanShown = (phone: Locator) => phone.getByRole('button', { name: /^扫描“/ }).click();

async function enterPassword(page: Page, who: { documentNumber: string; password?: string }): Promise<void> {
  await page.getByRole('tab', { name: '自然人业务' }).click();
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.documentNumber);
  await page.getByLabel('个人用户密码').fill(who.password ?? '');
  await page.getByRole('button', { name: '登录', exact: true }).click();
}
const isSignedIn = (page: Page) => page.getByRole('button', { name: '退出' }).waitFor();
async function faceWill(desk: Page, outcome: string): Promise<void> {
  await desk.getByRole('radio', { name: outcome, exact: true }).click();
  await desk.getByRole('radio', { name: outcome, exact: true, checked: true }).waitFor();
}
const notice = (scope: Locator, text: string | RegExp) => scope.getByText(text).first().waitFor();

describe('the phones on the desk', () => {
  it('QR-1 QR-2 CHN-1 a phone scans the code of another tab, shows what it is for, and the page takes over its company', async () => {
    const desk = await portal.open('/desk');
    const phone = phoneOf(desk, '安徽税务微信小程序');
    await notice(phone, '暂无二维码');
    const page = await portal.tab(desk, '/login');
    await pick(phone, '登录人', zhangWei.name);
    await pick(phone, '使用身份', taxpayers.huijiang.name);
    await scanShown(phone);
    await notice(phone, '扫码登录');
    await phone.getByRole('button', { name: '确认登录' }).click();
    await notice(phone, '已确认，请看电脑屏幕');
    await isSignedIn(page);
    await notice(page.locator('header'), taxpayers.huijiang.name);
    // The desk does not stop when a person logs in to the portal in the same browser.
    await phone.getByRole('button', { name: '扫描另一个二维码' }).click();
    await notice(phone, '暂无二维码');
    expect(await desk.getByRole('button', { name: '退出' }).count()).toBe(0);
  });

  long('QR-2 a cancelled code is over, and the page says so', async () => {
    const desk = await portal.open('/desk');
    const page = await portal.tab(desk, '/login');
    await pick(iit(desk), '登录人', liNa.name);
    await scanShown(iit(desk));
    await iit(desk).getByRole('button', { name: '取消' }).click();
    await notice(iit(desk), '已取消');
    await page.getByText('您已在手机上取消').first().waitFor();
  });

  long(
    'FACE-1 FACE-2 REG-5 a face check fails, says what is left, is tried again and passes, with nobody logged in on the phone',
    async () => {
      const desk = await portal.open('/desk');
      const page = await portal.tab(desk, '/login');
      await enterPassword(page, wangFang);
      await page.getByRole('tab', { name: '扫脸验证' }).click();
      await faceWill(desk, '未通过');
      await scanShown(ahtax(desk));
      await notice(ahtax(desk), '扫脸验证');
      await ahtax(desk).getByRole('button', { name: '开始扫脸' }).click();
      await notice(ahtax(desk), '还可尝试 4 次');
      await faceWill(desk, '通过');
      await ahtax(desk).getByRole('button', { name: '再扫一次' }).click();
      await notice(ahtax(desk), '扫脸通过，请看电脑屏幕');
      await isSignedIn(page);
      await desk.reload();
      await desk.getByRole('radio', { name: '通过', exact: true, checked: true }).waitFor();
    },
  );

  long(
    'FACE-1 another person in the 个税 APP is refused with the API’s sentence, and so is its view of companies (REL-9)',
    async () => {
      const desk = await portal.open('/desk');
      const page = await portal.tab(desk, '/login');
      await enterPassword(page, wangFang);
      await page.getByRole('tab', { name: '扫脸验证' }).click();
      await pick(iit(desk), '登录人', liNa.name);
      await scanShown(iit(desk));
      await iit(desk).getByRole('alert').waitFor();
      await iit(desk).getByRole('button', { name: '查看我的企业' }).click();
      await iit(desk).getByRole('alert').nth(1).waitFor();
      await pick(ahtax(desk), '登录人', liNa.name);
      await ahtax(desk).getByRole('button', { name: '查看我的企业' }).click();
      await notice(ahtax(desk).getByRole('list', { name: '我的企业' }), taxpayers.huijiang.name);
    },
  );

  long(
    'SSO-4 QR-1 a phone that opened a tax system hands its person over, as the company it works for',
    async () => {
      const system = portal.runtime.taxSystems?.list.find(({ clientId }) => clientId === 'filing-web');
      const desk = await portal.open('/desk');
      const phone = ahtax(desk);
      await pick(phone, '登录人', zhangWei.name);
      await pick(phone, '使用身份', taxpayers.huijiang.name);
      const page = await portal.tab(desk, `${system?.url}/login`);
      await page.getByText('请先登录，登录后将进入').first().waitFor();
      await phone.getByRole('button', { name: /^以本机身份进入业务系统/ }).click();
      await notice(phone, '已交接给业务系统。');
      // The web view is a tab of the same browser, so the tax system recognises its own request.
      await phone
        .getByRole('link', { name: '在内嵌浏览器中继续' })
        .evaluate((link) => link.removeAttribute('target'));
      await phone.getByRole('link', { name: '在内嵌浏览器中继续' }).click();
      await desk.waitForURL(`${system?.url}/`);
      await notice(desk.locator('body'), taxpayers.huijiang.name);
      expect((await desk.context().cookies(portal.runtime.url)).map(({ name }) => name)).not.toContain(
        '__Host-refresh',
      );
    },
  );

  long('LGN-3 the inbox shows a code at once, filters by number and copies it', async () => {
    await wait(portal.runtime, 61);
    const desk = await portal.open('/desk');
    await desk.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await portal.tab(desk, '/login');
    await enterPassword(page, zhouJie);
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText('验证码已发送至').first().waitFor();
    await desk.bringToFront();
    await desk.getByLabel('按手机号码筛选').fill(zhangWei.phone);
    const inbox = desk.getByRole('region', { name: '短信' }).first();
    await inbox.getByText(zhouJie.phone).first().waitFor({ state: 'detached' });
    await inbox.getByText(zhangWei.phone).first().waitFor();
    await desk.getByLabel('按手机号码筛选').fill(zhouJie.phone);
    await inbox
      .getByRole('button', { name: /^复制验证码 \d{6}$/ })
      .first()
      .click();
    const code = await desk.evaluate<string>('navigator.clipboard.readText()');
    expect(code).toMatch(/^\d{6}$/);
    await page.bringToFront();
    await page.getByRole('textbox', { name: '短信验证码' }).fill(code);
    await isSignedIn(page);
  });
});

describe('around the phones', () => {
  long('STP-3 a terminal asks for a face, any app answers, and the terminal gets the proof', async () => {
    const desk = await portal.open('/desk');
    await desk.getByRole('tab', { name: '自助办税终端' }).click();
    const panel = desk.getByRole('tabpanel');
    await pick(panel, '面前的人', zhangWei.name);
    await pick(panel, '事项', '申请退税');
    await panel.getByRole('button', { name: '显示二维码' }).click();
    const phone = phoneOf(desk, '安徽税务支付宝小程序');
    await pick(phone, '登录人', zhangWei.name);
    await scanShown(phone);
    await phone.getByRole('button', { name: '开始扫脸' }).click();
    await panel.getByText('验证通过，证明').waitFor();
  });

  long(
    'ENT-2 ENT-3 registry lines bring a company, the hall confirms it and enters somebody typed in',
    async () => {
      const desk = await portal.open('/desk');
      await desk.getByRole('tab', { name: '登记数据' }).click();
      const panel = desk.getByRole('tabpanel');
      await panel.getByRole('button', { name: /^填入示例/ }).click();
      const lines = panel.getByLabel('数据行（每行一个 JSON）');
      const example = await lines.inputValue();
      await lines.fill(`${example}\n{"type":"nonsense"}`);
      await panel.getByRole('button', { name: '发送' }).click();
      await panel.getByText('接受 2 行，过期 0 行，拒绝 1 行').waitFor();
      await desk.getByRole('tab', { name: '办税服务厅' }).click();
      const taxpayerId = (JSON.parse(example.split('\n')[0] ?? '') as { taxpayerId: string }).taxpayerId;
      const confirmation = panel.getByRole('region', { name: '企业信息确认' });
      await confirmation.getByLabel('统一社会信用代码/纳税人识别号').fill(taxpayerId);
      await confirmation.getByRole('button', { name: '确认企业' }).click();
      await confirmation.getByText('已确认：').waitFor();

      const relation = panel.getByRole('region', { name: '添加办税人员' });
      await relation.getByLabel('统一社会信用代码/纳税人识别号').fill(taxpayerId);
      await relation.getByRole('button', { name: '输入其他人员' }).first().click();
      const dialog = desk.getByRole('dialog', { name: '输入其他人员' });
      await dialog.getByLabel('姓名').fill('钱多多');
      await dialog.getByLabel('证件号码').fill('123');
      await dialog.getByRole('button', { name: '使用此人' }).click();
      await dialog.getByText('证件号码不正确').waitFor();
      await dialog.getByLabel('证件号码').fill('340104198506150029');
      await dialog.getByRole('button', { name: '使用此人' }).click();
      await relation.getByText('钱多多').first().waitFor();
      await relation.getByRole('button', { name: '添加', exact: true }).click();
      await relation.getByText('已添加').waitFor();
      await relation.getByRole('button', { name: '解除刚添加的授权' }).click();
      await relation.getByText('已解除').waitFor();

      const collection = panel.getByRole('region', { name: '实名采集' });
      await pick(collection, '人员', '钱多多');
      await collection.getByLabel('手机号码').fill('13955100199');
      await collection.getByRole('button', { name: '采集', exact: true }).click();
      await collection.getByText('已采集').waitFor();
    },
  );

  long(
    'LCK-3 the clock moves, stops, is set to midnight and back, and the midnight unlock runs',
    async () => {
      const desk = await portal.open('/desk');
      const clock = desk.getByRole('region', { name: '时钟' });
      const before = portal.runtime.clock.now().getTime();
      await clock.getByRole('button', { name: '+1 小时' }).click();
      await expect
        .poll(() => portal.runtime.clock.now().getTime() - before, { timeout: allowing(15_000) })
        .toBeGreaterThanOrEqual(3_600_000);
      await clock.getByRole('button', { name: '到零点' }).click();
      await clock.getByText(/ 00:00:\d\d$/).waitFor();
      await clock.getByRole('button', { name: '执行零点解锁' }).click();
      await clock.getByText(/已解锁 \d+ 人/).waitFor();
      await clock.getByLabel('设为（北京时间）').fill('2035-03-01T08:30:00');
      await clock.getByRole('button', { name: '设定' }).click();
      await clock.getByText('已停在此刻').waitFor();
      expect(portal.runtime.clock.now().toISOString()).toBe('2035-03-01T00:30:00.000Z');
      await clock.getByRole('button', { name: '恢复本机时间' }).click();
      await clock.getByText('走动中').waitFor();
      expect(Math.abs(portal.runtime.clock.now().getTime() - Date.now())).toBeLessThan(allowing(10_000));
    },
  );

  long(
    'tells who can be played and how they log in; axe finds nothing serious; everything fits on 360 px, in English too',
    async () => {
      const desk = await portal.open('/desk', { width: 1440, height: 900 });
      await portal.tab(desk, '/login');
      await desk.bringToFront();
      await ahtax(desk)
        .getByRole('button', { name: /^扫描“/ })
        .waitFor();
      await desk
        .getByRole('button', { name: `复制 纳税人识别号 ${taxpayers.huijiang.taxpayerId}` })
        .first()
        .waitFor();
      await pick(ahtax(desk), '登录人', zhangWei.name);
      await scanShown(ahtax(desk));
      await ahtax(desk).getByRole('button', { name: '查看我的企业' }).click();
      await ahtax(desk).getByRole('list', { name: '我的企业' }).waitFor();
      await expectAccessible(desk);
      await picture(desk, 'desk');
      for (const tab of ['办税服务厅', '自助办税终端', '登记数据']) {
        await desk.getByRole('tab', { name: tab }).click();
        await expectAccessible(desk);
        await picture(desk, `desk-${tab}`);
      }
      await desk.setViewportSize({ width: 360, height: 740 });
      for (const tab of ['办税服务厅', '自助办税终端', '登记数据', '演示人员']) {
        await desk.getByRole('tab', { name: tab }).click();
        await expectFits(desk);
      }
      await picture(desk, 'desk-360');
      await desk.getByRole('button', { name: '大字版' }).click();
      await expectFits(desk);
      await desk.getByRole('button', { name: '标准版' }).click();
      await desk.getByRole('button', { name: 'English' }).click();
      await desk.getByRole('heading', { name: 'The phones on the desk' }).waitFor();
      await expectFits(desk);
      await picture(desk, 'desk-360-en');
    },
  );
});
