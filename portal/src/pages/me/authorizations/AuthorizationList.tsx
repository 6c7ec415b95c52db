import type { RelationList } from '#domain/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList, usePaged } from '../parts/paged.tsx';
import { useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { AuthorizationActions } from './AuthorizationActions.tsx';
import { readAuthorizations } from './read-authorizations.ts';
import { useAuthorizationsTexts } from './texts.ts';

/** One of the three lists: 已授权企业, 待确认授权, 历史管理信息. */
export function AuthorizationList({ list }: { readonly list: RelationList }) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const page = usePaged(['authorizations', list], (cursor) => readAuthorizations(list, cursor));
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
