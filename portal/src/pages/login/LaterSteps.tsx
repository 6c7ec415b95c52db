import { Button } from 'antd';
import { answer, bareApi } from '../../api/client.ts';
import { LockedAccountLinks } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice } from '../../components/ProblemAlert.tsx';
import { SecondFactor } from '../../components/SecondFactor.tsx';
import { saveResendAt } from '../../components/saved-journey.ts';
import { useCommon } from '../../i18n/index.ts';
import { ConfirmRole } from './ConfirmRole.tsx';
import { keepLoginForm, loginFormValues } from './login-form-memory.ts';
import type { LoginJourney } from './login-journey.ts';
import { ReportChoice } from './ReportChoice.tsx';
import { ResumeChoice } from './ResumeChoice.tsx';
import { RoleChoice } from './RoleChoice.tsx';
import { useLoginTexts } from './texts.ts';

/** The steps after the password, also of the old login. */
export function LaterSteps({ journey }: { journey: LoginJourney }) {
  const t = useLoginTexts();
  const common = useCommon();
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
          <LoginSummary taxpayerName={step.taxpayerName} />
          <p>{t('factorHint')}</p>
          <SecondFactor
            factors={step.secondFactors}
            resendAt={step.resendAt}
            action={t('verifyAndLogIn')}
            onRestart={journey.restart}
            failedHint={
              <>
                <p>{common('factor.locked')}</p>
                <LockedAccountLinks onUseQr={journey.restart} />
              </>
            }
            sendSms={async () => {
              const sent = await answer(
                bareApi.POST('/v1/logins/{id}/sms', { params: { path: { id: step.loginId } } }),
              );
              saveResendAt('login', sent.resendAt);
              return sent;
            }}
            startFace={() =>
              answer(bareApi.POST('/v1/logins/{id}/face', { params: { path: { id: step.loginId } } }))
            }
            verify={async (proof) =>
              journey.continueWith(
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
      {step.at === 'resume' ? <ResumeChoice journey={journey} loginId={step.loginId} /> : null}
      {step.at === 'reports' ? <ReportChoice journey={journey} loginId={step.loginId} /> : null}
      <p className="row login-more">
        <Button onClick={journey.back}>{common('previous')}</Button>
        <button
          type="button"
          className="link"
          onClick={() => {
            keepLoginForm({ account: undefined, password: undefined });
            journey.restart();
          }}
        >
          {t('other')}
        </button>
      </p>
    </>
  );
}

/**
 * The account and company of this login, so that a mistyped one is noticed before a code is sent. The account is masked
 * as everywhere.
 */
function LoginSummary({ taxpayerName }: { readonly taxpayerName: string | undefined }) {
  const t = useLoginTexts();
  const { account } = loginFormValues();
  return (
    <>
      {account ? <p>{t('account', { account: maskAccount(account) })}</p> : null}
      {taxpayerName ? <p>{t('enters', { company: taxpayerName })}</p> : null}
    </>
  );
}

const maskAccount = (account: string): string =>
  account.length < 6
    ? account
    : `${account.slice(0, 3)}${'*'.repeat(account.length - 5)}${account.slice(-2)}`;
