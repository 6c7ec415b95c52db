import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { type FirstViewPath, firstViews } from './fallback.ts';
import { assetsFolder } from './headers.ts';

interface FirstView {
  readonly html: string;
  readonly css: string;
}
/** What the page must not contain: the content security policy refuses it, and the page would not look as intended. */
const refused = /<script|<style|\bstyle=|\bon\w+=/i;

/**
 * What a page needs in addition to the first files: source modules, or a group of portal/vite.config.ts. The page's
 * head names their files.
 */
const modulesOf: Readonly<Record<FirstViewPath, readonly string[]>> = {
  '/login': ['src/pages/login/index.tsx'],
  '/register': ['src/pages/register/index.tsx'],
  '/me': ['centre'],
};

/**
 * Makes a page beside `index.html` for each first view (fallback.ts) as React renders it, with antd's styles in a
 * separate file, so that people see the form before any script has arrived. Of /me, whose content belongs to one
 * person, only the frame is made. The head of the page names the files that the page loads.
 */
export async function makeFirstViews(root: string, mode: string, outDir: string): Promise<void> {
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
    const made: { firstView(path: FirstViewPath): Promise<FirstView> } = await import(
      pathToFileURL(join(folder, 'index.js')).href
    );
    const empty = readFileSync(join(outDir, 'index.html'), 'utf8');
    const manifest = JSON.parse(readFileSync(join(outDir, manifestFile), 'utf8')) as Manifest;
    for (const path of Object.keys(firstViews) as FirstViewPath[]) {
      const { html, css } = await made.firstView(path);
      if (refused.test(html))
        throw new Error(`The first view of ${path} has what the policy refuses: ${html.match(refused)}`);
      const early = [
        '<script src="/first-view.js"></script>',
        `<link rel="stylesheet" crossorigin href="/${keep(outDir, css)}">`,
      ];
      writeFileSync(
        join(outDir, firstViews[path]),
        withView(empty, path, html, early, filesOf(manifest, modulesOf[path])),
      );
    }
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

interface Chunk {
  readonly file: string;
  readonly name?: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;
/** Vite's list of modules and their built files (portal/vite.config.ts); the build deletes the list at its end. */
export const manifestFile = 'manifest.json';

/** Links to the files that these modules load at once. */
function filesOf(manifest: Manifest, modules: readonly string[]): string[] {
  const scripts = new Set<string>();
  const sheets = new Set<string>();
  const isGroup = (name: string) => (chunk: Chunk) => chunk.name === name && chunk.file.endsWith('.js');
  const add = (name: string): void => {
    const chunk = manifest[name] ?? Object.values(manifest).find(isGroup(name));
    if (!chunk) throw new Error(`${name} is no module of the portal`);
    if (scripts.has(chunk.file)) return;
    scripts.add(chunk.file);
    for (const sheet of chunk.css ?? []) sheets.add(sheet);
    for (const next of chunk.imports ?? []) add(next);
  };
  for (const name of modules) add(name);
  return [
    ...[...sheets].map((file) => `<link rel="stylesheet" crossorigin href="/${file}">`),
    ...[...scripts].map((file) => `<link rel="modulepreload" crossorigin href="/${file}">`),
  ];
}

const emptyRoot = '<div id="root"></div>';
/** The preloads of index.html, which every page has; a page with a first view names its own files instead. */
const preloads = /\s*<link [^>]*rel="(?:preload|modulepreload)"[^>]*>/g;
const linkOf = (line: string): string => /(?:src|href)="[^"]*"/.exec(line)?.[0] ?? line;
function withView(
  page: string,
  path: FirstViewPath,
  html: string,
  early: readonly string[],
  files: readonly string[],
): string {
  if (!page.includes(emptyRoot) || !page.includes('<html ')) throw new Error('index.html is not as it was');
  const bare = page.replace(preloads, '');
  const lines = files.filter((line) => !bare.includes(linkOf(line)));
  return (
    bare
      .replace('<html ', () => `<html data-view="${path}" `)
      .replace(emptyRoot, () => `<div id="root">${html}</div>`)
      .replace('</title>', () => `</title>\n    ${early.join('\n    ')}`)
      // After the style sheets of all pages, in the same order as when a page is loaded later.
      .replace('</head>', () => `  ${lines.join('\n    ')}\n  </head>`)
  );
}
