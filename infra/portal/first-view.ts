import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { loginFile } from './fallback.ts';
import { assetsFolder } from './headers.ts';

interface FirstView {
  readonly html: string;
  readonly css: string;
}
/** What the page must not contain: the content security policy refuses it, and the page would not look as intended. */
const refused = /<script|<style|\bstyle=|\bon\w+=/i;

/**
 * Makes `login.html` beside `index.html`: the login page's first view as React renders it, with antd's styles in a
 * separate file, so that people see the form before any script has arrived. The page's own style sheets come with the
 * first request.
 */
export async function makeFirstView(root: string, mode: string, outDir: string): Promise<void> {
  const entry = join(root, 'src/prerender/index.tsx');
  if (!existsSync(entry)) return;
  // Below the project, so that packages are found; our own modules are built into single copies.
  const folder = mkdtempSync(join(outDir, '..', 'prerender-'));
  try {
    await build({
      root,
      mode,
      logLevel: 'silent',
      build: { ssr: entry, outDir: folder, emptyOutDir: true, copyPublicDir: false, minify: false },
      ssr: { noExternal: true },
    });
    standForBrowser();
    const made: { firstView(): Promise<FirstView> } = await import(
      pathToFileURL(join(folder, 'index.js')).href
    );
    const { html, css } = await made.firstView();
    if (refused.test(html))
      throw new Error(`The first view has what the policy refuses: ${html.match(refused)}`);
    writeFileSync(
      join(outDir, loginFile),
      withView(readFileSync(join(outDir, 'index.html'), 'utf8'), html, keep(outDir, css)),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Objects that the pages' modules expect when they load and that this process does not have. `window` stays undefined:
 * antd and React conclude from it that there is no browser.
 */
function standForBrowser(): void {
  Object.assign(globalThis, {
    location: { origin: 'http://build.invalid' },
    document: { documentElement: { dataset: {} } },
    matchMedia: () => ({ matches: false }),
    // Node's own BroadcastChannel would keep the process waiting for messages for ever.
    BroadcastChannel: undefined,
  });
}

/** Writes the sheet under a name that depends on its content. */
function keep(outDir: string, css: string): string {
  const name = `${assetsFolder}first-view-${createHash('sha256').update(css).digest('hex').slice(0, 8)}.css`;
  writeFileSync(join(outDir, name), css);
  return name;
}

const emptyRoot = '<div id="root"></div>';
function withView(page: string, html: string, sheet: string): string {
  if (!page.includes(emptyRoot)) throw new Error('index.html has no empty root');
  return page
    .replace(emptyRoot, () => `<div id="root">${html}</div>`)
    .replaceAll('rel="preload" as="style"', 'rel="stylesheet"')
    .replace(
      '</title>',
      `</title>\n    <script src="/first-view.js"></script>\n    <link rel="stylesheet" crossorigin href="/${sheet}">`,
    );
}
