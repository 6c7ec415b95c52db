import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { type Problem, problemOf } from '../../api/problem.ts';
import { Loading } from '../../components/states.tsx';
import { afterLogin, goOn } from './handing-over.ts';
import { handedOverByApp } from './in-app.ts';
import { Stopped } from './Stopped.tsx';

/**
 * The person must log in first; the page names the system. A system that allows no page is told at once that nobody is
 * logged in.
 */
export function NotLoggedIn({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem>();
  const begun = useRef(false);
  const begin = async () => {
    setProblem(undefined);
    const params = { path: { id } };
    const byApp = await handedOverByApp(id);
    if (byApp !== undefined) return goOn(byApp);
    try {
      const { client, interactive } = await answer(bareApi.GET('/v1/sso/{id}/system', { params }));
      if (interactive) {
        return await navigate('/login', { replace: true, state: afterLogin(id, client.name) });
      }
      goOn((await answer(bareApi.POST('/v1/sso/{id}/leave', { params }))).redirectTo);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void begin();
  });
  return problem ? <Stopped id={id} problem={problem} onRetry={() => void begin()} /> : <Loading />;
}
