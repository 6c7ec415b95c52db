import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPortal } from '../../infra/portal/build.ts';
import { importsIn } from '../walls/imports.ts';

let dist: string;
beforeAll(async () => {
  dist = await buildPortal({ mode: 'production' });
});

/** A moderate level, as a CDN uses it, and not the best that brotli can do. */
const compressed = (code: string): number =>
  brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }).length;

/** The files and everything that they import at once. */
function closure(files: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const add = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(join(dist, file), 'utf8');
    for (const specifier of importsIn(source, { only: 'at-once' })) add(join(dirname(file), specifier));
  };
  for (const file of files) add(file);
  return seen;
}

const entries = () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  return [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '');
};
const chunk = (name: string) => {
  const found = readdirSync(join(dist, 'assets')).filter((file) =>
    new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(file),
  );
  expect(found, `one chunk called ${name}`).toHaveLength(1);
  return `assets/${found[0]}`;
};

describe('what a browser has to fetch', () => {
  it('the login page is at most 200 KB of script, compressed', () => {
    const files = closure([...entries(), chunk('login')]);
    const sizes = [...files].map(
      (file) => [file, compressed(readFileSync(join(dist, file), 'utf8'))] as const,
    );
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    // The message of a failure shows the sizes, so that a person sees what grew.
    expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(200 * 1024);
  });

  it('later pages come in files of their own, not with the login page', () => {
    const first = closure([...entries(), chunk('login')]);
    for (const page of ['register', 'forgot-password', 'change-password', 'deregister', 'activity'])
      expect(first.has(chunk(page)), page).toBe(false);
  });

  it('the policy stands: no inline script or style, no font or script from elsewhere, no <style> made by script', () => {
    for (const file of ['index.html', 'login.html', 'register.html', 'me.html'])
      expect(readFileSync(join(dist, file), 'utf8'), file).not.toMatch(
        /<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=/i,
      );
    const html = readFileSync(join(dist, 'login.html'), 'utf8');
    const urls = [...html.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]+)"/g)].map(
      ([, url]) => url ?? '',
    );
    // Scripts for old engines are not built, and have no hash in their names.
    expect(urls.filter((url) => !url.startsWith('/assets/'))).toEqual(['/first-view.js', '/old-browser.js']);
    const scripts = readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.js'));
    for (const file of scripts) {
      const source = readFileSync(join(dist, 'assets', file), 'utf8');
      // React's own support of <style precedence> uses an owner document; any other call would come from antd.
      expect(source.match(/\bdocument\.createElement\([`'"]style/g), file).toBeNull();
    }
  });

  it('a deployed page knows nothing of the phones on the desk', () => {
    expect(readdirSync(join(dist, 'assets')).filter((file) => /^desk/.test(file))).toEqual([]);
  });
});
