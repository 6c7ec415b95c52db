import { useState } from 'react';
import { useNavigate } from 'react-router';
import { keepJourney, keptJourney } from '../../components/kept-journey.ts';
import { Steps } from '../../components/Steps.tsx';
import { useStep } from '../../components/use-step.ts';
import { rememberTyped } from '../login/typed.ts';
import { ProveNumber } from './ProveNumber.tsx';
import { useRecoverTexts } from './texts.ts';
import { type TypedWho, Who } from './Who.tsx';

/** 找回手机号码 (PHN-4): for a person who still knows the password. */
export function Page() {
  const t = useRecoverTexts();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(() => keptJourney('recover'));
  const [typed, setTyped] = useState<TypedWho>();
  const { step, go, back } = useStep<'who' | 'code'>('who', () => opened !== undefined);
  /** The login page has the new number filled in. */
  const done = () => {
    keepJourney('recover', undefined);
    rememberTyped({ ...(typed ? { account: typed.newPhone } : {}), news: t('doneText') });
    void navigate('/login', { replace: true });
  };
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepCode')]} at={step === 'code' ? 1 : 0} />
      {opened && step === 'code' ? (
        <ProveNumber
          recoveryId={opened.id}
          againAt={opened.againAt}
          onDone={done}
          onBack={back}
          onRestart={() => {
            keepJourney('recover', undefined);
            go('who', { replace: true });
          }}
        />
      ) : (
        <Who
          before={typed}
          onTyped={setTyped}
          onOpened={(id) => {
            keepJourney('recover', { at: 'code', id });
            setOpened({ at: 'code', id });
            go('code');
          }}
        />
      )}
    </section>
  );
}
