import { keptJourney } from '../../components/kept-journey.ts';
import { Steps } from '../../components/Steps.tsx';
import { useJourneyToLogin } from '../login/journey-to-login.ts';
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
  const journey = useJourneyToLogin<Reset, TypedWho>('reset', restored);
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepProve')]} at={journey.opened ? 1 : 0} />
      {journey.opened ? (
        <Prove
          reset={journey.opened}
          onDone={() => journey.finish(t('doneText'), journey.typed?.account)}
          onBack={journey.back}
          onRestart={journey.restart}
        />
      ) : (
        <Who
          before={journey.typed}
          onTyped={journey.setTyped}
          onOpened={(reset) =>
            journey.open({ id: reset.resetId, methods: reset.methods.map(({ method }) => method) }, reset)
          }
        />
      )}
    </section>
  );
}
