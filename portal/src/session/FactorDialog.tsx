import { useEffect, useState } from 'react';
import { answer, api } from '../api/client.ts';
import { type Factor, type Proof, SecondFactor } from '../components/SecondFactor.tsx';
import { useModal } from '../components/use-modal.ts';
import { useCommon } from '../i18n/index.ts';

/** The person's default number, masked; null if the person has none, undefined as long as it is not known. */
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

/** The methods that a call accepts as a fresh factor. */
export type FreshFactors = readonly { readonly method: 'sms' | 'face' }[];

/** Asks the person for one of the factors and uses the factor for this session (SES-5). */
export function FactorDialog({
  factors,
  onClose,
}: {
  readonly factors: readonly Factor[];
  readonly onClose: (passed: boolean) => void;
}) {
  const t = useCommon();
  const dialog = useModal();
  const phone = useDefaultPhone();
  // LGN-6: the dialog shows the number before a code is sent; a person without a number is not offered SMS (LGN-5).
  const usableFactors = factors.flatMap((factor): Factor[] =>
    factor.method === 'face' || phone === undefined
      ? [factor]
      : phone === null
        ? []
        : [{ ...factor, maskedPhone: phone }],
  );
  const dialogKey = phone === undefined ? 'asking' : 'known';
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
        key={dialogKey}
        factors={usableFactors}
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
