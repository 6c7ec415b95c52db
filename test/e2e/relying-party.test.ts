import { afterAll, beforeAll, describe, expect } from 'vitest';
import { exampleSystem } from '../flows/support/example-systems.ts';
import { companyOf } from '../flows/support/registry.ts';
import { inCompany } from '../flows/support/relations.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { knownPerson } from '../support/watched.ts';
import { usePortal } from './support/browser.ts';
import { openSignedIn } from './support/signed-in.ts';

/**
 * The tax system of examples/relying-party. It is on another site than the portal, so its pages send no cookie of the
 * portal.
 */
const system = await exampleSystem(
  'filing-web',
  { name: { zh: '申报缴纳系统', en: 'Filing and payment' } },
  'localhost',
);
const portal = usePortal({ relyingParties: [system.client] });
beforeAll(() => system.meet(portal.door));
afterAll(() => system.stop());

describe('the tax system of the example', () => {
  long(
    'SSO-6 SSO-8 a tile, the company shown in the tax system, 退出 in the portal, and the tax system knows',
    async () => {
      const boss = await knownPerson(portal.door);
      const taxpayerId = await companyOf(portal.door, boss);
      const { cookie } = await inCompany(portal.door, boss, taxpayerId);
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
