import { useState } from 'react';
import { Finished } from '../../components/Finished.tsx';
import { Steps } from '../../components/Steps.tsx';
import { FaceStep } from './FaceStep.tsx';
import { Identity } from './Identity.tsx';
import type { Opened } from './opened.ts';
import { Profile } from './Profile.tsx';
import { useRegisterTexts } from './texts.ts';

type Step =
  | { readonly at: 'identity' }
  | ({ readonly at: 'profile' } & Opened)
  | ({ readonly at: 'face' } & Opened)
  | { readonly at: 'done'; readonly level: number };

/** 用户注册 (REG-1): who, what, face; the API keeps the journey, this page only where it stands. */
export function Page() {
  const t = useRegisterTexts();
  const [step, setStep] = useState<Step>({ at: 'identity' });
  const restart = () => setStep({ at: 'identity' });
  if (step.at === 'done')
    return (
      <Finished
        title={t('doneTitle')}
        text={t('doneText', { level: step.level })}
        to="/login"
        onward={t('toLogin')}
      />
    );
  const faceComes = step.at === 'identity' || step.faceRequired;
  return (
    <section className="card narrow">
      <Steps
        label={t('steps')}
        steps={[t('stepIdentity'), t('stepProfile'), ...(faceComes ? [t('stepFace')] : [])]}
        at={['identity', 'profile', 'face'].indexOf(step.at)}
      />
      {step.at === 'identity' ? (
        <Identity onOpened={(opened) => setStep({ at: 'profile', ...opened })} />
      ) : null}
      {step.at === 'profile' ? (
        <Profile
          opened={step}
          onKept={(faceRequired) => setStep({ ...step, at: 'face', faceRequired })}
          onRestart={restart}
        />
      ) : null}
      {step.at === 'face' ? (
        <FaceStep
          opened={step}
          onDone={(level) => setStep({ at: 'done', level })}
          onProfile={() => setStep({ ...step, at: 'profile' })}
          onRestart={restart}
        />
      ) : null}
    </section>
  );
}
