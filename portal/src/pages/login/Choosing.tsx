import { useEffect } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { WayOut } from '../../components/Over.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Loading } from '../../components/states.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Journey } from './journey.ts';
import { useLoginTexts } from './texts.ts';

/**
 * LGN-9, LGN-10: after a reload between factor and role the login continues where it was; names of companies are not
 * stored.
 */
export function Choosing({ journey, loginId }: { readonly journey: Journey; readonly loginId: string }) {
  const t = useLoginTexts();
  const { run, problem } = useAction();
  const ask = async () => {
    const params = { path: { id: loginId } };
    journey.goOn(loginId, await answer(bareApi.GET('/v1/logins/{id}/choices', { params })));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a login
  useEffect(() => void run(ask), [loginId]);
  return (
    <>
      <PageTitle step="choosing">{t('chooseTitle')}</PageTitle>
      {problem ? null : <Loading />}
      <ProblemAlert problem={problem} onRetry={() => void run(ask)}>
        <WayOut problem={problem} onRestart={journey.restart} />
      </ProblemAlert>
    </>
  );
}
