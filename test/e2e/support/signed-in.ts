import type { Page } from 'playwright-core';
import type { Portal } from './browser.ts';

/** `__Host-refresh=…`, as the `Set-Cookie` of an answer contains it. */
type Cookie = string;

/**
 * A browser that is logged in already, because the login has tests of its own. The session was opened over HTTP, and
 * the browser gets its refresh cookie.
 */
export async function openSignedIn(
  portal: Portal,
  cookie: Cookie,
  path = '/me',
  size: { readonly width?: number; readonly height?: number; readonly dark?: true } = {},
): Promise<Page> {
  const page = await portal.open('/legacy', size);
  const at = cookie.indexOf('=');
  await page.context().addCookies([
    {
      name: cookie.slice(0, at),
      value: cookie.slice(at + 1),
      url: page
        .url()
        .replace(/^http:/, 'https:')
        .replace(/(:\d+)\/.*$/, '$1/'),
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
    },
  ]);
  await page.goto(path);
  return page;
}
