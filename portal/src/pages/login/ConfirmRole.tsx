import { Button } from 'antd';
import { answer, bareApi } from '../../api/client.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Appointment, Choice, LoginJourney } from './login-journey.ts';
import { useLoginTexts } from './texts.ts';

interface Props {
  readonly journey: LoginJourney;
  readonly loginId: string;
  readonly confirm: Appointment;
  readonly choices: readonly Choice[];
}

/** LGN-9: a finance head confirms the appointment here, and cannot refuse it (REL-3). */
export function ConfirmRole({ journey, loginId, confirm, choices }: Props) {
  const t = useLoginTexts();
  const { run, busy, problem } = useAction();
  const confirmRole = async () => {
    const passed = await answer(
      bareApi.POST('/v1/logins/{id}/confirm-role', {
        params: { path: { id: loginId } },
        body: { authorizationId: confirm.authorizationId },
      }),
    );
    journey.continueWith(loginId, passed);
  };
  return (
    <>
      <PageTitle step="confirm">{t('confirmTitle')}</PageTitle>
      <p>
        <strong>{t('confirmAt', { company: confirm.taxpayerName })}</strong>
      </p>
      <p>{t('confirmHint')}</p>
      <ProblemAlert problem={problem} onRetry={() => void run(confirmRole)} />
      {problem?.code === 'FACE_REQUIRED' ? (
        <p>
          {/* PHN-4: this login's factor was passed already; only another login can use a face. */}
          <Button type="primary" onClick={journey.restart}>
            {t('confirmByFace')}
          </Button>
        </p>
      ) : null}
      <p className="row">
        <Button type="primary" loading={busy} onClick={() => void run(confirmRole)}>
          {t('confirmDo')}
        </Button>
        {choices.length > 0 ? (
          <Button onClick={() => journey.goToChoice(loginId, choices)}>{t('confirmLater')}</Button>
        ) : null}
      </p>
    </>
  );
}
