import { lazy, type ReactNode, Suspense, useState } from 'react';
import { problemOf } from '../api/problem.ts';

/** Loaded at the first use, because most visits do not need the dialog. */
const FactorDialog = lazy(async () => ({ default: (await import('./FactorDialog.tsx')).FactorDialog }));

const smsOrFace = [{ method: 'sms' }, { method: 'face' }] as const;
const faceOnly = [{ method: 'face' }] as const;

/** `ownFace`: the call itself carries a face proof, and FACE_REQUIRED is about this proof. */
export type WithFreshFactor = <T>(work: () => Promise<T>, ownFace?: 'ownFace') => Promise<T>;
interface PendingFactor {
  readonly factors: typeof smsOrFace | typeof faceOnly;
  readonly resolve: () => void;
  readonly reject: () => void;
}

/**
 * SES-5: changes of phones, password, username or account need a factor of the last ten minutes. Managing people,
 * agreements and companies needs a factor in a session that came by QR, and a face check after a phone was recovered
 * (PHN-4). `withFreshFactor(work)` calls `work`. If the API needs a factor first (nothing was done), `withFreshFactor`
 * shows the dialog and calls `work` once more. `withFreshFactor` rejects if the person closes the dialog. Render
 * `dialog` once.
 */
export function useFreshFactor(): { withFreshFactor: WithFreshFactor; dialog: ReactNode } {
  const [pending, setPending] = useState<PendingFactor>();
  const withFreshFactor: WithFreshFactor = async (work, ownFace) => {
    try {
      return await work();
    } catch (error) {
      const { code } = problemOf(error);
      const factors =
        code === 'FRESH_FACTOR_REQUIRED'
          ? smsOrFace
          : code === 'FACE_REQUIRED' && !ownFace
            ? faceOnly
            : undefined;
      if (!factors) throw error;
      await new Promise<void>((resolve, reject) =>
        setPending({ factors, resolve, reject: () => reject(error) }),
      );
      return work();
    }
  };
  const closeDialog = (passed: boolean) => {
    if (passed) pending?.resolve();
    else pending?.reject();
    setPending(undefined);
  };
  const dialog = pending ? (
    <Suspense fallback={null}>
      <FactorDialog factors={pending.factors} onClose={closeDialog} />
    </Suspense>
  ) : null;
  return { withFreshFactor, dialog };
}
