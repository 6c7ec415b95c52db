import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { announce } from '../components/live.tsx';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from '../session/identities.ts';
import { logOut } from '../session/session.ts';
import { useSessionState } from '../session/store.ts';
import { wantNothing } from '../session/wanted.ts';

/** Who somebody is here and for whom, and 退出: always in sight while signed in (SES-1). */
export function SignedInBar() {
  const t = useCommon();
  const identityName = useIdentityName();
  const navigate = useNavigate();
  const now = useSessionState();
  const [leaving, setLeaving] = useState(false);
  const [failed, setFailed] = useState<string>();
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
        <nav aria-label={t('accountCentre')}>
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
        <small id="log-out-hint">{failed ?? t('logOutHint')}</small>
      </div>
    </section>
  );
}
