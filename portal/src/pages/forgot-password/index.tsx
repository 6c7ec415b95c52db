import { useState } from 'react';
import { useNavigate } from 'react-router';
import { keepJourney, keptJourney } from '../../components/kept-journey.ts';
import { Steps } from '../../components/Steps.tsx';
import { useStep } from '../../components/use-step.ts';
import { rememberTyped } from '../login/typed.ts';
import { Prove, type Reset } from './Prove.tsx';
import { useForgotTexts } from './texts.ts';
import { type TypedWho, Who } from './Who.tsx';

/** After a reload the page knows the ticket; the typed number is not kept. */
function restored(): Reset | undefined {
  const kept = keptJourney('reset');
  return (
    kept && {
      resetId: kept.id,
      methods: (kept.methods ?? []).map((method) => ({ method })),
      documentNumber: '',
      againAt: kept.againAt,
    }
  );
}

/** 忘记密码 (PWD-1): first the person, then a factor together with the new password; it unlocks at once (LCK-3). */
export function Page() {
  const t = useForgotTexts();
  const navigate = useNavigate();
  const [reset, setReset] = useState(restored);
  const [typed, setTyped] = useState<TypedWho>();
  const { step, go, back } = useStep<'who' | 'prove'>('who', () => reset !== undefined);
  /** The login page has the account filled in and expects the new password. */
  const done = () => {
    keepJourney('reset', undefined);
    rememberTyped({ ...(typed ? { account: typed.account } : {}), news: t('doneText') });
    void navigate('/login', { replace: true });
  };
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepProve')]} at={step === 'prove' ? 1 : 0} />
      {reset && step === 'prove' ? (
        <Prove
          reset={reset}
          onDone={done}
          onBack={back}
          onRestart={() => {
            keepJourney('reset', undefined);
            go('who', { replace: true });
          }}
        />
      ) : (
        <Who
          before={typed}
          onTyped={setTyped}
          onOpened={(opened) => {
            keepJourney('reset', {
              at: 'prove',
              id: opened.resetId,
              methods: opened.methods.map(({ method }) => method),
            });
            setReset(opened);
            go('prove');
          }}
        />
      )}
    </section>
  );
}
