import { Button } from 'antd';
import { useState } from 'react';
import { FaceCheck } from '../parts/FaceCheck.tsx';
import { usePhonesTexts } from './texts.ts';

/** PHN-3: the number belongs to another person; with a face proof in addition to the code, the person takes it over. */
export function Takeover({ onPassed }: { readonly onPassed: (faceTicket: string) => Promise<void> }) {
  const t = usePhonesTexts();
  const [hasStarted, setHasStarted] = useState(false);
  return (
    <section className="item-form" aria-labelledby="takeover">
      <h3 id="takeover">{t('takeover')}</h3>
      <p>{t('takeoverText')}</p>
      {hasStarted ? (
        <FaceCheck for="phone" onPassed={onPassed} />
      ) : (
        <Button onClick={() => setHasStarted(true)}>{t('doTakeover')}</Button>
      )}
    </section>
  );
}
