import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll } from 'vitest';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { queryOf, requestOf, type TaxSystem, taxSystem } from '../../flows/support/sso.ts';
import type { Portal } from './browser.ts';

/** Pages of tax systems on another site than the portal. */
export interface TaxPages {
  readonly origin: string;
  /** The address that begins a request; further query parameters become parameters of the request. */
  start(clientId: string): string;
  /** The address to which the browser returns, also after 退出. */
  back(clientId: string): string;
  /** The parameters that the system got, once the browser is at the system's page. */
  cameBack(page: Page, clientId: string): Promise<Record<string, string>>;
  /** Registers a system that uses these pages. */
  system(clientId: string, facts: Partial<RelyingPartyInput>): Promise<TaxSystem>;
}

/** Call it at the top of a file, before `usePortal`; `usePortal` gets the systems as an option. */
export async function taxPages(portal: () => Portal): Promise<TaxPages> {
  const systems: TaxSystem[] = [];
  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    const system = systems.find(({ client }) => pathname === `/start/${client.clientId}`);
    if (system) {
      const asked = queryOf(requestOf(system, Object.fromEntries(searchParams)));
      const location = `${portal().runtime.url}/oauth2/authorize?${asked}`;
      return void response.writeHead(303, { location }).end();
    }
    const came = JSON.stringify(Object.fromEntries(searchParams));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="zh"><title>system</title><pre>${came}</pre></html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => server.close());
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const start = (clientId: string) => `${origin}/start/${clientId}`;
  const back = (clientId: string) => `${origin}/back/${clientId}`;
  return {
    origin,
    start,
    back,
    cameBack: async (page, clientId) => {
      await page.waitForURL(`${back(clientId)}?**`);
      return JSON.parse((await page.locator('pre').textContent()) ?? '');
    },
    system: async (clientId, facts) => {
      const system = await taxSystem(clientId, {
        redirectUris: [back(clientId)],
        initiateLoginUri: start(clientId),
        backchannelLogoutUri: `${origin}/logout`,
        ...facts,
      });
      systems.push(system);
      return system;
    },
  };
}
