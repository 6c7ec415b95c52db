import { ConfigProvider } from 'antd';
import enUS from 'antd/es/locale/en_US';
import zhCN from 'antd/es/locale/zh_CN';
import { BrowserRouter } from 'react-router';
import { useLanguage } from '../i18n/index.ts';
import { Pages } from './routes.tsx';
import { themeOf, useLargeType } from './theme.ts';

const themes = { normal: themeOf(false), large: themeOf(true) };

export function App() {
  const language = useLanguage();
  const large = useLargeType();
  return (
    <ConfigProvider
      locale={language === 'en' ? enUS : zhCN}
      theme={large ? themes.large : themes.normal}
      form={{ requiredMark: false, scrollToFirstError: true }}
      // Two Chinese characters of a button stay together: screen readers and tests read its name as written.
      // Ours leaves with the wait and has no name: antd's waits for a transition to end, which an answer within a frame
      // never starts, and calls the button "loading" as long.
      button={{ autoInsertSpace: false, loadingIcon: <span className="busy" aria-hidden="true" /> }}
      wave={{ disabled: true }}
    >
      <BrowserRouter>
        <Pages />
      </BrowserRouter>
    </ConfigProvider>
  );
}
