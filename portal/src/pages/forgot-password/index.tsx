import { Steps } from '../../components/Steps.tsx';
import { savedJourney } from '../../components/saved-journey.ts';
import { useJourneyToLogin } from '../login/journey-to-login.ts';
import { IdentifyStep, type IdentifyValues } from './IdentifyStep.tsx';
import { type OpenReset, ProofStep } from './ProofStep.tsx';
import { useForgotTexts } from './texts.ts';

/** After a reload the page knows the ticket; the typed number is not kept. */
function restoredReset(): OpenReset | undefined {
  const saved = savedJourney('reset');
  return (
    saved && {
      resetId: saved.id,
      methods: (saved.methods ?? []).map((method) => ({ method })),
      documentNumber: '',
      resendAt: saved.resendAt,
    }
  );
}

/** 忘记密码 (PWD-1): first the person, then a factor together with the new password; it unlocks at once (LCK-3). */
export function Page() {
  const t = useForgotTexts();
  const journey = useJourneyToLogin<OpenReset, IdentifyValues>('reset', restoredReset);
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepIdentify'), t('stepProve')]} at={journey.opened ? 1 : 0} />
      {journey.opened ? (
        <ProofStep
          reset={journey.opened}
          onDone={() => journey.finish(t('doneText'), journey.typed?.account)}
          onBack={journey.back}
          onRestart={journey.restart}
        />
      ) : (
        <IdentifyStep
          initialValues={journey.typed}
          onTyped={journey.setTyped}
          onOpened={(reset) =>
            journey.open({ id: reset.resetId, methods: reset.methods.map(({ method }) => method) }, reset)
          }
        />
      )}
    </section>
  );
}
