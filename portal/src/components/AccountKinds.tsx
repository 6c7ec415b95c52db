import { useRef } from 'react';
import type { AccountKind } from '#domain/people/accounts.ts';
import { useConfig } from '../api/config.ts';
import type { Problem } from '../api/problem.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';

/**
 * DOC-6: which kind of account the person chose. The choice holds for the text that was asked about; after another
 * account was typed, the person is asked again.
 */
export function useAccountKind() {
  const chosenKind = useRef<{ readonly account: string; readonly kind: AccountKind }>(undefined);
  return {
    choose: (account: string, kind: AccountKind) => {
      chosenKind.current = { account, kind };
    },
    /** The members to send with the account. */
    membersFor: (account: string): { accountKind?: AccountKind } =>
      chosenKind.current?.account === account ? { accountKind: chosenKind.current.kind } : {},
  };
}

interface Props {
  readonly problem: Problem | undefined;
  readonly onChoose: (kind: AccountKind) => void;
}

/**
 * The kinds that the API listed in ACCOUNT_AMBIGUOUS, each as a button that sends the form again; otherwise nothing.
 */
export function AccountKinds({ problem, onChoose }: Props) {
  const t = useCommon();
  const language = useLanguage();
  const config = useConfig();
  if (problem?.code !== 'ACCOUNT_AMBIGUOUS') return null;
  const nameOf = (kind: AccountKind): string => {
    if (kind.kind !== 'document') return t(kind.kind === 'phone' ? 'field.phone' : 'field.username');
    const type = config.data?.documentTypes.find(({ code }) => code === kind.documentType);
    return type?.[language === 'en' ? 'en' : 'zh'] ?? t('field.documentNumber');
  };
  return (
    <fieldset className="account-kinds">
      <legend>{t('field.accountKind')}</legend>
      <div className="row">
        {(problem.kinds as readonly AccountKind[]).map((kind) => (
          <button key={JSON.stringify(kind)} type="button" className="link" onClick={() => onChoose(kind)}>
            {nameOf(kind)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
