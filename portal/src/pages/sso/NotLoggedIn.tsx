import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { type Problem, problemOf } from '../../api/problem.ts';
import { Loading } from '../../components/query-states.tsx';
import { handOverByApp } from './app-bridge.ts';
import { loginStateFor, replaceLocation } from './hand-over.ts';
import { RequestStopped } from './RequestStopped.tsx';

/**
 * The person must log in first; the page names the system. A system that allows no page is told at once that nobody is
 * logged in.
 */
export function NotLoggedIn({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem>();
  const hasStarted = useRef(false);
  const goToLoginOrSystem = async () => {
    setProblem(undefined);
    const params = { path: { id } };
    const appRedirect = await handOverByApp(id);
    if (appRedirect !== undefined) return replaceLocation(appRedirect);
    try {
      const { client, interactive } = await answer(bareApi.GET('/v1/sso/{id}/system', { params }));
      if (interactive) {
        return await navigate('/login', { replace: true, state: loginStateFor(id, client.name) });
      }
      replaceLocation((await answer(bareApi.POST('/v1/sso/{id}/leave', { params }))).redirectTo);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  useEffect(() => {
    if (hasStarted.current) return;
    hasStarted.current = true;
    void goToLoginOrSystem();
  });
  return problem ? (
    <RequestStopped id={id} problem={problem} onRetry={() => void goToLoginOrSystem()} />
  ) : (
    <Loading />
  );
}
