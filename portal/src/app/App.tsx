import { ConfigProvider } from 'antd';
import type { ComponentType, ReactNode } from 'react';
import { BrowserRouter } from 'react-router';
import { antdLocale, useLanguage } from '../i18n/index.ts';
import { useIsDark, useLook } from './look.ts';
import { AppRoutes } from './routes.tsx';
import { themeFor } from './theme.ts';

interface Props {
  /** The router for the browser's addresses; at build time there is only one address. */
  readonly Router?: ComponentType<{ children: ReactNode }>;
  readonly isDark?: boolean;
}

export function App({ Router = BrowserRouter, isDark: darkBuild = false }: Props) {
  const language = useLanguage();
  const look = useLook();
  const isDark = useIsDark() || darkBuild;
  return (
    <ConfigProvider
      locale={antdLocale(language)}
      theme={themeFor(look, isDark)}
      form={{ requiredMark: false, scrollToFirstError: true }}
      // The two Chinese characters of a button stay together, so that screen readers and tests read its name as
      // written. Our loading icon disappears with the wait and has no name: antd's icon waits for a transition to end,
      // which never starts if the answer comes within a frame, and meanwhile the button's name is "loading".
      button={{ autoInsertSpace: false, loadingIcon: <span className="busy" aria-hidden="true" /> }}
      // A list that opens from a dialog belongs inside the dialog: what lies behind a modal dialog cannot be reached.
      getPopupContainer={(trigger) => trigger?.closest('dialog') ?? document.body}
      wave={{ disabled: true }}
    >
      <Router>
        <AppRoutes />
      </Router>
    </ConfigProvider>
  );
}
