import { Steps } from '../../components/Steps.tsx';
import { savedJourney } from '../../components/saved-journey.ts';
import { useJourneyToLogin } from '../login/journey-to-login.ts';
import { IdentifyStep, type IdentifyValues } from './IdentifyStep.tsx';
import { type OpenRecovery, ProofStep } from './ProofStep.tsx';
import { useRecoverTexts } from './texts.ts';

function restoredRecovery(): OpenRecovery | undefined {
  const saved = savedJourney('recover');
  return saved && { recoveryId: saved.id, resendAt: saved.resendAt };
}

/** 找回手机号码 (PHN-4): for a person who still knows the password. */
export function Page() {
  const t = useRecoverTexts();
  const journey = useJourneyToLogin<OpenRecovery, IdentifyValues>('recover', restoredRecovery);
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepIdentify'), t('stepCode')]} at={journey.opened ? 1 : 0} />
      {journey.opened ? (
        <ProofStep
          recovery={journey.opened}
          onDone={() => journey.finish(t('doneText'), journey.typed?.newPhone)}
          onBack={journey.back}
          onRestart={journey.restart}
        />
      ) : (
        <IdentifyStep
          initialValues={journey.typed}
          onTyped={journey.setTyped}
          onOpened={(recoveryId) => journey.open({ id: recoveryId }, { recoveryId })}
        />
      )}
    </section>
  );
}
