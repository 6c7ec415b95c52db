import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileOfPage } from './fallback.ts';

/**
 * The addresses of the portal's pages. Partition aws-cn has no CloudFront Functions in CloudFormation, so there each
 * page's address is a copy of its file instead of a rule; a test compares this list with the portal's routes.
 */
export const pagePaths = [
  'login',
  'legacy',
  'register',
  'forgot-password',
  'recover-phone',
  'change-password',
  'help',
  'about',
  'sso',
  'sso/error',
  'sso/logout',
  'me',
  'me/profile',
  'me/phones',
  'me/password',
  'me/level',
  'me/deregister',
  'me/authorizations',
  'me/staff',
  'me/company',
  'me/switch',
  'me/agency',
  'me/agreements',
  'me/clients',
  'me/sessions',
  'me/systems',
  'me/activity',
] as const;

/**
 * Passes folders that together contain the page's file under every page's address. There are several folders, because
 * on a disk `me` cannot be both a file and a folder. The folders are deleted when `use` returns.
 */
export function withPageCopies(files: string, use: (folders: readonly string[]) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'ahtax-pages-'));
  try {
    const depths = [...new Set(pagePaths.map(depthOf))];
    const folders = depths.map((depth) => {
      const folder = join(root, String(depth));
      for (const path of pagePaths.filter((one) => depthOf(one) === depth)) {
        const copy = join(folder, path);
        mkdirSync(dirname(copy), { recursive: true });
        copyFileSync(join(files, fileOfPage(`/${path}`)), copy);
      }
      return folder;
    });
    use(folders);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
const depthOf = (path: string): number => path.split('/').length;
