import { Navigate, Outlet, useLocation } from 'react-router';
import { Loading } from '../components/states.tsx';
import { useSessionState } from './store.ts';

/** Pages behind it are for signed-in people; everybody else goes to the login page, which says why. */
export function SignedIn() {
  const now = useSessionState();
  const { pathname } = useLocation();
  if (now.status === 'unknown') return <Loading />;
  if (now.status === 'none') return <Navigate to="/login" replace state={{ from: pathname }} />;
  if (now.status === 'active' && now.mustChangePassword && pathname !== '/change-password')
    return <Navigate to="/change-password" replace />;
  return <Outlet />;
}
