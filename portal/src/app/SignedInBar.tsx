import { lazy, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { announce } from '../components/live.tsx';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from '../session/identities.ts';
import { logOut } from '../session/session.ts';
import { useSessionState } from '../session/store.ts';
import { wantNothing } from '../session/wanted.ts';
import { LatePiece } from './LatePiece.tsx';

const IdleWarning = lazy(async () => ({ default: (await import('../session/IdleWarning.tsx')).IdleWarning }));
/** Loaded at its first use, because the login page does not need it. */
const Switcher = lazy(async () => ({ default: (await import('../session/Switcher.tsx')).Switcher }));

/** Shows the person, the identity and 退出, always visible while a person is signed in (SES-1). */
export function SignedInBar() {
  const t = useCommon();
  const identityName = useIdentityName();
  const navigate = useNavigate();
  const now = useSessionState();
  const [leaving, setLeaving] = useState(false);
  const [switching, setSwitching] = useState(false);
  const [failed, setFailed] = useState<string>();
  const { pathname } = useLocation();
  if (now.status === 'unknown' && pathname === '/me') return <Waiting />;
  if (now.status !== 'active' && now.status !== 'moved') return null;
  const { person, identity } = now.session;

  const leave = async () => {
    setLeaving(true);
    setFailed(undefined);
    try {
      await logOut();
      wantNothing();
      await navigate('/login', { replace: true });
    } catch (error) {
      const { title } = problemOf(error);
      setFailed(title);
      announce(title);
    } finally {
      setLeaving(false);
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
            <button type="button" className="quiet" onClick={() => setSwitching(true)}>
              {t('switcher.open')}
            </button>
          ) : null}
          <Link to="/me">{t('accountCentre')}</Link>
          <button
            type="button"
            className="log-out"
            disabled={leaving}
            aria-describedby="log-out-hint"
            onClick={() => void leave()}
          >
            {t(leaving ? 'loggingOut' : 'logOut')}
          </button>
        </nav>
      </div>
      {now.status === 'active' ? (
        <LatePiece quiet>
          <IdleWarning />
        </LatePiece>
      ) : null}
      {switching ? (
        <LatePiece quiet={false}>
          <Switcher identity={identity} onClose={() => setSwitching(false)} />
        </LatePiece>
      ) : null}
    </section>
  );
}

/** Keeps the bar's place free, so that nothing below moves when the bar appears. */
function Waiting() {
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
