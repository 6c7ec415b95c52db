import type { RelationList } from '#domain/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged.tsx';
import { usePermissionNames, useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { usePaged } from '../parts/use-paged.ts';
import { AuthorizationActions } from './AuthorizationActions.tsx';
import { readAuthorizations } from './read-authorizations.ts';
import { useAuthorizationsTexts } from './texts.ts';

const tones = { active: 'good', pending: 'warn', history: 'plain' } as const;

/** One of the three lists: 已授权企业, 待确认授权, 历史管理信息. */
export function AuthorizationList({ list }: { readonly list: RelationList }) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const permissionNames = usePermissionNames();
  const page = usePaged(['authorizations', list], (cursor) => readAuthorizations(list, cursor));
  return (
    <PagedList
      keyOf={({ authorizationId }) => authorizationId}
      list={page}
      label={t(`list.${list}`)}
      empty={t(`none.${list}`)}
      columns={[
        {
          title: parts('fact.taxpayerName'),
          show: ({ taxpayerName, taxpayerId }) => (
            <>
              {taxpayerName}
              <br />
              <small>{taxpayerId}</small>
            </>
          ),
          text: ({ taxpayerName, taxpayerId }) => `${taxpayerName} ${taxpayerId}`,
        },
        {
          title: parts('fact.role'),
          show: ({ role }) => common(`role.${role}`),
          text: ({ role }) => common(`role.${role}`),
          words: true,
        },
        {
          title: parts('fact.permissions'),
          show: ({ permissions }) =>
            permissions.length === 4 ? (
              <span className="whole">{parts('allPermissions')}</span>
            ) : (
              permissionNames(permissions)
            ),
        },
        {
          title: parts('fact.origin'),
          show: ({ direction }) => t(`origin.${direction}`),
          text: ({ direction }) => t(`origin.${direction}`),
        },
        {
          title: parts('fact.validUntil'),
          show: ({ validUntil }) => validUntil ?? parts('fact.unlimited'),
          text: ({ validUntil }) => validUntil ?? '9999',
          steady: true,
        },
        {
          title: parts('fact.state'),
          show: ({ state }) => <span className={`tag ${tones[list]}`}>{parts(`state.${state}`)}</span>,
          text: ({ state }) => parts(`state.${state}`),
        },
        {
          title: parts('actions'),
          show: (authorization) => <AuthorizationActions authorization={authorization} list={list} />,
        },
      ]}
    >
      {(authorization) => (
        <Item
          key={authorization.authorizationId}
          title={`${authorization.taxpayerName} · ${common(`role.${authorization.role}`)}`}
          tag={parts(`state.${authorization.state}`)}
          tone={tones[list]}
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
