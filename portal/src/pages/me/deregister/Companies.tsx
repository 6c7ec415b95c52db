import { answer, api } from '../../../api/client.ts';
import { useCommon } from '../../../i18n/index.ts';
import { useSession } from '../../../session/store.ts';
import { PagedList } from '../parts/paged-list.tsx';
import { usePagedQuery } from '../parts/use-paged.ts';
import { useDeregisterTexts } from './texts.ts';

/** CTR-2: the companies for which the person can no longer act. */
export function Companies() {
  const t = useDeregisterTexts();
  const common = useCommon();
  const { identity } = useSession();
  const isAgent = identity.kind === 'agency';
  const list = usePagedQuery(['authorizations', 'active'], async (cursor) => {
    const { authorizations, cursor: next } = await answer(
      api.GET('/v1/authorizations', { params: { query: { state: 'active', cursor } } }),
    );
    return { items: authorizations, cursor: next };
  });
  return (
    <>
      {isAgent ? <Clients /> : null}
      <h2>{t('companies')}</h2>
      <PagedList list={list} label={t('companies')} empty={t(isAgent ? 'noOthers' : 'noCompanies')}>
        {({ authorizationId, taxpayerName, role }) => (
          <li key={authorizationId}>
            {taxpayerName} · {common(`role.${role}`)}
          </li>
        )}
      </PagedList>
    </>
  );
}

/** An agent's clients come by agreements, not by authorizations; the API lists them in an agency's session. */
function Clients() {
  const t = useDeregisterTexts();
  const list = usePagedQuery(['clients', ''], async (cursor) => {
    const page = await answer(api.GET('/v1/session/clients', { params: { query: { cursor } } }));
    return { items: page.clients, cursor: page.cursor };
  });
  return (
    <>
      <h2>{t('clients')}</h2>
      <PagedList list={list} label={t('clients')} empty={t('noClients')}>
        {({ choiceId, taxpayerName }) => <li key={choiceId}>{taxpayerName}</li>}
      </PagedList>
    </>
  );
}
