import type { Problem } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';

/** ORD-1: the authority has suspended the account; nothing on these pages lifts that. */
export const isSuspendedByOrder = ({ code, reason }: Problem): boolean =>
  code === 'ACCOUNT_SUSPENDED' ||
  (code === 'SESSION_ENDED' && (reason === 'suspended' || reason === 'by-order'));

/** Where to get help: the hotline, which a phone can call at once, and the hall. */
export function SuspensionContacts() {
  const t = useCommon();
  return (
    <ul>
      <li>
        <a href="tel:12366">{t('ordered.hotline')}</a>
      </li>
      <li>{t('ordered.hall')}</li>
    </ul>
  );
}
