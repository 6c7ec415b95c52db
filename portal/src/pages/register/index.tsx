import { lazy, Suspense, useEffect, useState } from 'react';
import { Navigate, useNavigate } from 'react-router';
import { JourneyFinished } from '../../components/JourneyFinished.tsx';
import { Loading } from '../../components/query-states.tsx';
import { Steps } from '../../components/Steps.tsx';
import { savedJourney, saveJourney } from '../../components/saved-journey.ts';
import { useStep } from '../../components/use-step.ts';
import { useSessionState } from '../../session/store.ts';
import { IdentityStep, type IdentityValues } from './IdentityStep.tsx';
import type { OpenRegistration } from './opened-registration.ts';
import type { ProfileValues } from './ProfileStep.tsx';
import { RestartLink } from './RestartLink.tsx';
import { useRegisterTexts } from './texts.ts';

/** The later steps are loaded while the person fills in the first form. */
const importProfileStep = () => import('./ProfileStep.tsx');
const importFaceStep = () => import('./FaceStep.tsx');
const ProfileStep = lazy(async () => ({ default: (await importProfileStep()).ProfileStep }));
const FaceStep = lazy(async () => ({ default: (await importFaceStep()).FaceStep }));

const steps = ['identity', 'profile', 'face', 'done'] as const;
type Step = (typeof steps)[number];

/**
 * After a reload the page knows the ticket. The typed number is not kept, so only the API checks the password against
 * it.
 */
function restoredRegistration(): OpenRegistration | undefined {
  const saved = savedJourney('register');
  return saved && { registrationId: saved.id, faceRequired: saved.faceRequired ?? true, documentNumber: '' };
}

/** 用户注册 (REG-1): identity, basic information, face. The API keeps the journey; this page only keeps the step. */
export function Page() {
  const t = useRegisterTexts();
  const navigate = useNavigate();
  const signedIn = useSessionState().status === 'active';
  const [opened, setOpened] = useState(restoredRegistration);
  const [level, setLevel] = useState<number>();
  // Kept in memory, for a person who goes back or begins again.
  const [identityValues, setIdentityValues] = useState<IdentityValues>();
  const [profileValues, setProfileValues] = useState<ProfileValues>();
  const { step, goTo, goBack } = useStep<Step>('identity', (one) =>
    one === 'done' ? level !== undefined : opened !== undefined,
  );
  useEffect(() => void Promise.all([importProfileStep(), importFaceStep()]).catch(() => undefined), []);
  const openStep = (next: OpenRegistration, nextStep: 'profile' | 'face') => {
    setOpened(next);
    saveJourney('register', { step: nextStep, id: next.registrationId, faceRequired: next.faceRequired });
    goTo(nextStep);
  };
  const restart = () => {
    saveJourney('register', undefined);
    setOpened(undefined);
    goTo('identity', { replace: true });
  };
  if (level !== undefined)
    return (
      <JourneyFinished
        title={t('doneTitle')}
        text={t(signedIn ? 'doneSignedIn' : 'doneText', { level })}
        to={signedIn ? '/me' : '/login'}
        linkLabel={t(signedIn ? 'toStart' : 'toLogin')}
      />
    );
  if (signedIn) return <Navigate to="/me" replace />;
  const hasFaceStep = step === 'identity' || opened?.faceRequired !== false;
  return (
    <section className="card narrow">
      <Steps
        label={t('steps')}
        steps={[t('stepIdentity'), t('stepProfile'), ...(hasFaceStep ? [t('stepFace')] : [])]}
        at={steps.indexOf(step)}
      />
      {step === 'identity' || !opened ? (
        <IdentityStep
          initialValues={identityValues}
          onTyped={setIdentityValues}
          onOpened={(next) => openStep(next, 'profile')}
          onLeave={() => void navigate('/login')}
        />
      ) : (
        <Suspense fallback={<Loading />}>
          {step === 'profile' ? (
            <ProfileStep
              opened={opened}
              initialValues={profileValues}
              onTyped={setProfileValues}
              onSaved={(faceRequired) => openStep({ ...opened, faceRequired }, 'face')}
              onRestart={restart}
              onBack={goBack}
            />
          ) : (
            <FaceStep
              opened={opened}
              onDone={(reached) => {
                saveJourney('register', undefined);
                setLevel(reached);
                goTo('done', { replace: true });
              }}
              onBack={goBack}
              onRestart={restart}
            />
          )}
        </Suspense>
      )}
      {step === 'identity' ? null : (
        <RestartLink
          onRestart={() => {
            setIdentityValues(undefined);
            setProfileValues(undefined);
            restart();
          }}
        />
      )}
    </section>
  );
}
