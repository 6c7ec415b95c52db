import { createCache, extractStyle, StyleProvider } from '@ant-design/cssinjs';
import type { ReactNode } from 'react';
import { prerender } from 'react-dom/static';
import { StaticRouter } from 'react-router';
import { App } from '../app/App.tsx';
import { loadLogin } from '../app/routes.tsx';
import { loadDark } from '../app/theme.ts';

const atLogin = ({ children }: { readonly children: ReactNode }) => (
  <StaticRouter location="/login">{children}</StaticRouter>
);

async function rendered(isDark: boolean) {
  const cache = createCache();
  const { prelude } = await prerender(
    <StyleProvider cache={cache}>
      <App Router={atLogin} isDark={isDark} />
    </StyleProvider>,
    // One piece: what comes later would come by inline scripts, which the policy refuses.
    { progressiveChunkSize: Number.POSITIVE_INFINITY },
  );
  return { html: await new Response(prelude).text(), cache };
}

/**
 * The login page as a first visitor sees it before any script runs: its HTML, and what antd computes for it as a style
 * sheet, in the layer of constructed-styles.ts. A dark system differs in antd's custom properties alone.
 */
export async function firstView(): Promise<{ readonly html: string; readonly css: string }> {
  await Promise.all([loadLogin(), loadDark()]);
  const light = await rendered(false);
  const dark = await rendered(true);
  const styles = extractStyle(light.cache, { plain: true });
  const darkOnes = extractStyle(dark.cache, { plain: true, types: ['token', 'cssVar'] });
  return {
    html: light.html,
    css: `@layer antd{${styles}@media screen and (prefers-color-scheme:dark){${darkOnes}}}`,
  };
}
