import { Suspense } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { LiveRegion } from '../components/live.tsx';
import { Loading } from '../components/states.tsx';
import { chooseLanguage, useCommon, useLanguage } from '../i18n/index.ts';
import { Moved } from '../session/Moved.tsx';
import { Announcements } from './Announcements.tsx';
import { Broken } from './Broken.tsx';
import { Emblem } from './Emblem.tsx';
import { Footer } from './Footer.tsx';
import { SignedInBar } from './SignedInBar.tsx';
import { chooseLargeType, useLargeType } from './theme.ts';

/** What stands around every page. */
export function Frame() {
  const t = useCommon();
  const { pathname } = useLocation();
  // The desk lies beside the portal: who logs in or switches in another window neither stops it nor works in it.
  const onDesk = (import.meta.env.MODE === 'desk' || import.meta.env.DEV) && pathname === '/desk';
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <header className="top">
        <div className="top-inner">
          <a className="brand" href="/">
            <Emblem />
            <span>
              <strong>{t('bureau')}</strong>
              <small>{t('authority')}</small>
            </span>
          </a>
          <div className="tools">
            <Link className="quiet" to="/help">
              {t('help')}
            </Link>
            <Switches />
          </div>
        </div>
        {onDesk ? null : <SignedInBar />}
      </header>
      {pathname === '/login' || pathname === '/me' ? <Announcements /> : null}
      <main id="main" className="page" tabIndex={-1}>
        <Broken key={pathname}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Broken>
      </main>
      <Footer />
      <LiveRegion />
      {onDesk ? null : <Moved />}
    </>
  );
}

function Switches() {
  const t = useCommon();
  const language = useLanguage();
  const large = useLargeType();
  return (
    <div className="switches">
      <button type="button" className="quiet" onClick={() => chooseLargeType(!large)}>
        {t(large ? 'normalType' : 'largeType')}
      </button>
      {/* Named in the other language, for whoever cannot read this one. */}
      <button
        type="button"
        className="quiet"
        lang={language === 'en' ? 'zh-CN' : 'en'}
        onClick={() => void chooseLanguage(language === 'en' ? 'zh-CN' : 'en')}
      >
        {language === 'en' ? '中文' : 'English'}
      </button>
    </div>
  );
}
