import '../me/me.css';
import './sso.css';
import { useEffect } from 'react';
import { Navigate, useLocation } from 'react-router';
import { Loading } from '../../components/query-states.tsx';
import { useSessionState } from '../../session/store.ts';
import { Decision } from './Decision.tsx';
import { NotLoggedIn } from './NotLoggedIn.tsx';

/**
 * SSO-4, SSO-13: a tax system sent this browser here. A logged-in person goes back there, with or without a question.
 */
export function Page() {
  const id = useLocation().hash.slice(1);
  const now = useSessionState();
  useEffect(() => {
    // If the browser shows a kept copy of this page, the copy is outdated.
    const reloadKeptCopy = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener('pageshow', reloadKeptCopy);
    return () => removeEventListener('pageshow', reloadKeptCopy);
  }, []);
  if (now.status === 'none') return <NotLoggedIn key={id} id={id} />;
  if (now.status !== 'active') return <Loading />;
  if (now.mustChangePassword) return <Navigate to="/change-password" replace />;
  return <Decision key={`${id} ${now.session.sessionId}`} id={id} />;
}
