import { isStaffRole, type RelationList } from '#domain/companies/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { relationTones, useRelationColumns } from '../parts/relation-columns.tsx';
import { useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { usePagedQuery } from '../parts/use-paged.ts';
import { readStaff } from './read-staff.ts';
import { StaffActions } from './StaffActions.tsx';
import { useStaffTexts } from './texts.ts';

/** 现有办税人员, 待确认人员 or 历史管理信息. */
export function StaffList({ list }: { readonly list: RelationList }) {
  const t = useStaffTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const columns = useRelationColumns(list);
  const page = usePagedQuery(['staff', list], (cursor) => readStaff(list, cursor));
  return (
    <PagedList
      keyOf={({ authorizationId }) => authorizationId}
      list={page}
      label={t(`list.${list}`)}
      empty={t(`none.${list}`)}
      columns={[
        { title: parts('name'), render: ({ name }) => name, text: ({ name }) => name },
        columns.role,
        {
          title: t('documentAndPhone'),
          render: ({ documentNumber, phone }) => (
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
          wrapsAtWords: true,
        },
        columns.permissions,
        columns.validUntil,
        // Not sorted: a list has hardly more than one state, and an English heading leaves no room for an arrow.
        { title: columns.state.title, render: columns.state.render },
        { title: parts('actions'), render: (member) => <StaffActions member={member} list={list} /> },
      ]}
    >
      {(member) => (
        <Item
          key={member.authorizationId}
          title={`${member.name} · ${common(`role.${member.role}`)}`}
          tag={parts(`state.${member.state}`)}
          tone={relationTones[list]}
          facts={[
            [parts('fact.documentNumber'), member.documentNumber],
            [parts('fact.phone'), member.phone],
            // Relations with other roles come from the registry or from an agreement.
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
