import { useEffect } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { ProblemActions } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Loading } from '../../components/query-states.tsx';
import { useAction } from '../../components/use-action.ts';
import type { LoginJourney } from './login-journey.ts';
import { useLoginTexts } from './texts.ts';

/**
 * LGN-9, LGN-10: after a reload between factor and role the login continues where it was; names of companies are not
 * stored.
 */
export function ResumeChoice({
  journey,
  loginId,
}: {
  readonly journey: LoginJourney;
  readonly loginId: string;
}) {
  const t = useLoginTexts();
  const { run, problem } = useAction();
  const readChoices = async () => {
    const params = { path: { id: loginId } };
    journey.continueWith(loginId, await answer(bareApi.GET('/v1/logins/{id}/choices', { params })));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a login
  useEffect(() => void run(readChoices), [loginId]);
  return (
    <>
      <PageTitle step="resume">{t('chooseTitle')}</PageTitle>
      {problem ? null : <Loading />}
      <ProblemAlert problem={problem} onRetry={() => void run(readChoices)}>
        <ProblemActions problem={problem} onRestart={journey.restart} />
      </ProblemAlert>
    </>
  );
}
