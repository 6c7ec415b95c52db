import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu.ts';
import { RelationsPage } from '../parts/RelationsPage.tsx';
import { isManager, useApplications } from '../parts/waiting.ts';
import { Invite } from './Invite.tsx';
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
      may={manages}
      otherwise={identity.kind === 'enterprise' ? 'managersOnly' : 'companyOnly'}
      begin={t('add')}
      above={<p>{t('hint')}</p>}
      label={t('choose')}
      nameOf={(list) => t(`list.${list}`)}
      waiting={waiting}
      listOf={(list) => <StaffList key={list} list={list} />}
      dialog={({ onClose, onBegun }) => <Invite onClose={onClose} onInvited={onBegun} />}
    />
  );
}
