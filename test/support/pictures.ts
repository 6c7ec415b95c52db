import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startRuntime } from '../../infra/local/runtime.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

/** `npm run pictures`: makes the pictures of the docs anew, with the demo people. */
const folder = join(import.meta.dirname, '../../docs/pictures');
const password = 'Wanjiang#2058';

interface Who {
  readonly entry: '企业业务' | '自然人业务' | '代理业务';
  readonly company?: string;
  readonly account: string;
  readonly phone: string;
  /** Chosen after the second factor, by somebody who has several. */
  readonly role?: string;
}
const boss: Who = {
  entry: '企业业务',
  company: '91340104MAX979JM94',
  account: 'zhangwei85',
  phone: '13955100101',
};
const agent: Who = {
  entry: '代理业务',
  company: '91340104MACWXN238K',
  account: '13955100104',
  phone: '13955100104',
};
const agencyHead: Who = {
  entry: '企业业务',
  company: '91340104MACWXN238K',
  account: '13955100105',
  phone: '13955100105',
  role: '法定代表人',
};

const notebook = { width: 1366, height: 625 };
const desktop = { width: 1920, height: 945 };
const phone = { width: 360, height: 740 };

const runtime = await startRuntime({
  port: 0,
  inMemory: true,
  portal: true,
  demo: true,
  taxSystems: true,
  quiet: true,
});
const browser: Browser = await launchChromium(await chromiumPath());
try {
  await takeAll();
} finally {
  await browser.close();
  await runtime.stop();
}

async function takeAll(): Promise<void> {
  const code = (page: Page) => page.getByRole('img', { name: '二维码' }).waitFor();
  const login = await open('/login');
  await code(login);
  await keep(login, 'login');
  const wide = await open('/login', desktop);
  await code(wide);
  await keep(wide, 'login-1920');
  const dark = await open('/login', notebook, 'dark');
  await code(dark);
  await keep(dark, 'login-dark');
  const large = await open('/login', phone);
  await large.getByRole('button', { name: '大字版' }).click();
  await code(large);
  await keep(large, 'login-360-large', true);
  await large.getByRole('button', { name: '标准版' }).click();
  await large.getByRole('button', { name: '长辈版' }).click();
  await large.getByRole('button', { name: '用手机扫码登录' }).waitFor();
  await keep(large, 'login-360-elder', true);
  await large.emulateMedia({ forcedColors: 'active' });
  await large.getByRole('button', { name: '标准版' }).click();
  await large.setViewportSize(notebook);
  await code(large);
  await keep(large, 'login-forced-colors');
  const start = await open('/register');
  await start.getByRole('button', { name: '下一步：填写基本信息' }).click();
  await start.getByText('请填写姓名').waitFor();
  await keep(start, 'registration-errors', true);
  await keep(await open('/help'), 'help');
  const desk = await open('/desk', { width: 1366, height: 768 });
  await desk.getByRole('heading').first().waitFor();
  await keep(desk, 'desk', true);

  const company = await signedIn(boss);
  await company.getByText('没有需要您处理的事项').waitFor();
  await company.getByRole('heading', { name: '业务系统' }).waitFor();
  await company.getByText('上次登录').waitFor();
  await company.getByText('最近的身份').waitFor();
  await keep(company, 'first-screen', true);
  await company.emulateMedia({ colorScheme: 'dark' });
  await keep(company, 'first-screen-dark', true);
  await company.goto('/me/staff');
  await company.getByRole('row').nth(1).waitFor();
  await company.emulateMedia({ colorScheme: 'light' });
  await keep(company, 'staff');
  await company.goto('/me/activity');
  await company.getByRole('row').nth(1).waitFor();
  await keep(company, 'security-history');
  await company.getByRole('button', { name: 'English' }).click();
  await company.goto('/me');
  await company.getByText('Nothing waits for you').waitFor();
  await keep(company, 'first-screen-english');
  const clients = await signedIn(agent, phone);
  await clients.goto('/me/clients');
  await clients.getByRole('list', { name: '委托企业' }).waitFor();
  await keep(clients, 'agency-clients-360', true);
  const agency = await signedIn(agencyHead);
  await agency.goto('/me/agency');
  await agency.getByRole('row').nth(1).waitFor();
  await keep(agency, 'agency');
  await agency.getByRole('button', { name: '录入服务协议' }).click();
  await agency.getByLabel('开始日期').waitFor();
  await keep(agency, 'agency-agreement');
}

async function open(
  path: string,
  viewport = notebook,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: runtime.url,
    viewport,
    colorScheme,
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

async function signedIn(who: Who, viewport?: { width: number; height: number }): Promise<Page> {
  // A phone gets one code a minute.
  await fetch(`${runtime.url}/local/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advanceSeconds: 61 }),
  });
  const page = await open('/login', viewport);
  await page.getByRole('tab', { name: who.entry }).click();
  if (who.company) await page.getByLabel('统一社会信用代码/纳税人识别号').fill(who.company);
  await page.getByLabel('居民身份证号码/手机号码/用户名').fill(who.account);
  await page.getByLabel('个人用户密码').fill(password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送至').first().waitFor();
  if (who === boss) {
    await page.getByRole('textbox', { name: '短信验证码' }).fill('354');
    await keep(page, 'second-factor');
  }
  const sent = (await (await fetch(`${runtime.url}/local/sms?phone=${who.phone}`)).json()) as {
    code?: string;
  }[];
  await page
    .getByRole('textbox', { name: '短信验证码' })
    .fill(sent.find(({ code }) => code !== undefined)?.code ?? '');
  if (who.role) await page.getByRole('button', { name: who.role }).click();
  await page.getByRole('button', { name: '退出' }).waitFor();
  return page;
}

async function keep(page: Page, name: string, fullPage = false): Promise<void> {
  // Waits for the fonts.
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  process.stdout.write(`docs/pictures/${name}.png\n`);
}
