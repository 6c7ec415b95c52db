import { lazy, Suspense, useEffect, useState } from 'react';
import { Navigate, useNavigate } from 'react-router';
import { Finished } from '../../components/Finished.tsx';
import { keepJourney, keptJourney } from '../../components/kept-journey.ts';
import { Steps } from '../../components/Steps.tsx';
import { Loading } from '../../components/states.tsx';
import { useStep } from '../../components/use-step.ts';
import { useSessionState } from '../../session/store.ts';
import { Identity, type TypedIdentity } from './Identity.tsx';
import type { Opened } from './opened.ts';
import type { TypedProfile } from './Profile.tsx';
import { RestartLink } from './RestartLink.tsx';
import { useRegisterTexts } from './texts.ts';

/** The later steps are loaded while the person fills in the first form. */
const profileStep = () => import('./Profile.tsx');
const faceStep = () => import('./FaceStep.tsx');
const Profile = lazy(async () => ({ default: (await profileStep()).Profile }));
const FaceStep = lazy(async () => ({ default: (await faceStep()).FaceStep }));

const steps = ['identity', 'profile', 'face', 'done'] as const;
type Step = (typeof steps)[number];

/**
 * After a reload the page knows the ticket. The typed number is not kept, so only the API checks the password against
 * it.
 */
function restored(): Opened | undefined {
  const kept = keptJourney('register');
  return kept && { registrationId: kept.id, faceRequired: kept.faceRequired ?? true, documentNumber: '' };
}

/** 用户注册 (REG-1): identity, basic information, face. The API keeps the journey; this page only keeps the step. */
export function Page() {
  const t = useRegisterTexts();
  const navigate = useNavigate();
  const signedIn = useSessionState().status === 'active';
  const [opened, setOpened] = useState(restored);
  const [level, setLevel] = useState<number>();
  // Kept in memory, for a person who goes back or begins again.
  const [identity, setIdentity] = useState<TypedIdentity>();
  const [profile, setProfile] = useState<TypedProfile>();
  const { step, go, back } = useStep<Step>('identity', (one) =>
    one === 'done' ? level !== undefined : opened !== undefined,
  );
  useEffect(() => void Promise.all([profileStep(), faceStep()]).catch(() => undefined), []);
  const take = (next: Opened, at: 'profile' | 'face') => {
    setOpened(next);
    keepJourney('register', { at, id: next.registrationId, faceRequired: next.faceRequired });
    go(at);
  };
  const restart = () => {
    keepJourney('register', undefined);
    setOpened(undefined);
    go('identity', { replace: true });
  };
  if (level !== undefined)
    return (
      <Finished
        title={t('doneTitle')}
        text={t(signedIn ? 'doneSignedIn' : 'doneText', { level })}
        to={signedIn ? '/me' : '/login'}
        onward={t(signedIn ? 'toStart' : 'toLogin')}
      />
    );
  if (signedIn) return <Navigate to="/me" replace />;
  const faceComes = step === 'identity' || opened?.faceRequired !== false;
  return (
    <section className="card narrow">
      <Steps
        label={t('steps')}
        steps={[t('stepIdentity'), t('stepProfile'), ...(faceComes ? [t('stepFace')] : [])]}
        at={steps.indexOf(step)}
      />
      {step === 'identity' || !opened ? (
        <Identity
          before={identity}
          onTyped={setIdentity}
          onOpened={(next) => take(next, 'profile')}
          onLeave={() => void navigate('/login')}
        />
      ) : (
        <Suspense fallback={<Loading />}>
          {step === 'profile' ? (
            <Profile
              opened={opened}
              before={profile}
              onTyped={setProfile}
              onKept={(faceRequired) => take({ ...opened, faceRequired }, 'face')}
              onRestart={restart}
              onBack={back}
            />
          ) : (
            <FaceStep
              opened={opened}
              onDone={(reached) => {
                keepJourney('register', undefined);
                setLevel(reached);
                go('done', { replace: true });
              }}
              onProfile={back}
              onRestart={restart}
            />
          )}
        </Suspense>
      )}
      {step === 'identity' ? null : (
        <RestartLink
          onRestart={() => {
            setIdentity(undefined);
            setProfile(undefined);
            restart();
          }}
        />
      )}
    </section>
  );
}
