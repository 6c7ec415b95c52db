import { createCache, extractStyle, StyleProvider } from '@ant-design/cssinjs';
import type { ReactNode } from 'react';
import { prerender } from 'react-dom/static';
import { StaticRouter } from 'react-router';
import { App } from '../app/App.tsx';
import { preloadPage } from '../app/routes.tsx';
import { loadDarkTheme } from '../app/theme.ts';

async function rendered(path: string, isDark: boolean) {
  const Router = ({ children }: { readonly children: ReactNode }) => (
    <StaticRouter location={path}>{children}</StaticRouter>
  );
  const cache = createCache();
  const { prelude } = await prerender(
    <StyleProvider cache={cache}>
      <App Router={Router} isDark={isDark} />
    </StyleProvider>,
    // One piece: React would add later pieces by inline scripts, which the policy refuses.
    { progressiveChunkSize: Number.POSITIVE_INFINITY },
  );
  return { html: await new Response(prelude).text(), cache };
}

/**
 * A page as a new visitor sees it before any script runs: its HTML, and antd's computed styles as a style sheet, in the
 * layer of constructed-styles.ts. For a dark system only antd's custom properties are different.
 */
export async function firstView(path: string): Promise<{ readonly html: string; readonly css: string }> {
  await Promise.all([preloadPage(path), loadDarkTheme()]);
  const light = await rendered(path, false);
  const dark = await rendered(path, true);
  const styles = extractStyle(light.cache, { plain: true });
  const darkOnes = extractStyle(dark.cache, { plain: true, types: ['token', 'cssVar'] });
  return {
    html: light.html,
    css: `@layer antd{${styles}@media screen and (prefers-color-scheme:dark){${darkOnes}}}`,
  };
}
