import '../login/login.css';
import { useState } from 'react';
import { Link, Navigate } from 'react-router';
import { useStep } from '../../components/use-step.ts';
import { useSessionState } from '../../session/store.ts';
import { takeWanted } from '../../session/wanted.ts';
import { useJourney } from '../login/journey.ts';
import { LaterSteps } from '../login/LaterSteps.tsx';
import { Bind } from './Bind.tsx';
import { type CompanyPassed, CompanyStep } from './CompanyStep.tsx';
import { PickPerson } from './PickPerson.tsx';
import { useLegacyTexts } from './texts.ts';

/** 旧版登录 (LEG-1, LEG-2): the company password, the person, that person's password, then the usual second factor. */
export function Page() {
  const t = useLegacyTexts();
  const journey = useJourney();
  const now = useSessionState();
  const [company, setCompany] = useState<CompanyPassed>();
  // The steps after the second factor use the same browser history, with a key of their own.
  const place = useStep<'company' | 'person' | 'bind'>(
    'company',
    (step) => company !== undefined && (step === 'person' || step === 'bind'),
  );
  if (now.status === 'active') return <Navigate to={takeWanted(now.session.identity)} replace />;
  const restart = () => {
    journey.restart();
    setCompany(undefined);
  };
  const step =
    journey.step.at !== 'password' ? (
      <LaterSteps journey={{ ...journey, restart }} />
    ) : !company || place.step === 'company' ? (
      <CompanyStep
        onPassed={(passed) => {
          setCompany(passed);
          place.go('person');
        }}
      />
    ) : place.step === 'bind' ? (
      <Bind legacyId={company.legacyId} onBack={place.back} onRestart={restart} />
    ) : (
      <PickPerson
        company={company}
        onPassed={journey.passwordPassed}
        onBind={() => place.go('bind')}
        onRestart={restart}
      />
    );
  return (
    <section className="card narrow">
      {step}
      {place.step !== 'company' && journey.step.at === 'password' ? (
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
