import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { Loading } from '../components/query-states.tsx';
import { clearRequestedPage, requestPage } from './requested-page.ts';
import { useSessionState } from './store.ts';

const changePasswordPath = '/change-password';

/**
 * The pages inside are for signed-in people. Everybody else goes to the login page, which gives the reason, and returns
 * later.
 */
export function RequireSignIn() {
  const now = useSessionState();
  const { pathname } = useLocation();
  // A person who must change the password first reaches the requested page after that (LGN-11).
  const isOnRequestedPage = now.status === 'active' && pathname !== changePasswordPath;
  useEffect(() => {
    if (isOnRequestedPage) clearRequestedPage();
  }, [isOnRequestedPage]);
  if (now.status === 'unknown') return <Loading />;
  if (now.status === 'none') return <RedirectTo path="/login" />;
  if (now.status === 'active' && now.mustChangePassword && pathname !== changePasswordPath)
    return <RedirectTo path={changePasswordPath} />;
  return <Outlet />;
}

/** Redirects to a page that must be passed before this one. */
function RedirectTo({ path }: { readonly path: string }) {
  const { pathname, search } = useLocation();
  useEffect(() => requestPage(pathname + search), [pathname, search]);
  return <Navigate to={path} replace />;
}
