import type { RelationList } from '#domain/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList, usePaged } from '../parts/paged.tsx';
import { useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { AuthorizationActions } from './AuthorizationActions.tsx';
import { useAuthorizationsTexts } from './texts.ts';

const read = async (state: RelationList, cursor: string | undefined) => {
  const page = await answer(api.GET('/v1/authorizations', { params: { query: { state, cursor } } }));
  return { items: page.authorizations, cursor: page.cursor };
};
export type Authorization = Awaited<ReturnType<typeof read>>['items'][number];

/** One of the three lists: 已授权企业, 待确认授权, 历史管理信息. */
export function AuthorizationList({ list }: { readonly list: RelationList }) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const page = usePaged(['authorizations', list], (cursor) => read(list, cursor));
  return (
    <PagedList list={page} label={t(`list.${list}`)} empty={t(`none.${list}`)}>
      {(authorization) => (
        <Item
          key={authorization.authorizationId}
          title={`${authorization.taxpayerName} · ${common(`role.${authorization.role}`)}`}
          tag={parts(`state.${authorization.state}`)}
          tone={list === 'active' ? 'good' : list === 'pending' ? 'warn' : 'plain'}
          facts={[
            [parts('fact.taxpayerId'), authorization.taxpayerId],
            [parts('fact.origin'), t(`origin.${authorization.direction}`)],
            ...relationFacts(authorization),
          ]}
        >
          <AuthorizationActions authorization={authorization} list={list} />
        </Item>
      )}
    </PagedList>
  );
}
