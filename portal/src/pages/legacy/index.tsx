import '../login/login.css';
import { useState } from 'react';
import { Link, Navigate } from 'react-router';
import { useSessionState } from '../../session/store.ts';
import { takeWanted } from '../../session/wanted.ts';
import { useJourney } from '../login/journey.ts';
import { LaterSteps } from '../login/LaterSteps.tsx';
import { Bind } from './Bind.tsx';
import { type CompanyPassed, CompanyStep } from './CompanyStep.tsx';
import { PickPerson } from './PickPerson.tsx';
import { useLegacyTexts } from './texts.ts';

/** 旧版登录 (LEG-1, LEG-2): company password, person, that person's password, then the second factor of everybody. */
export function Page() {
  const t = useLegacyTexts();
  const journey = useJourney();
  const now = useSessionState();
  const [company, setCompany] = useState<CompanyPassed>();
  const [binding, setBinding] = useState(false);
  if (now.status === 'active') return <Navigate to={takeWanted()} replace />;
  const restart = () => {
    journey.restart();
    setCompany(undefined);
    setBinding(false);
  };
  const step =
    journey.step.at !== 'password' ? (
      <LaterSteps journey={{ ...journey, restart }} />
    ) : !company ? (
      <CompanyStep onPassed={setCompany} />
    ) : binding ? (
      <Bind legacyId={company.legacyId} onBack={() => setBinding(false)} onRestart={restart} />
    ) : (
      <PickPerson
        company={company}
        onPassed={journey.passwordPassed}
        onBind={() => setBinding(true)}
        onRestart={restart}
      />
    );
  return (
    <section className="card narrow">
      {step}
      {company && journey.step.at === 'password' ? (
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
