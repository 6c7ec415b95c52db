import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { Loading } from '../components/states.tsx';
import { useSessionState } from './store.ts';
import { want, wantNothing } from './wanted.ts';

const changing = '/change-password';

/**
 * The pages inside are for signed-in people. Everybody else goes to the login page, which gives the reason, and returns
 * later.
 */
export function SignedIn() {
  const now = useSessionState();
  const { pathname } = useLocation();
  // A person who must change the password first still wants to reach the page that they asked for (LGN-11).
  const isThere = now.status === 'active' && pathname !== changing;
  useEffect(() => {
    if (isThere) wantNothing();
  }, [isThere]);
  if (now.status === 'unknown') return <Loading />;
  if (now.status === 'none') return <Via path="/login" />;
  if (now.status === 'active' && now.mustChangePassword && pathname !== changing)
    return <Via path={changing} />;
  return <Outlet />;
}

/** Redirects to a page that must be passed before this one. */
function Via({ path }: { readonly path: string }) {
  const { pathname, search } = useLocation();
  useEffect(() => want(pathname + search), [pathname, search]);
  return <Navigate to={path} replace />;
}
