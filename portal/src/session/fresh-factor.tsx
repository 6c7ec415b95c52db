import { lazy, type ReactNode, Suspense, useState } from 'react';
import { problemOf } from '../api/problem.ts';

/** Loaded at the first use, because most visits do not need the dialog. */
const FactorDialog = lazy(async () => ({ default: (await import('./FactorDialog.tsx')).FactorDialog }));

const either = [{ method: 'sms' }, { method: 'face' }] as const;
const face = [{ method: 'face' }] as const;

/** `ownFace`: the call brings a face proof of its own, of which FACE_REQUIRED speaks. */
export type Ensured = <T>(work: () => Promise<T>, ownFace?: 'ownFace') => Promise<T>;
interface Asking {
  readonly factors: typeof either | typeof face;
  readonly resolve: () => void;
  readonly reject: () => void;
}

/**
 * SES-5: what changes phones, password, username or account wants a factor of the last ten minutes; what manages people,
 * agreements and companies wants one in a session that came by QR, and a face after a phone was recovered (PHN-4).
 * `ensured(work)` works; where the API asks for a factor first (nothing was done), shows the dialog and works once more
 * after it. Rejects where the person closes the dialog. Render `dialog` once.
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
