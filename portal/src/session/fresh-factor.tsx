import { lazy, type ReactNode, Suspense, useState } from 'react';
import { problemOf } from '../api/problem.ts';

/** Loaded at the first use, because most visits do not need the dialog. */
const FactorDialog = lazy(async () => ({ default: (await import('./FactorDialog.tsx')).FactorDialog }));

const either = [{ method: 'sms' }, { method: 'face' }] as const;
const face = [{ method: 'face' }] as const;

/** `ownFace`: the call itself carries a face proof, and FACE_REQUIRED is about this proof. */
export type Ensured = <T>(work: () => Promise<T>, ownFace?: 'ownFace') => Promise<T>;
interface Asking {
  readonly factors: typeof either | typeof face;
  readonly resolve: () => void;
  readonly reject: () => void;
}

/**
 * SES-5: changes of phones, password, username or account need a factor of the last ten minutes. Managing people,
 * agreements and companies needs a factor in a session that came by QR, and a face check after a phone was recovered
 * (PHN-4). `ensured(work)` calls `work`. If the API needs a factor first (nothing was done), `ensured` shows the dialog
 * and calls `work` once more. It rejects if the person closes the dialog. Render `dialog` once.
 */
export function useFreshFactor(): { ensured: Ensured; dialog: ReactNode } {
  const [asking, setAsking] = useState<Asking>();
  const ensured: Ensured = async (work, ownFace) => {
    try {
      return await work();
    } catch (error) {
      const { code } = problemOf(error);
      const factors =
        code === 'FRESH_FACTOR_REQUIRED' ? either : code === 'FACE_REQUIRED' && !ownFace ? face : undefined;
      if (!factors) throw error;
      await new Promise<void>((resolve, reject) =>
        setAsking({ factors, resolve, reject: () => reject(error) }),
      );
      return work();
    }
  };
  const close = (passed: boolean) => {
    if (passed) asking?.resolve();
    else asking?.reject();
    setAsking(undefined);
  };
  const dialog = asking ? (
    <Suspense fallback={null}>
      <FactorDialog factors={asking.factors} onClose={close} />
    </Suspense>
  ) : null;
  return { ensured, dialog };
}
