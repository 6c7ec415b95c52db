import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { Loading } from '../components/states.tsx';
import { useSessionState } from './store.ts';
import { want, wantNothing } from './wanted.ts';

/** Pages behind it are for signed-in people; everybody else goes to the login page, which says why, and comes back. */
export function SignedIn() {
  const now = useSessionState();
  const { pathname } = useLocation();
  const active = now.status === 'active';
  useEffect(() => {
    if (active) wantNothing();
  }, [active]);
  if (now.status === 'unknown') return <Loading />;
  if (now.status === 'none') return <ToLogin />;
  if (now.status === 'active' && now.mustChangePassword && pathname !== '/change-password')
    return <Navigate to="/change-password" replace />;
  return <Outlet />;
}

function ToLogin() {
  const { pathname, search } = useLocation();
  useEffect(() => want(pathname + search), [pathname, search]);
  return <Navigate to="/login" replace />;
}
