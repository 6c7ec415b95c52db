import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { isManager, useApplications } from '../parts/pending-decisions.ts';
import { RelationsPage } from '../parts/RelationsPage.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { StaffList } from './StaffList.tsx';
import { useStaffTexts } from './texts.ts';

/** 人员权限管理 (REL-5 … REL-8): legal representative and finance head only. */
export function Page() {
  const menu = useMenuTexts();
  const t = useStaffTexts();
  const { identity } = useSession();
  const manages = isManager(identity);
  const { data: waiting } = useApplications(manages);
  return (
    <RelationsPage
      title={menu('staff')}
      isAllowed={manages}
      otherwise={identity.kind === 'enterprise' ? 'managersOnly' : 'companyOnly'}
      newLabel={t('add')}
      aboveLists={<p>{t('hint')}</p>}
      label={t('choose')}
      nameOf={(list) => t(`list.${list}`)}
      pendingCount={waiting}
      listOf={(list) => <StaffList key={list} list={list} />}
      dialog={({ onClose, onCreated }) => <InviteDialog onClose={onClose} onInvited={onCreated} />}
    />
  );
}
