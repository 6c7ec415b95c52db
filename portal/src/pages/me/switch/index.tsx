import { Link } from 'react-router';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { IdentityItem } from '../parts/identity-switch.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { useIdentities } from '../parts/queries.ts';
import { useSwitchTexts } from './texts.ts';

/** 身份切换 (SWI-2, SWI-4, SWI-5) */
export function Page() {
  const menu = useMenuTexts();
  const t = useSwitchTexts();
  const { identity } = useSession();
  const identities = useIdentities();
  return (
    <section className="card">
      <PageTitle>{menu('switch')}</PageTitle>
      <p>{t(identity.kind === 'special' ? 'special' : 'hint')}</p>
      {identity.kind === 'agency' ? (
        <p>
          <Link to="/me/clients">{t('clients')}</Link>
        </p>
      ) : null}
      <PagedList list={identities} label={t('list')} empty={t('none')}>
        {(choice) => <IdentityItem key={choice.choiceId} choice={choice} />}
      </PagedList>
    </section>
  );
}
