import { useRef, useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { type Problem, problemOf } from '../../../api/problem.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { type Proof, SecondFactor } from '../../../components/SecondFactor.tsx';
import { useStep } from '../../../components/use-step.ts';
import { useCommon } from '../../../i18n/index.ts';
import { markAccountClosed } from '../../../session/session.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { useAccount } from '../parts/queries.ts';
import { Companies } from './Companies.tsx';
import { ConsentForm } from './ConsentForm.tsx';
import { useDeregisterTexts } from './texts.ts';

/** 用户注销 (CTR-2): first the consequences and the password, then the second factor, which ends the account. */
export function Page() {
  const menu = useMenuTexts();
  const t = useDeregisterTexts();
  const common = useCommon();
  const { withFreshFactor } = useAccountCentre();
  const account = useAccount();
  const [refused, setRefused] = useState<Problem>();
  const password = useRef('');
  // A reload loses the password, and without the password there is no second step.
  const { step, goTo, goBack } = useStep<'consent' | 'factor'>('consent', () => password.current !== '');
  /** A proof that was not spent because the password was wrong; the person does not have to pass the factor again. */
  const unspentProof = useRef<Proof>(undefined);

  const closeAccount = async (proof: Proof) => {
    try {
      await withFreshFactor(
        () =>
          answer(api.POST('/v1/account/deregistration', { body: { password: password.current, ...proof } })),
        'ownFace',
      );
    } catch (error) {
      const problem = problemOf(error);
      const wrongPassword = problem.code === 'BAD_CREDENTIALS';
      unspentProof.current = wrongPassword ? proof : undefined;
      if (!wrongPassword) throw error;
      setRefused(problem);
      return goTo('consent', { replace: true });
    }
    password.current = '';
    markAccountClosed({ title: t('done'), detail: t('doneDetail') });
  };
  const submitConsent = async (typed: string) => {
    password.current = typed;
    setRefused(undefined);
    if (unspentProof.current) await closeAccount(unspentProof.current);
    else goTo('factor');
  };
  return (
    <section className="card">
      <PageTitle step={step}>{menu('deregister')}</PageTitle>
      {/* Stays mounted, so that nothing typed is lost when the person goes back. */}
      <div hidden={step !== 'consent'}>
        <p>
          <strong>{t('warning')}</strong>
        </p>
        <ul>
          {(['sessions', 'freed', 'companies', 'clients', 'relations'] as const).map((effect) => (
            <li key={effect}>{t(`effects.${effect}`)}</li>
          ))}
        </ul>
        <Companies />
        <ConsentForm refused={refused} send={submitConsent} />
      </div>
      {step === 'factor' ? (
        <Loaded query={account}>
          {({ phones }) => {
            const phone = phones.find(({ isDefault }) => isDefault);
            return (
              <>
                <h2>{t('factor')}</h2>
                <p>
                  <strong>{t('now')}</strong>
                </p>
                <SecondFactor
                  factors={[
                    ...(phone ? [{ method: 'sms', maskedPhone: phone.maskedPhone } as const] : []),
                    { method: 'face' },
                  ]}
                  sendSms={() =>
                    withFreshFactor(() => answer(api.POST('/v1/account/deregistration/sms')), 'ownFace')
                  }
                  startFace={() => answer(api.POST('/v1/account/face', { body: { for: 'deregistration' } }))}
                  faceHint={common('factor.miniHint')}
                  verify={closeAccount}
                  action={t('submit')}
                />
                <p>
                  <button type="button" className="link" onClick={goBack}>
                    {common('back')}
                  </button>
                </p>
              </>
            );
          }}
        </Loaded>
      ) : null}
    </section>
  );
}
