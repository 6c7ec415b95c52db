import { useState } from 'react';
import { Finished } from '../../components/Finished.tsx';
import { Steps } from '../../components/Steps.tsx';
import { ProveNumber } from './ProveNumber.tsx';
import { useRecoverTexts } from './texts.ts';
import { Who } from './Who.tsx';

/** 找回手机号码 (PHN-4): for who still knows the password. */
export function Page() {
  const t = useRecoverTexts();
  const [recoveryId, setRecoveryId] = useState<string>();
  const [done, setDone] = useState(false);
  if (done) return <Finished title={t('doneTitle')} text={t('doneText')} to="/login" onward={t('toLogin')} />;
  return (
    <section className="card narrow">
      <Steps label={t('steps')} steps={[t('stepWho'), t('stepCode')]} at={recoveryId ? 1 : 0} />
      {recoveryId ? (
        <ProveNumber
          recoveryId={recoveryId}
          onDone={() => setDone(true)}
          onRestart={() => setRecoveryId(undefined)}
        />
      ) : (
        <Who onOpened={setRecoveryId} />
      )}
    </section>
  );
}
