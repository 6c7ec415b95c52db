import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { useInvitations } from '../parts/pending-decisions.ts';
import { RelationsPage } from '../parts/RelationsPage.tsx';
import { ApplyDialog } from './ApplyDialog.tsx';
import { AuthorizationList } from './AuthorizationList.tsx';
import { useAuthorizationsTexts } from './texts.ts';
import { WaitingCompanies } from './WaitingCompanies.tsx';

/** 企业授权管理 (CTR-3, REL-5 … REL-7): only for the natural person, who decides in no company's name. */
export function Page() {
  const menu = useMenuTexts();
  const t = useAuthorizationsTexts();
  const { identity } = useSession();
  const isPerson = identity.kind === 'natural';
  const { data: waiting } = useInvitations(isPerson);
  return (
    <RelationsPage
      title={menu('authorizations')}
      isAllowed={isPerson}
      otherwise="naturalOnly"
      newLabel={t('apply')}
      aboveLists={<WaitingCompanies />}
      label={t('choose')}
      nameOf={(list) => t(`list.${list}`)}
      pendingCount={waiting}
      listOf={(list) => <AuthorizationList key={list} list={list} />}
      dialog={({ onClose, onCreated }) => <ApplyDialog onClose={onClose} onApplied={onCreated} />}
    />
  );
}
