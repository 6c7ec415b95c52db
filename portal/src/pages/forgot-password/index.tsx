import { useState } from 'react';
import { Finished } from '../../components/Finished.tsx';
import { Steps } from '../../components/Steps.tsx';
import { Prove, type Reset } from './Prove.tsx';
import { useForgotTexts } from './texts.ts';
import { Who } from './Who.tsx';

/** 忘记密码 (PWD-1): who, then a factor together with the new password; unlocks at once (LCK-3). */
export function Page() {
  const t = useForgotTexts();
  const [reset, setReset] = useState<Reset>();
  const [done, setDone] = useState(false);
  if (done) return <Finished title={t('doneTitle')} text={t('doneText')} to="/login" onward={t('toLogin')} />;
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepProve')]} at={reset ? 1 : 0} />
      {reset ? (
        <Prove reset={reset} onDone={() => setDone(true)} onRestart={() => setReset(undefined)} />
      ) : (
        <Who onOpened={setReset} />
      )}
    </section>
  );
}
