import { ConfigProvider } from 'antd';
import type { ComponentType, ReactNode } from 'react';
import { BrowserRouter } from 'react-router';
import { antdWords, useLanguage } from '../i18n/index.ts';
import { useDark, useLook } from './look.ts';
import { Pages } from './routes.tsx';
import { themeFor } from './theme.ts';

interface Props {
  /** The browser's addresses; at build time there is one. */
  readonly Router?: ComponentType<{ children: ReactNode }>;
  readonly isDark?: boolean;
}

export function App({ Router = BrowserRouter, isDark: darkBuild = false }: Props) {
  const language = useLanguage();
  const look = useLook();
  const isDark = useDark() || darkBuild;
  return (
    <ConfigProvider
      locale={antdWords(language)}
      theme={themeFor(look, isDark)}
      form={{ requiredMark: false, scrollToFirstError: true }}
      // Two Chinese characters of a button stay together: screen readers and tests read its name as written.
      // Ours leaves with the wait and has no name: antd's waits for a transition to end, which an answer within a frame
      // never starts, and calls the button "loading" as long.
      button={{ autoInsertSpace: false, loadingIcon: <span className="busy" aria-hidden="true" /> }}
      // A list that drops down from a dialog belongs to it: what lies behind a modal one is out of reach.
      getPopupContainer={(trigger) => trigger?.closest('dialog') ?? document.body}
      wave={{ disabled: true }}
    >
      <Router>
        <Pages />
      </Router>
    </ConfigProvider>
  );
}
