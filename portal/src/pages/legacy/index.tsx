import '../login/login.css';
import { useState } from 'react';
import { Link, Navigate } from 'react-router';
import { useStep } from '../../components/use-step.ts';
import { pageAfterLogin } from '../../session/requested-page.ts';
import { useSessionState } from '../../session/store.ts';
import { LaterSteps } from '../login/LaterSteps.tsx';
import { useLoginJourney } from '../login/login-journey.ts';
import { BindStep } from './BindStep.tsx';
import { CompanyStep, type OpenLegacyLogin } from './CompanyStep.tsx';
import { PersonStep } from './PersonStep.tsx';
import { useLegacyTexts } from './texts.ts';

/** 旧版登录 (LEG-1, LEG-2): the company password, the person, that person's password, then the usual second factor. */
export function Page() {
  const t = useLegacyTexts();
  const journey = useLoginJourney();
  const now = useSessionState();
  const [company, setCompany] = useState<OpenLegacyLogin>();
  // The steps after the second factor use the same browser history, with a key of their own.
  const history = useStep<'company' | 'person' | 'bind'>(
    'company',
    (step) => company !== undefined && (step === 'person' || step === 'bind'),
  );
  if (now.status === 'active') return <Navigate to={pageAfterLogin(now.session.identity)} replace />;
  const restart = () => {
    journey.restart();
    setCompany(undefined);
  };
  const step =
    journey.step.at !== 'password' ? (
      <LaterSteps journey={{ ...journey, restart }} />
    ) : !company || history.step === 'company' ? (
      <CompanyStep
        onPassed={(passed) => {
          setCompany(passed);
          history.goTo('person');
        }}
      />
    ) : history.step === 'bind' ? (
      <BindStep legacyId={company.legacyId} onBack={history.goBack} onRestart={restart} />
    ) : (
      <PersonStep
        company={company}
        onPassed={journey.goToFactor}
        onBind={() => history.goTo('bind')}
        onRestart={restart}
      />
    );
  return (
    <section className="card narrow">
      {step}
      {history.step !== 'company' && journey.step.at === 'password' ? (
        <p>
          <button type="button" className="link" onClick={restart}>
            {t('restart')}
          </button>
        </p>
      ) : null}
      <p>
        <Link to="/login">{t('newLogin')}</Link>
      </p>
    </section>
  );
}
