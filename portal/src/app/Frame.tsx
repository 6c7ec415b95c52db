import { lazy, Suspense, useEffect } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { LiveRegion } from '../components/live-region.tsx';
import { Loading } from '../components/query-states.tsx';
import { chooseLanguage, useCommon, useLanguage } from '../i18n/index.ts';
import { useSessionState } from '../session/store.ts';
import { Announcements } from './Announcements.tsx';
import { Emblem } from './Emblem.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Footer } from './Footer.tsx';
import { LazyPart } from './LazyPart.tsx';
import { chooseLook, useLook } from './look.ts';
import { replayClicks } from './prerender-handover.ts';
import { SignedInBar } from './SignedInBar.tsx';

/** The frame around every page: header, footer and dialogs. */
export function Frame() {
  const t = useCommon();
  const { pathname } = useLocation();
  const isShort = t('bureauShort') !== t('bureau');
  // The desk is a tool beside the portal: logins and switches in other windows do not stop it, and nobody is logged in
  // on it.
  const onDesk = (import.meta.env.MODE === 'desk' || import.meta.env.DEV) && pathname === '/desk';
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <header className="top">
        <div className="top-inner">
          <a className={isShort ? 'brand two-names' : 'brand'} href="/">
            <Emblem />
            <span>
              <strong>
                <span className="whole">{t('bureau')}</span>
                {isShort ? <span className="short">{t('bureauShort')}</span> : null}
              </strong>
              <small>{t('authority')}</small>
            </span>
          </a>
          <div className="tools">
            <Link className="quiet" to="/help">
              {t('help')}
            </Link>
            <LookAndLanguage />
          </div>
        </div>
        {onDesk ? null : <SignedInBar />}
      </header>
      {pathname === '/login' || pathname === '/me' ? <Announcements /> : null}
      <main id="main" className="page" tabIndex={-1}>
        <ErrorBoundary key={pathname}>
          <Suspense fallback={<Loading />}>
            <Outlet />
            <ReplayClicks />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
      <LiveRegion />
      {onDesk ? null : <IdentityChangedDialogWhenSignedIn />}
    </>
  );
}

const IdentityChangedDialog = lazy(async () => ({
  default: (await import('../session/IdentityChangedDialog.tsx')).IdentityChangedDialog,
}));
/**
 * Loaded when a person is signed in, so that it is ready when it is needed. If it cannot be loaded, the page continues
 * to work until it is needed. A tab that has stopped then offers to reload.
 */
function IdentityChangedDialogWhenSignedIn() {
  const { status } = useSessionState();
  return status === 'active' || status === 'identity-changed' ? (
    <LazyPart silent={status === 'active'}>
      <IdentityChangedDialog />
    </LazyPart>
  ) : null;
}

/**
 * Its effect runs after the effects of the page before it, when React has taken over a page made at build time. Then
 * the recorded clicks are repeated. Content inside a page's own <Suspense> would be taken over later and would miss the
 * clicks.
 */
function ReplayClicks() {
  useEffect(replayClicks, []);
  return null;
}

/** Look and language. A phone's header has room for the first word of each name. */
function LookAndLanguage() {
  const t = useCommon();
  const language = useLanguage();
  const look = useLook();
  const next = language === 'en' ? 'zh-CN' : 'en';
  const size = look === 'normal' ? 'largeType' : 'normalType';
  return (
    <div className="switches">
      <HeaderButton
        name={t(size)}
        short={t(`short.${size}`)}
        onClick={() => chooseLook(look === 'normal' ? 'large' : 'normal')}
      />
      {look === 'elder' ? null : (
        <HeaderButton name={t('elder')} short={t('short.elder')} onClick={() => chooseLook('elder')} />
      )}
      {/* In the other language, for a person who cannot read this one. */}
      <button type="button" className="quiet" lang={next} onClick={() => void chooseLanguage(next)}>
        {t(`other.${next}`)}
      </button>
    </div>
  );
}

function HeaderButton({
  name,
  short,
  ...props
}: {
  readonly name: string;
  readonly short: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" className="quiet" aria-label={name} {...props}>
      <span className="whole">{name}</span>
      <span className="short">{short}</span>
    </button>
  );
}
