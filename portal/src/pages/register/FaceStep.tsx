import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { ProblemActions } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { useAction } from '../../components/use-action.ts';
import { adoptSession } from '../../session/session.ts';
import type { OpenRegistration } from './opened-registration.ts';
import { useRegisterTexts } from './texts.ts';

interface Props {
  readonly opened: OpenRegistration;
  readonly onDone: (level: number) => void;
  readonly onBack: () => void;
  readonly onRestart: () => void;
}

/** The face check, and the call that registers the person; if no check is needed, only the call (REG-1, REG-2). */
export function FaceStep({ opened: { registrationId, faceRequired }, onDone, onBack, onRestart }: Props) {
  const t = useRegisterTexts();
  const { run, busy, problem } = useAction();
  const init = { params: { path: { id: registrationId } } };
  const complete = () =>
    run(async () => {
      const { realNameLevel, session } = await answer(bareApi.POST('/v1/registrations/{id}/complete', init));
      onDone(realNameLevel);
      if (session) adoptSession(session);
    });
  const hasStarted = useRef(false);
  // The person has nothing more to do here.
  useEffect(() => {
    if (faceRequired || hasStarted.current) return;
    hasStarted.current = true;
    void complete();
  });
  const isTaken = problem?.code === 'PHONE_TAKEN' || problem?.code === 'USERNAME_TAKEN';
  return (
    <>
      <PageTitle step="face">{t(faceRequired ? 'faceTitle' : 'lastTitle')}</PageTitle>
      <ProblemAlert problem={problem} onRetry={() => void complete()}>
        {isTaken ? <Button onClick={onBack}>{t('again')}</Button> : null}
        <ProblemActions problem={problem} onRestart={onRestart} />
        {problem?.code === 'ALREADY_REGISTERED' ? <Link to="/login">{t('toLogin')}</Link> : null}
      </ProblemAlert>
      {faceRequired ? (
        <>
          <p>{t('faceHint')}</p>
          <ScanCode
            start={() => answer(bareApi.POST('/v1/registrations/{id}/face', init))}
            onDone={() => void complete()}
            onRestart={onRestart}
          />
        </>
      ) : (
        <Button type="primary" block loading={busy} onClick={() => void complete()}>
          {t('finish')}
        </Button>
      )}
      <StepBack onBack={onBack} />
    </>
  );
}
