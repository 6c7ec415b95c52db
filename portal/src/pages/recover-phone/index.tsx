import { keptJourney } from '../../components/kept-journey.ts';
import { Steps } from '../../components/Steps.tsx';
import { useJourneyToLogin } from '../login/journey-to-login.ts';
import { ProveNumber, type Recovery } from './ProveNumber.tsx';
import { useRecoverTexts } from './texts.ts';
import { type TypedWho, Who } from './Who.tsx';

function restored(): Recovery | undefined {
  const kept = keptJourney('recover');
  return kept && { recoveryId: kept.id, againAt: kept.againAt };
}

/** 找回手机号码 (PHN-4): for a person who still knows the password. */
export function Page() {
  const t = useRecoverTexts();
  const journey = useJourneyToLogin<Recovery, TypedWho>('recover', restored);
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepCode')]} at={journey.opened ? 1 : 0} />
      {journey.opened ? (
        <ProveNumber
          recovery={journey.opened}
          onDone={() => journey.finish(t('doneText'), journey.typed?.newPhone)}
          onBack={journey.back}
          onRestart={journey.restart}
        />
      ) : (
        <Who
          before={journey.typed}
          onTyped={journey.setTyped}
          onOpened={(recoveryId) => journey.open({ id: recoveryId }, { recoveryId })}
        />
      )}
    </section>
  );
}
