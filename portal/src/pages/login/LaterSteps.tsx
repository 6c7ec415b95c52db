import { answer, bareApi } from '../../api/client.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice } from '../../components/ProblemAlert.tsx';
import { SecondFactor } from '../../components/SecondFactor.tsx';
import { ConfirmRole } from './ConfirmRole.tsx';
import type { Journey } from './journey.ts';
import { ReportChoice } from './ReportChoice.tsx';
import { RoleChoice } from './RoleChoice.tsx';
import { useLoginTexts } from './texts.ts';

/** What comes after the password, also of the old login. */
export function LaterSteps({ journey }: { journey: Journey }) {
  const t = useLoginTexts();
  const { step } = journey;
  return (
    <>
      {step.at === 'factor' ? (
        <>
          <PageTitle step="factor">{t('oneFactor')}</PageTitle>
          {step.notices.map(({ code, title }) => (
            <Notice key={code} kind="warn">
              {title}
            </Notice>
          ))}
          {step.taxpayerName ? <p>{t('enters', { company: step.taxpayerName })}</p> : null}
          <p>{t('factorHint')}</p>
          <SecondFactor
            factors={step.secondFactors}
            sendSms={() =>
              answer(bareApi.POST('/v1/logins/{id}/sms', { params: { path: { id: step.loginId } } }))
            }
            startFace={() =>
              answer(bareApi.POST('/v1/logins/{id}/face', { params: { path: { id: step.loginId } } }))
            }
            verify={async (proof) =>
              journey.goOn(
                step.loginId,
                await answer(
                  bareApi.POST('/v1/logins/{id}/verify', {
                    params: { path: { id: step.loginId } },
                    body: proof,
                  }),
                ),
              )
            }
          />
        </>
      ) : null}
      {step.at === 'confirm' ? <ConfirmRole journey={journey} {...step} /> : null}
      {step.at === 'choice' ? <RoleChoice journey={journey} {...step} /> : null}
      {step.at === 'reports' ? <ReportChoice journey={journey} loginId={step.loginId} /> : null}
      <p className="login-more">
        <button type="button" className="link" onClick={journey.restart}>
          {t('other')}
        </button>
      </p>
    </>
  );
}
