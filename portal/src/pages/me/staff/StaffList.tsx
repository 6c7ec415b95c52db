import { isStaffRole, type RelationList } from '#domain/relations.ts';
import { useCommon } from '../../../i18n/index.ts';
import { Item } from '../parts/items.tsx';
import { PagedList, usePaged } from '../parts/paged.tsx';
import { useRelationFacts } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { readStaff } from './read-staff.ts';
import { StaffActions } from './StaffActions.tsx';
import { useStaffTexts } from './texts.ts';

/** 现有办税人员, 待确认人员 or 历史管理信息. */
export function StaffList({ list }: { readonly list: RelationList }) {
  const t = useStaffTexts();
  const common = useCommon();
  const parts = useParts();
  const relationFacts = useRelationFacts();
  const page = usePaged(['staff', list], (cursor) => readStaff(list, cursor));
  return (
    <PagedList list={page} label={t(`list.${list}`)} empty={t(`none.${list}`)}>
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
