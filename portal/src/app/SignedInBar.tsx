import { lazy, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { announce } from '../components/live-region.tsx';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from '../session/identity-name.ts';
import { clearRequestedPage } from '../session/requested-page.ts';
import { logOut } from '../session/session.ts';
import { useSessionState } from '../session/store.ts';
import { LazyPart } from './LazyPart.tsx';

const IdleWarning = lazy(async () => ({ default: (await import('../session/IdleWarning.tsx')).IdleWarning }));
/** Loaded at its first use, because the login page does not need it. */
const IdentitySwitcher = lazy(async () => ({
  default: (await import('../session/IdentitySwitcher.tsx')).IdentitySwitcher,
}));

/** Shows the person, the identity and 退出, always visible while a person is signed in (SES-1). */
export function SignedInBar() {
  const t = useCommon();
  const identityName = useIdentityName();
  const navigate = useNavigate();
  const now = useSessionState();
  const [isLoggingOut, setIsLoggingOut] = useState(false);
  const [isSwitcherOpen, setIsSwitcherOpen] = useState(false);
  const [failed, setFailed] = useState<string>();
  const { pathname } = useLocation();
  if (now.status === 'unknown' && pathname === '/me') return <BarPlaceholder />;
  if (now.status !== 'active' && now.status !== 'identity-changed') return null;
  const { person, identity } = now.session;

  const logOutAndLeavePage = async () => {
    setIsLoggingOut(true);
    setFailed(undefined);
    try {
      await logOut();
      clearRequestedPage();
      await navigate('/login', { replace: true });
    } catch (error) {
      const { title } = problemOf(error);
      setFailed(title);
      announce(title);
    } finally {
      setIsLoggingOut(false);
    }
  };
  return (
    <section className="who" aria-label={t('session.identity')}>
      <div className="who-inner">
        <span className="who-name">
          <strong>{person.name}</strong> {identityName(identity)}
        </span>
        <small id="log-out-hint" className={failed === undefined ? 'who-hint' : ''}>
          {failed ?? t('logOutHint')}
        </small>
        <nav aria-label={t('accountCentre')}>
          {now.status === 'active' && !now.mustChangePassword ? (
            <button type="button" className="quiet" onClick={() => setIsSwitcherOpen(true)}>
              {t('switcher.open')}
            </button>
          ) : null}
          <Link to="/me">{t('accountCentre')}</Link>
          <button
            type="button"
            className="log-out"
            disabled={isLoggingOut}
            aria-describedby="log-out-hint"
            onClick={() => void logOutAndLeavePage()}
          >
            {t(isLoggingOut ? 'loggingOut' : 'logOut')}
          </button>
        </nav>
      </div>
      {now.status === 'active' ? (
        <LazyPart silent>
          <IdleWarning />
        </LazyPart>
      ) : null}
      {isSwitcherOpen ? (
        <LazyPart silent={false}>
          <IdentitySwitcher identity={identity} onClose={() => setIsSwitcherOpen(false)} />
        </LazyPart>
      ) : null}
    </section>
  );
}

/** Keeps the bar's place free, so that nothing below moves when the bar appears. */
function BarPlaceholder() {
  const t = useCommon();
  return (
    <div className="who who-waiting" aria-hidden="true">
      <div className="who-inner">
        <span className="who-name">{t('session.natural')}</span>
        <small className="who-hint">{t('logOutHint')}</small>
        <div className="who-nav">
          <span className="quiet">{t('switcher.open')}</span>
          <span>{t('accountCentre')}</span>
          <span className="log-out">{t('logOut')}</span>
        </div>
      </div>
    </div>
  );
}
