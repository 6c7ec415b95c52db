import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { WayOut } from '../../components/Over.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { useAction } from '../../components/use-action.ts';
import { adoptSession } from '../../session/session.ts';
import type { Opened } from './opened.ts';
import { useRegisterTexts } from './texts.ts';

interface Props {
  readonly opened: Opened;
  readonly onDone: (level: number) => void;
  readonly onProfile: () => void;
  readonly onRestart: () => void;
}

/** The face check, and the call that registers the person; if no check is needed, only the call (REG-1, REG-2). */
export function FaceStep({ opened: { registrationId, faceRequired }, onDone, onProfile, onRestart }: Props) {
  const t = useRegisterTexts();
  const { run, busy, problem } = useAction();
  const at = { params: { path: { id: registrationId } } };
  const complete = () =>
    run(async () => {
      const { realNameLevel, session } = await answer(bareApi.POST('/v1/registrations/{id}/complete', at));
      onDone(realNameLevel);
      if (session) adoptSession(session);
    });
  const begun = useRef(false);
  // The person has nothing more to do here.
  useEffect(() => {
    if (faceRequired || begun.current) return;
    begun.current = true;
    void complete();
  });
  const lost = problem?.code === 'PHONE_TAKEN' || problem?.code === 'USERNAME_TAKEN';
  return (
    <>
      <PageTitle step="face">{t(faceRequired ? 'faceTitle' : 'lastTitle')}</PageTitle>
      <ProblemAlert problem={problem} onRetry={() => void complete()}>
        {lost ? <Button onClick={onProfile}>{t('again')}</Button> : null}
        <WayOut problem={problem} onRestart={onRestart} />
        {problem?.code === 'ALREADY_REGISTERED' ? <Link to="/login">{t('toLogin')}</Link> : null}
      </ProblemAlert>
      {faceRequired ? (
        <>
          <p>{t('faceHint')}</p>
          <ScanCode
            start={() => answer(bareApi.POST('/v1/registrations/{id}/face', at))}
            onDone={() => void complete()}
            onRestart={onRestart}
          />
        </>
      ) : (
        <Button type="primary" block loading={busy} onClick={() => void complete()}>
          {t('finish')}
        </Button>
      )}
      <StepBack onBack={onProfile} />
    </>
  );
}
