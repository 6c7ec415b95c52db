import { type ReactNode, useEffect, useRef, useState } from 'react';
import { answer, api } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';
import { type Proof, SecondFactor } from '../components/SecondFactor.tsx';
import { useCommon } from '../i18n/index.ts';

const both = [{ method: 'sms' }, { method: 'face' }] as const;

/**
 * SES-5: what changes phones, password or account wants a factor of the last ten minutes. `ensured(work)` works; where
 * the API asks for a factor first (nothing was done), shows the dialog and works once more after it. Rejects where the
 * person closes the dialog. Render `dialog` once.
 */
export function useFreshFactor(): { ensured: <T>(work: () => Promise<T>) => Promise<T>; dialog: ReactNode } {
  const [asking, setAsking] = useState<{ resolve: () => void; reject: (error: unknown) => void }>();
  const ensured = async <T,>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (problemOf(error).code !== 'FRESH_FACTOR_REQUIRED') throw error;
      await new Promise<void>((resolve, reject) => setAsking({ resolve, reject: () => reject(error) }));
      return work();
    }
  };
  const close = (passed: boolean) => {
    if (passed) asking?.resolve();
    else asking?.reject(undefined);
    setAsking(undefined);
  };
  return { ensured, dialog: asking ? <FactorDialog onClose={close} /> : null };
}

function FactorDialog({ onClose }: { onClose: (passed: boolean) => void }) {
  const t = useCommon();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const verify = async (proof: Proof) => {
    await answer(api.POST('/v1/session/factor', { body: proof }));
    onClose(true);
  };
  return (
    <dialog
      ref={dialog}
      className="card dialog"
      aria-labelledby="factor-title"
      onCancel={() => onClose(false)}
    >
      <h2 id="factor-title">{t('factor.fresh')}</h2>
      <SecondFactor
        factors={both}
        sendSms={() => answer(api.POST('/v1/session/factor/sms'))}
        startFace={() => answer(api.POST('/v1/session/factor/face'))}
        verify={verify}
      />
      <button type="button" className="link" onClick={() => onClose(false)}>
        {t('cancel')}
      </button>
    </dialog>
  );
}
