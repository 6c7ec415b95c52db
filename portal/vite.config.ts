import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { tokensSheet } from './src/app/tokens.ts';

const api = process.env.API ?? 'http://127.0.0.1:3000';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * antd's styles (and its icons', which have a copy of the same module) as constructed sheets instead of `<style>`
 * elements, so that `style-src 'self'` holds (ADR 0021).
 */
const constructedStyles: Plugin = {
  name: 'constructed-styles',
  enforce: 'pre',
  resolveId: (source, importer = '') =>
    importer.includes('node_modules') && /(^|\/)(Dom\/dynamicCSS|cssUtils)(\.js)?$/.test(source)
      ? here('src/app/constructed-styles.ts')
      : null,
};

/** What no page uses stays out of the login page (src/app/antd-stubs.ts). */
const antdStubs: Plugin = {
  name: 'antd-stubs',
  enforce: 'pre',
  resolveId: (source, importer = '') =>
    (source === '../_util/wave' && importer.includes('antd/es/')) ||
    (source === '../tooltip/UniqueProvider' && importer.endsWith('antd/es/config-provider/index.js')) ||
    (source === './QrcodeStatus' && importer.endsWith('antd/es/qr-code/index.js')) ||
    (source === '../tooltip' && importer.endsWith('antd/es/form/FormItemLabel.js'))
      ? here('src/app/antd-stubs.ts')
      : null,
};

/** antd uses English texts if it gets none. Our code always gives texts, and loads English only when it is chosen. */
const chineseWords: Plugin = {
  name: 'chinese-words',
  enforce: 'pre',
  resolveId(source, importer = '') {
    const fallsBack =
      /antd\/es\/(locale\/useLocale|modal\/locale|config-provider\/index|form\/FormItemLabel)\.js$/.test(
        importer,
      );
    return fallsBack && source.endsWith('/en_US') ? this.resolve('antd/es/locale/zh_CN', importer) : null;
  },
};

/** The design values of tokens.ts as custom properties: `import 'tokens.css'`. */
const tokenStyles: Plugin = {
  name: 'token-styles',
  resolveId: (source) => (source === 'tokens.css' ? '/tokens.css' : null),
  load: (id) => (id === '/tokens.css' ? tokensSheet() : null),
};

/** Every browser that runs this page reads woff2; the older copies would only double the build. */
const onlyWoff2: Plugin = {
  name: 'only-woff2',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('@fontsource/') && id.endsWith('.css')
      ? { code: code.replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, ''), map: null }
      : null,
};

/**
 * Loads the login page's files together with the first files instead of after them. A visitor without a cache goes to
 * the login page, and on a slow network each file that must load before the next one costs half a second.
 */
const loginAtOnce: Plugin = {
  name: 'login-at-once',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle = {} }) => {
      const files = new Set<string>();
      const styles = new Set<string>();
      const add = (file: string): void => {
        const chunk = bundle[file];
        if (files.has(file) || chunk?.type !== 'chunk') return;
        files.add(file);
        for (const style of chunk.viteMetadata?.importedCss ?? []) styles.add(style);
        for (const next of chunk.imports) add(next);
      };
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && chunk.facadeModuleId === here('src/pages/login/index.tsx'))
          add(chunk.fileName);
      const link = (attrs: Record<string, string>) => ({
        tag: 'link',
        attrs: { crossorigin: true, ...attrs },
        injectTo: 'head' as const,
      });
      const isNew = (file: string): boolean => !html.includes(file);
      return [
        ...[...styles].filter(isNew).map((file) => link({ rel: 'preload', as: 'style', href: `/${file}` })),
        ...[...files].filter(isNew).map((file) => link({ rel: 'modulepreload', href: `/${file}` })),
      ];
    },
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [constructedStyles, antdStubs, chineseWords, tokenStyles, onlyWoff2, loginAtOnce, react()],
  // Linked from the CSS, never inlined: the policy allows no data: fonts.
  build: {
    // The browsers that index.html names; public/old-browser.js tells the others.
    target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
    outDir: here('dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Lists the files that pages with a first view load (infra/portal/first-view.ts); not deployed.
    manifest: 'manifest.json',
    // Few files instead of many small ones, which compress worse and each need a request.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], priority: 1 },
            // What several of the first pages share; before the next groups, which would take it along.
            {
              name: 'shared',
              test: /portal.src.(components.(use-action|use-countdown|use-step|saved-journey|JourneyEnded|ChallengeNotice|HelpLink|help-anchors|ProblemAlert)|i18n.(punctuation|browsers)|pages.sso.hand-over)\.|shared.domain.(names|browser-names)\./,
            },
            { name: 'forms', test: /portal.src.components.(ApiForm|use-submit|Tabs|fields.text-fields)/ },
            // The first screen (`/me`) without tables and forms, which its other pages bring.
            {
              name: 'centre',
              test: /portal.src.(app.(WithQueries|queries)|session.fresh-factor|pages.me.((index|entries|menu-texts|me)\.|home.|systems.(SystemTiles|queries|texts)|parts.(context|queries|use-paged|pending-decisions|ActionButton|items|texts|identity-switch|relations)\.))|@tanstack/,
            },
          ],
        },
      },
    },
  },
  // Dev server beside `npm start -- --no-portal --port 3000`, which takes changes from its own origin alone (SES-2).
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/oauth2', '/local', '/.well-known'].map((p) => [p, { target: api, headers: { origin: api } }]),
    ),
  },
});
