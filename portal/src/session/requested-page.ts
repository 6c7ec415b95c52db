import type { Identity } from '#contract/schemas.ts';
import { setTabItem, tabItem } from '../app/browser-features.ts';

/**
 * The page that a person requested before they were sent to the login: from the guard, or from a link in an SMS. Kept
 * in the tab, so that it survives 忘记密码, a reload and a registration. The page is a path of ours with the name of a
 * tab or the handle of a hand-over, nothing personal.
 */
const key = 'requested-page';
const isOwnPath = (path: unknown): path is string =>
  typeof path === 'string' &&
  (/^\/me(\/[a-z-]+)*(\?list=[a-z]+)?$/.test(path) || /^\/sso#[\w-]{32}$/.test(path));

export function requestPage(path: string): void {
  if (isOwnPath(path)) setTabItem(key, path);
}
/**
 * Where to go after the login; `/me` unless another page was requested. Reading removes nothing: `RequireSignIn` clears
 * the page once it is shown, a hand-over when it begins, and 退出.
 */
export function pageAfterLogin(identity?: Identity): string {
  const path = tabItem(key);
  if (isOwnPath(path)) return path;
  // An agent works for a client, so first they choose which one (SWI-3).
  return identity?.kind === 'agency' && !identity.client ? '/me/clients' : '/me';
}
export const clearRequestedPage = (): void => setTabItem(key, undefined);
