import type { RelationList } from '#domain/companies/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { relationTones, useRelationColumns } from '../parts/relation-columns.tsx';
import { useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { usePagedQuery } from '../parts/use-paged.ts';
import { AuthorizationActions } from './AuthorizationActions.tsx';
import { readAuthorizations } from './read-authorizations.ts';
import { useAuthorizationsTexts } from './texts.ts';

/** One of the three lists: 已授权企业, 待确认授权, 历史管理信息. */
export function AuthorizationList({ list }: { readonly list: RelationList }) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const columns = useRelationColumns(list);
  const page = usePagedQuery(['authorizations', list], (cursor) => readAuthorizations(list, cursor));
  return (
    <PagedList
      keyOf={({ authorizationId }) => authorizationId}
      list={page}
      label={t(`list.${list}`)}
      empty={t(`none.${list}`)}
      columns={[
        {
          title: parts('fact.taxpayerName'),
          render: ({ taxpayerName, taxpayerId }) => (
            <>
              {taxpayerName}
              <br />
              <small>{taxpayerId}</small>
            </>
          ),
          text: ({ taxpayerName, taxpayerId }) => `${taxpayerName} ${taxpayerId}`,
        },
        columns.role,
        columns.permissions,
        {
          title: parts('fact.origin'),
          render: ({ direction }) => t(`origin.${direction}`),
          text: ({ direction }) => t(`origin.${direction}`),
        },
        columns.validUntil,
        columns.state,
        {
          title: parts('actions'),
          render: (authorization) => <AuthorizationActions authorization={authorization} list={list} />,
        },
      ]}
    >
      {(authorization) => (
        <Item
          key={authorization.authorizationId}
          title={`${authorization.taxpayerName} · ${common(`role.${authorization.role}`)}`}
          tag={parts(`state.${authorization.state}`)}
          tone={relationTones[list]}
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
