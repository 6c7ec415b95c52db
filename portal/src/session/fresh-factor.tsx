import { type ReactNode, useEffect, useRef, useState } from 'react';
import { answer, api } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';
import { type Factor, type Proof, SecondFactor } from '../components/SecondFactor.tsx';
import { useCommon } from '../i18n/index.ts';

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
  return { ensured, dialog: asking ? <FactorDialog factors={asking.factors} onClose={close} /> : null };
}

/** The person's default number, masked; null where there is none, undefined as long as it is not known. */
function useDefaultPhone(): string | null | undefined {
  const [phone, setPhone] = useState<string | null>();
  useEffect(() => {
    answer(api.GET('/v1/account')).then(
      ({ phones }) => setPhone(phones.find(({ isDefault }) => isDefault)?.maskedPhone ?? null),
      () => undefined,
    );
  }, []);
  return phone;
}

function FactorDialog({
  factors,
  onClose,
}: Pick<Asking, 'factors'> & { readonly onClose: (passed: boolean) => void }) {
  const t = useCommon();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const phone = useDefaultPhone();
  // LGN-6: where the code will go is said before it is sent; who has no number is not offered one (LGN-5).
  const usable = factors.flatMap((factor): Factor[] =>
    factor.method === 'face' || phone === undefined
      ? [factor]
      : phone === null
        ? []
        : [{ ...factor, maskedPhone: phone }],
  );
  const known = phone === undefined ? 'asking' : 'known';
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
        key={known}
        factors={usable}
        faceHint={t('factor.miniHint')}
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
