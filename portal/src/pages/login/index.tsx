import './login.css';
import { Button } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Navigate } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { useIsElder } from '../../app/look.ts';
import { HelpMark } from '../../components/HelpMark.tsx';
import { Loading } from '../../components/query-states.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { pageAfterLogin } from '../../session/requested-page.ts';
import { useSessionState } from '../../session/store.ts';
import { keepLoginForm } from './login-form-memory.ts';
import { type LoginJourney, useLoginJourney } from './login-journey.ts';
import { PasswordStep } from './PasswordStep.tsx';
import { TaxSystemNotice } from './TaxSystemNotice.tsx';
import { useLoginTexts } from './texts.ts';

/**
 * Expired codes are replaced automatically for a quarter of an hour. After that, a click must show that a person is
 * there.
 */
const maxRenewals = 4;
const scanApps = ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'] as const;

/** Loaded while the password is checked, because nothing before that needs it. */
const importLaterSteps = () => import('./LaterSteps.tsx');
const preloadLaterSteps = () => void importLaterSteps().catch(() => undefined);
const LaterSteps = lazy(async () => ({ default: (await importLaterSteps()).LaterSteps }));

export function Page() {
  const t = useLoginTexts();
  const journey = useLoginJourney();
  const now = useSessionState();
  const isElder = useIsElder();
  const [showsQr, setShowsQr] = useState(false);
  // A person who leaves this page must type the password again.
  useEffect(() => () => keepLoginForm({ password: undefined }), []);
  if (now.status === 'active') {
    // LGN-11: first the new password must be set; after that the person reaches the requested page.
    const isInitial = now.session.notices.some(({ code }) => code === 'PASSWORD_CHANGE_REQUIRED');
    return <Navigate to={isInitial ? '/change-password' : pageAfterLogin(now.session.identity)} replace />;
  }
  if (journey.step.at !== 'password')
    return (
      <section className="card narrow">
        <Suspense fallback={<Loading />}>
          <LaterSteps journey={journey} />
        </Suspense>
      </section>
    );
  return (
    <section className="card login">
      <div className="login-form">
        <TaxSystemNotice />
        <PasswordStep onPassed={journey.goToFactor} onSending={preloadLaterSteps} />
      </div>
      {isElder && !showsQr ? (
        <section className="login-qr">
          <Button block onClick={() => setShowsQr(true)}>
            {t('showQr')}
          </Button>
        </section>
      ) : (
        <QrLogin journey={journey} />
      )}
    </section>
  );
}

function QrLogin({ journey }: { readonly journey: LoginJourney }) {
  const t = useLoginTexts();
  return (
    <section className="login-qr" aria-labelledby="qr-title">
      <h2 id="qr-title">
        {t('qrTitle')} <HelpMark anchor="scan" about={t('qrTitle')} />
      </h2>
      <p className="small">{t('qrHint')}</p>
      <ScanCode
        start={() => answer(bareApi.POST('/v1/qr-logins'))}
        onDone={(_scan, { session }) => session && journey.finish(session)}
        apps={scanApps}
        maxRenewals={maxRenewals}
      />
    </section>
  );
}
