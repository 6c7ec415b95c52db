import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { answer, api, bareApi } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Loading } from '../../components/query-states.tsx';
import { useAction } from '../../components/use-action.ts';
import { texts, useLanguage } from '../../i18n/index.ts';
import { markLoggedOut } from '../../session/session.ts';
import { useSessionState } from '../../session/store.ts';
import { nameInLanguage, type SystemName } from '../sso/hand-over.ts';

const useT = texts('sso-logout', {
  zh: {
    title: '退出登录',
    ask: '“{{system}}”请求您退出电子税务局。退出后，本次登录进入过的业务系统也随之退出。',
    askUnnamed: '有页面请求您退出电子税务局。退出后，本次登录进入过的业务系统也随之退出。',
    yes: '退出',
    no: '不退出',
    done: '您已退出电子税务局。',
    requestEnded: '该请求已失效。您可以在电子税务局中直接退出。',
    login: '重新登录',
    home: '返回“我的信息”',
  },
  en: {
    title: 'Log out',
    ask: '“{{system}}” asks you to log out of the e-tax bureau. The tax systems that you entered in this session end with it.',
    askUnnamed:
      'A page asks you to log out of the e-tax bureau. The tax systems that you entered in this session end with it.',
    yes: 'Log out',
    no: 'Stay logged in',
    done: 'You are logged out of the e-tax bureau.',
    requestEnded: 'This request is over. You can log out in the e-tax bureau itself.',
    login: 'Log in again',
    home: 'To “About me”',
  },
});

type LogoutState = 'done' | { readonly system: SystemName | undefined };
const endedCodes: readonly string[] = ['NOT_FOUND', 'EXPIRED'];

/**
 * SSO-10: a tax system asks for 退出. The page asks the person, unless the request comes from a system of this session.
 */
export function Page() {
  const t = useT();
  const language = useLanguage();
  const navigate = useNavigate();
  const id = useLocation().hash.slice(1);
  const { status } = useSessionState();
  const { run, busy, problem } = useAction();
  const [state, setState] = useState<LogoutState>();
  const hasStarted = useRef(false);
  const params = { path: { id } };

  const followRedirect = (redirectTo: string | undefined) => {
    if (redirectTo !== undefined) return location.replace(redirectTo);
    setState('done');
  };
  const leaveWithoutSession = async () =>
    followRedirect((await answer(bareApi.POST('/v1/sso/logouts/{id}/leave', { params }))).redirectTo);
  const confirmLogout = async (silently: boolean) => {
    try {
      const body = silently ? { silently } : {};
      return await answer(api.POST('/v1/sso/logouts/{id}/confirm', { params, body }));
    } catch (error) {
      if (problemOf(error).code !== 'SESSION_ENDED') throw error;
      // The session has already ended, perhaps while the question was shown: so the logout is done.
      return undefined;
    }
  };
  const logOut = (silently: boolean) =>
    run(async () => {
      const result = await confirmLogout(silently);
      if (!result) return leaveWithoutSession();
      if ('asked' in result) return setState({ system: result.asked.client?.name });
      setState('done');
      markLoggedOut();
      followRedirect(result.redirectTo);
    });
  useEffect(() => {
    if (hasStarted.current || (status !== 'none' && status !== 'active')) return;
    hasStarted.current = true;
    if (status === 'none') void run(leaveWithoutSession);
    else void logOut(true);
  });

  if (problem && state === undefined && endedCodes.includes(problem.code))
    return (
      <section className="card narrow">
        <PageTitle>{t('title')}</PageTitle>
        <p role="alert">{t('requestEnded')}</p>
        <p>
          <Link to={status === 'active' ? '/me' : '/login'}>{t(status === 'active' ? 'home' : 'login')}</Link>
        </p>
      </section>
    );
  if (state === undefined && !problem) return <Loading />;
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <ProblemAlert problem={problem} onRetry={() => void logOut(state === undefined)} />
      {state === 'done' ? (
        <>
          <p role="status">{t('done')}</p>
          <p>
            <Link to="/login">{t('login')}</Link>
          </p>
        </>
      ) : state ? (
        <>
          <p>
            {state.system ? t('ask', { system: nameInLanguage(state.system, language) }) : t('askUnnamed')}
          </p>
          <div className="row">
            <Button type="primary" loading={busy} onClick={() => void logOut(false)}>
              {t('yes')}
            </Button>
            <Button disabled={busy} onClick={() => void navigate('/me', { replace: true })}>
              {t('no')}
            </Button>
          </div>
        </>
      ) : null}
    </section>
  );
}
