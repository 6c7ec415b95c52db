import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, launchChromium } from './chromium.ts';

/*
 * `node test/support/first-login.ts`: how long somebody needs who has only the README. Clones this repository as it is
 * committed, runs the README's two commands in the clone, and logs in as one of the demo people of the start message,
 * in one browser, with the code from the desk's inbox. Prints the seconds of each part.
 */
const project = join(import.meta.dirname, '../..');
const account = 'zhangwei85';
const password = 'Wanjiang#2058';
const phone = '13955100101';

const begun = performance.now();
let last = begun;
function took(what: string): void {
  const now = performance.now();
  process.stdout.write(`${((now - last) / 1000).toFixed(1).padStart(7)} s  ${what}\n`);
  last = now;
}
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));
async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const code = await ended(spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

const folder = mkdtempSync(join(tmpdir(), 'first-login-'));
const clone = join(folder, 'clone');
let system: ChildProcess | undefined;
try {
  await run('git', ['clone', '--quiet', '--no-hardlinks', project, clone], folder);
  took('git clone');
  await run('npm', ['ci'], clone);
  took('npm ci');
  // A group of its own, so that npm and what it starts end together.
  system = spawn('npm', ['start', '--', '--port', '0'], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await ready(system);
  took('npm start, until it says that it is ready');
  await logIn(address);
  took('logged in: two pages of one browser, login and desk');
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  in all\n`);
} finally {
  if (system?.pid) {
    const gone = ended(system);
    process.kill(-system.pid, 'SIGINT');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (piece: Buffer) => {
      said += piece.toString();
      const found = /ready (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found?.[1]) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${said.slice(-2000)}`)));
  });
}

async function logIn(address: string): Promise<void> {
  const browser = await launchChromium(await chromiumPath());
  try {
    const context = await browser.newContext({ locale: 'zh-CN' });
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole('tab', { name: '自然人业务' }).click();
    await page.getByLabel('居民身份证号码/手机号码/用户名').fill(account);
    await page.getByLabel('个人用户密码').fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText('验证码已发送至').first().waitFor();
    const desk = await context.newPage();
    await desk.goto(`${address}/desk`);
    const message = desk.getByRole('listitem').filter({ hasText: phone }).first();
    const code = /\d{6}/.exec((await message.locator('.desk-code').textContent()) ?? '')?.[0];
    await page.getByRole('textbox', { name: '短信验证码' }).fill(code ?? '');
    await page.getByRole('button', { name: '退出' }).waitFor();
  } finally {
    await browser.close();
  }
}
