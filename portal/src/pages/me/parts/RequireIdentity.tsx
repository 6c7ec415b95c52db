import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Notice } from '../../../components/ProblemAlert.tsx';
import { useParts } from './texts.ts';

interface Props {
  readonly isAllowed: boolean;
  readonly otherwise: 'naturalOnly' | 'companyOnly' | 'managersOnly' | 'agencyOnly' | 'clientsOnly';
  readonly children: ReactNode;
}

/** CTR-1: company pages exist only in that company's identity. A person who follows an old link is told where to go. */
export function RequireIdentity({ isAllowed, otherwise, children }: Props) {
  const t = useParts();
  if (isAllowed) return children;
  return (
    <Notice kind="warn">
      <p>
        <strong>{t('notHere')}</strong>
      </p>
      <p>{t(otherwise)}</p>
      <p>
        <Link to="/me/switch">{t('toSwitch')}</Link>
      </p>
    </Notice>
  );
}
