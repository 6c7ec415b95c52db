import { type ComponentType, lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { SignedIn } from '../session/SignedIn.tsx';
import { Frame } from './Frame.tsx';
import { NotFound } from './NotFound.tsx';

/** A page in a chunk of its own: the index.tsx of its folder exports `Page`. */
type Load = () => Promise<{ Page: ComponentType }>;
const page = (load: Load) => lazy(async () => ({ default: (await load()).Page }));

/** What the pages whose HTML is made at build time (infra/portal/fallback.ts) consist of. */
const login = () => import('../pages/login/index.tsx');
const register = () => import('../pages/register/index.tsx');
const withQueries = () => import('./WithQueries.tsx');
const me = () => import('../pages/me/index.tsx');
const home = () => import('../pages/me/home/index.tsx');
const partsOf: Readonly<Record<string, readonly Load[]>> = {
  '/login': [login],
  '/register': [register],
  '/me': [withQueries, me, home],
};
const loaded = new Map<Load, ComponentType>();
/** Loaded before React takes over, they show no loading state; React would hold each of them back for a moment. */
export async function loadFirst(path: string): Promise<void> {
  await Promise.all(
    (partsOf[path] ?? []).map(async (load) => {
      loaded.set(load, (await load()).Page);
    }),
  );
}
const firstPage = (load: Load): ComponentType => {
  const Later = page(load);
  return () => {
    const Page = loaded.get(load) ?? Later;
    return <Page />;
  };
};
const Login = firstPage(login);
const Register = firstPage(register);
const WithQueries = firstPage(withQueries);
const Me = firstPage(me);
const AccountCentreHome = firstPage(home);

/** The local runtime builds with mode `desk`; the deployed build does not contain the desk. */
const onThisMachine = import.meta.env.MODE === 'desk' || import.meta.env.DEV;

const Legacy = page(() => import('../pages/legacy/index.tsx'));
const ForgotPassword = page(() => import('../pages/forgot-password/index.tsx'));
const RecoverPhone = page(() => import('../pages/recover-phone/index.tsx'));
const ScannedCode = page(() => import('../pages/scanned-code/index.tsx'));
const Help = page(() => import('../pages/help/index.tsx'));
const About = page(() => import('../pages/about/index.tsx'));
const ChangePassword = page(() => import('../pages/change-password/index.tsx'));
const Sso = page(() => import('../pages/sso/index.tsx'));
const SsoLogout = page(() => import('../pages/sso-logout/index.tsx'));
const SsoError = page(() => import('../pages/sso-error/index.tsx'));
const Desk = onThisMachine ? page(() => import('../pages/desk/index.tsx')) : NotFound;

/** The sub-pages of 账户中心 by their path under /me. */
const accountCentre = {
  profile: page(() => import('../pages/me/profile/index.tsx')),
  phones: page(() => import('../pages/me/phones/index.tsx')),
  password: page(() => import('../pages/me/password/index.tsx')),
  level: page(() => import('../pages/me/level/index.tsx')),
  deregister: page(() => import('../pages/me/deregister/index.tsx')),
  authorizations: page(() => import('../pages/me/authorizations/index.tsx')),
  staff: page(() => import('../pages/me/staff/index.tsx')),
  company: page(() => import('../pages/me/company/index.tsx')),
  switch: page(() => import('../pages/me/switch/index.tsx')),
  agency: page(() => import('../pages/me/agency/index.tsx')),
  agreements: page(() => import('../pages/me/agreements/index.tsx')),
  clients: page(() => import('../pages/me/clients/index.tsx')),
  sessions: page(() => import('../pages/me/sessions/index.tsx')),
  systems: page(() => import('../pages/me/systems/index.tsx')),
  activity: page(() => import('../pages/me/activity/index.tsx')),
};

export function Pages() {
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
        <Route element={<SignedIn />}>
          <Route path="change-password" element={<ChangePassword />} />
          <Route element={<WithQueries />}>
            <Route path="me" element={<Me />}>
              <Route index element={<AccountCentreHome />} />
              {Object.entries(accountCentre).map(([path, Page]) => (
                <Route key={path} path={path} element={<Page />} />
              ))}
            </Route>
          </Route>
        </Route>
        {onThisMachine ? (
          <Route element={<WithQueries />}>
            <Route path="desk" element={<Desk />} />
          </Route>
        ) : null}
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
