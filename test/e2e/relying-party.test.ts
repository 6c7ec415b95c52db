import { afterAll, beforeAll, describe, expect } from 'vitest';
import { exampleSystem } from '../flows/support/example-systems.ts';
import { companyOf } from '../flows/support/registry.ts';
import { inCompany } from '../flows/support/relations.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { knownPerson } from '../support/watched.ts';
import { usePortal } from './support/browser.ts';
import { otherSystem } from './support/other-library.ts';
import { openSignedIn } from './support/signed-in.ts';

/**
 * The tax system of examples/relying-party. The system is on another site than the portal, so its pages send no cookie
 * of the portal.
 */
const system = await exampleSystem(
  'filing-web',
  { name: { zh: '申报缴纳系统', en: 'Filing and payment' } },
  'localhost',
);
const other = await otherSystem('registration-web');
const portal = usePortal({ relyingParties: [system.client, other.client] });
beforeAll(() => {
  for (const one of [system, other]) one.meet(portal.runtime);
});
afterAll(() => {
  for (const one of [system, other]) one.stop();
});

describe('the tax system of the example', () => {
  long(
    'SSO-6 SSO-8 a tile, the company shown in the tax system, 退出 in the portal, and the tax system knows',
    async () => {
      const boss = await knownPerson(portal.runtime);
      const taxpayerId = await companyOf(portal.runtime, boss);
      const { cookie } = await inCompany(portal.runtime, boss, taxpayerId);
      const page = await openSignedIn(portal, cookie, '/me');
      await page.getByRole('link', { name: '申报缴纳系统' }).click();
      await page.waitForURL(`${system.origin}/`);
      await page.getByRole('row', { name: `合肥徽香茶业有限公司 ${taxpayerId}` }).waitFor();
      await page.getByRole('row', { name: 'legal-representative' }).waitFor();

      const tab = await portal.tab(page);
      await tab.getByRole('button', { name: '退出' }).click();
      await expect.poll(() => system.notices.length, { timeout: allowing(5_000) }).toBe(1);
      await page.reload();
      await page.getByText('尚未登录，或登录已结束。').waitFor();
    },
  );
});

describe('a tax system with oauth4webapi', () => {
  long(
    'SSO-2 SSO-6 SSO-7 SSO-8 pushes its request, gets the company from the browser, asks anew, and knows of 退出',
    async () => {
      const boss = await knownPerson(portal.runtime);
      const taxpayerId = await companyOf(portal.runtime, boss);
      const { cookie } = await inCompany(portal.runtime, boss, taxpayerId);
      const page = await openSignedIn(portal, cookie, '/me');
      await page.goto(`${other.origin}/login`);
      await page.waitForURL(`${other.origin}/`);
      for (const path of ['/', '/refresh']) {
        await page.goto(other.origin + path);
        const [detail] = JSON.parse((await page.locator('body').textContent()) ?? '');
        expect(detail).toMatchObject({
          type: 'taxpayer',
          identity: 'enterprise',
          taxpayer: { id: taxpayerId, name: '合肥徽香茶业有限公司' },
          role: 'legal-representative',
        });
      }
      const tab = await portal.tab(page);
      await tab.getByRole('button', { name: '退出' }).click();
      await expect.poll(() => other.told.length, { timeout: 5_000 }).toBe(1);
      await page.goto(`${other.origin}/`);
      await page.getByText('尚未登录').waitFor();
    },
  );
});
