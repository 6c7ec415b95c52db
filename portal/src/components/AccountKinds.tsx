import { useRef } from 'react';
import type { AccountKind } from '#domain/accounts.ts';
import { useConfig } from '../api/config.ts';
import type { Problem } from '../api/problem.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';

/**
 * DOC-6: which account the person said they mean. It holds for the text that was asked about: whoever types another
 * account is asked anew.
 */
export function useAccountKind() {
  const meant = useRef<{ readonly account: string; readonly kind: AccountKind }>(undefined);
  return {
    choose: (account: string, kind: AccountKind) => {
      meant.current = { account, kind };
    },
    /** What is sent beside the account. */
    of: (account: string): { accountKind?: AccountKind } =>
      meant.current?.account === account ? { accountKind: meant.current.kind } : {},
  };
}

interface Props {
  readonly problem: Problem | undefined;
  readonly onChoose: (kind: AccountKind) => void;
}

/** The kinds that the API named in ACCOUNT_AMBIGUOUS, each a button that sends the same again; nothing otherwise. */
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
