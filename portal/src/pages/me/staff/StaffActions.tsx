import { Button } from 'antd';
import { useState } from 'react';
import { isStaffRole, type RelationList } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { useCommon } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { HideRecord } from '../parts/HideRecord.tsx';
import { Actions, useItemTitleId } from '../parts/items.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { AdjustForm } from './AdjustForm.tsx';
import type { StaffMember } from './read-staff.ts';
import { useStaffTexts } from './texts.ts';

const changeStaff = (call: Promise<unknown>) => mutateAndRefetch(call, 'staff');
/** Tells two people of the same name apart (REL-11). */
function useMemberLabel(): (member: StaffMember) => string {
  const { bracketed } = usePunctuation();
  return ({ name, documentNumber }) => bracketed(name, documentNumber);
}

interface Props {
  readonly member: StaffMember;
  readonly list: RelationList;
}

/** What the company may do with one person of the list (REL-5 … REL-7). */
export function StaffActions({ member, list }: Props) {
  const t = useStaffTexts();
  if (list === 'active') return <ActiveActions member={member} />;
  if (list === 'history') {
    const params = { path: { authorizationId: member.authorizationId } };
    return (
      <HideRecord
        act={() => changeStaff(answer(api.POST('/v1/enterprise/staff/{authorizationId}/hide', { params })))}
      />
    );
  }
  if (!isStaffRole(member.role))
    return <p className="small">{t(member.role === 'tax-agent' ? 'byAgreement' : 'waitsForPerson')}</p>;
  return <PendingActions member={member} />;
}

function ActiveActions({ member }: Pick<Props, 'member'>) {
  const t = useStaffTexts();
  const common = useCommon();
  const parts = useParts();
  const about = useItemTitleId();
  const memberLabel = useMemberLabel();
  const { termed } = usePunctuation();
  const [isAdjusting, setIsAdjusting] = useState(false);
  const { authorizationId, role, revision } = member;
  if (!isStaffRole(role))
    return <p className="small">{t(role === 'tax-agent' ? 'byAgreement' : 'registry')}</p>;
  return (
    <>
      <Actions>
        <Button aria-haspopup="dialog" aria-describedby={about} onClick={() => setIsAdjusting(true)}>
          {t('adjustShort')}
        </Button>
        <ActionButton
          label={parts('remove')}
          kind="danger"
          question={t('dismissAsk', { name: memberLabel(member), role: common(`role.${role}`) })}
          done={t('dismissed')}
          act={() =>
            changeStaff(
              answer(
                api.DELETE('/v1/enterprise/staff/{authorizationId}', {
                  params: { path: { authorizationId }, query: { revision } },
                }),
              ),
            )
          }
        />
      </Actions>
      {isAdjusting ? (
        <Dialog title={termed(t('adjust'), memberLabel(member))} onClose={() => setIsAdjusting(false)}>
          <AdjustForm member={member} onDone={() => setIsAdjusting(false)} />
        </Dialog>
      ) : null}
    </>
  );
}

function PendingActions({ member }: Pick<Props, 'member'>) {
  const t = useStaffTexts();
  const common = useCommon();
  const { authorizationId, direction, revision, role } = member;
  const name = useMemberLabel()(member);
  const params = { path: { authorizationId } };
  const body = { revision };
  if (direction === 'invited')
    return (
      <>
        <p className="small">{t('waitsForPerson')}</p>
        <Actions>
          <ActionButton
            label={t('withdraw')}
            question={t('withdrawAsk', { name })}
            done={t('withdrawn')}
            act={() =>
              changeStaff(
                answer(api.POST('/v1/enterprise/staff/{authorizationId}/withdraw', { params, body })),
              )
            }
          />
        </Actions>
      </>
    );
  return (
    <Actions>
      <ActionButton
        label={t('confirm')}
        kind="primary"
        question={t('confirmAsk', { name, role: common(`role.${role}`) })}
        done={t('confirmed')}
        act={() =>
          changeStaff(answer(api.POST('/v1/enterprise/staff/{authorizationId}/confirm', { params, body })))
        }
      />
      <ActionButton
        label={t('reject')}
        kind="danger"
        question={t('rejectAsk', { name })}
        done={t('rejected')}
        act={() =>
          changeStaff(answer(api.POST('/v1/enterprise/staff/{authorizationId}/reject', { params, body })))
        }
      />
    </Actions>
  );
}
