import { type ComponentType, lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { RequireSignIn } from '../session/RequireSignIn.tsx';
import { Frame } from './Frame.tsx';
import { NotFound } from './NotFound.tsx';

/** A page in a chunk of its own: the index.tsx of its folder exports `Page`. */
type Load = () => Promise<{ Page: ComponentType }>;
const lazyPage = (load: Load) => lazy(async () => ({ default: (await load()).Page }));

/** What the pages whose HTML is made at build time (infra/portal/fallback.ts) consist of. */
const loadLogin = () => import('../pages/login/index.tsx');
const loadRegister = () => import('../pages/register/index.tsx');
const loadWithQueries = () => import('./WithQueries.tsx');
const loadAccountCentre = () => import('../pages/me/index.tsx');
const loadAccountCentreHome = () => import('../pages/me/home/index.tsx');
const chunksOf: Readonly<Record<string, readonly Load[]>> = {
  '/login': [loadLogin],
  '/register': [loadRegister],
  '/me': [loadWithQueries, loadAccountCentre, loadAccountCentreHome],
};
const loadedPages = new Map<Load, ComponentType>();
/** Loaded before React takes over, they show no loading state; React would hold each of them back for a moment. */
export async function preloadPage(path: string): Promise<void> {
  await Promise.all(
    (chunksOf[path] ?? []).map(async (load) => {
      loadedPages.set(load, (await load()).Page);
    }),
  );
}
const prerenderedPage = (load: Load): ComponentType => {
  const LazyPage = lazyPage(load);
  return () => {
    const Page = loadedPages.get(load) ?? LazyPage;
    return <Page />;
  };
};
const Login = prerenderedPage(loadLogin);
const Register = prerenderedPage(loadRegister);
const WithQueries = prerenderedPage(loadWithQueries);
const AccountCentre = prerenderedPage(loadAccountCentre);
const AccountCentreHome = prerenderedPage(loadAccountCentreHome);

/** The local runtime builds with mode `desk`; the deployed build does not contain the desk. */
const hasDesk = import.meta.env.MODE === 'desk' || import.meta.env.DEV;

const Legacy = lazyPage(() => import('../pages/legacy/index.tsx'));
const ForgotPassword = lazyPage(() => import('../pages/forgot-password/index.tsx'));
const RecoverPhone = lazyPage(() => import('../pages/recover-phone/index.tsx'));
const ScannedCode = lazyPage(() => import('../pages/scanned-code/index.tsx'));
const Help = lazyPage(() => import('../pages/help/index.tsx'));
const About = lazyPage(() => import('../pages/about/index.tsx'));
const ChangePassword = lazyPage(() => import('../pages/change-password/index.tsx'));
const Sso = lazyPage(() => import('../pages/sso/index.tsx'));
const SsoLogout = lazyPage(() => import('../pages/sso-logout/index.tsx'));
const SsoError = lazyPage(() => import('../pages/sso-error/index.tsx'));
const Desk = hasDesk ? lazyPage(() => import('../pages/desk/index.tsx')) : NotFound;

/** The sub-pages of 账户中心 by their path under /me. */
const accountCentre = {
  profile: lazyPage(() => import('../pages/me/profile/index.tsx')),
  phones: lazyPage(() => import('../pages/me/phones/index.tsx')),
  password: lazyPage(() => import('../pages/me/password/index.tsx')),
  level: lazyPage(() => import('../pages/me/level/index.tsx')),
  deregister: lazyPage(() => import('../pages/me/deregister/index.tsx')),
  authorizations: lazyPage(() => import('../pages/me/authorizations/index.tsx')),
  staff: lazyPage(() => import('../pages/me/staff/index.tsx')),
  company: lazyPage(() => import('../pages/me/company/index.tsx')),
  switch: lazyPage(() => import('../pages/me/switch/index.tsx')),
  agency: lazyPage(() => import('../pages/me/agency/index.tsx')),
  agreements: lazyPage(() => import('../pages/me/agreements/index.tsx')),
  clients: lazyPage(() => import('../pages/me/clients/index.tsx')),
  sessions: lazyPage(() => import('../pages/me/sessions/index.tsx')),
  systems: lazyPage(() => import('../pages/me/systems/index.tsx')),
  activity: lazyPage(() => import('../pages/me/activity/index.tsx')),
};

export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Frame />}>
        <Route index element={<Navigate to="/login" replace />} />
        <Route path="login" element={<Login />} />
        <Route path="legacy" element={<Legacy />} />
        <Route path="register" element={<Register />} />
        <Route path="forgot-password" element={<ForgotPassword />} />
        <Route path="recover-phone" element={<RecoverPhone />} />
        <Route path="sso/error" element={<SsoError />} />
        <Route path="sso/logout" element={<SsoLogout />} />
        <Route element={<WithQueries />}>
          <Route path="sso" element={<Sso />} />
        </Route>
        <Route path="help" element={<Help />} />
        <Route path="about" element={<About />} />
        <Route path="s/:ticket" element={<ScannedCode />} />
        <Route element={<RequireSignIn />}>
          <Route path="change-password" element={<ChangePassword />} />
          <Route element={<WithQueries />}>
            <Route path="me" element={<AccountCentre />}>
              <Route index element={<AccountCentreHome />} />
              {Object.entries(accountCentre).map(([path, Page]) => (
                <Route key={path} path={path} element={<Page />} />
              ))}
            </Route>
          </Route>
        </Route>
        {hasDesk ? (
          <Route element={<WithQueries />}>
            <Route path="desk" element={<Desk />} />
          </Route>
        ) : null}
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
