import { isStaffRole, type RelationList } from '#domain/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged.tsx';
import { usePermissionNames, useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { usePaged } from '../parts/use-paged.ts';
import { readStaff } from './read-staff.ts';
import { StaffActions } from './StaffActions.tsx';
import { useStaffTexts } from './texts.ts';

/** 现有办税人员, 待确认人员 or 历史管理信息. */
export function StaffList({ list }: { readonly list: RelationList }) {
  const t = useStaffTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const permissionNames = usePermissionNames();
  const page = usePaged(['staff', list], (cursor) => readStaff(list, cursor));
  return (
    <PagedList
      keyOf={({ authorizationId }) => authorizationId}
      list={page}
      label={t(`list.${list}`)}
      empty={t(`none.${list}`)}
      columns={[
        { title: parts('name'), show: ({ name }) => name, text: ({ name }) => name },
        {
          title: parts('fact.role'),
          show: ({ role }) => common(`role.${role}`),
          text: ({ role }) => common(`role.${role}`),
          words: true,
        },
        {
          title: t('documentAndPhone'),
          show: ({ documentNumber, phone }) => (
            <>
              {documentNumber}
              {phone ? (
                <>
                  <br />
                  {phone}
                </>
              ) : null}
            </>
          ),
          text: ({ documentNumber, phone }) => `${documentNumber} ${phone ?? ''}`,
          words: true,
        },
        {
          title: parts('fact.permissions'),
          show: (member) =>
            member.permissions.length === 4 ? (
              <span className="whole">{parts('allPermissions')}</span>
            ) : (
              permissionNames(member.permissions)
            ),
        },
        {
          title: parts('fact.validUntil'),
          show: ({ validUntil }) => validUntil ?? parts('fact.unlimited'),
          text: ({ validUntil }) => validUntil ?? '9999',
          words: true,
        },
        {
          title: parts('fact.state'),
          show: ({ state }) => (
            <span className={`tag ${list === 'active' ? 'good' : list === 'pending' ? 'warn' : 'plain'}`}>
              {parts(`state.${state}`)}
            </span>
          ),
        },
        { title: parts('actions'), show: (member) => <StaffActions member={member} list={list} /> },
      ]}
    >
      {(member) => (
        <Item
          key={member.authorizationId}
          title={`${member.name} · ${common(`role.${member.role}`)}`}
          tag={parts(`state.${member.state}`)}
          tone={list === 'active' ? 'good' : list === 'pending' ? 'warn' : 'plain'}
          facts={[
            [parts('fact.documentNumber'), member.documentNumber],
            [parts('fact.phone'), member.phone],
            // The others come from the registry or an agreement.
            [parts('fact.origin'), isStaffRole(member.role) ? t(`origin.${member.direction}`) : undefined],
            ...relationFacts(member),
          ]}
        >
          <StaffActions member={member} list={list} />
        </Item>
      )}
    </PagedList>
  );
}
