import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu.ts';
import { RelationsPage } from '../parts/RelationsPage.tsx';
import { useInvitations } from '../parts/waiting.ts';
import { Apply } from './Apply.tsx';
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
      may={isPerson}
      otherwise="naturalOnly"
      begin={t('apply')}
      above={<WaitingCompanies />}
      label={t('choose')}
      nameOf={(list) => t(`list.${list}`)}
      waiting={waiting}
      listOf={(list) => <AuthorizationList key={list} list={list} />}
      dialog={({ onClose, onBegun }) => <Apply onClose={onClose} onApplied={onBegun} />}
    />
  );
}
