import { isStaffRole, type RelationList } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { useCommon } from '../../../i18n/index.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { HideRecord } from '../parts/HideRecord.tsx';
import { Actions } from '../parts/items.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import type { Authorization } from './read-authorizations.ts';
import { useAuthorizationsTexts } from './texts.ts';

const changeAuthorization = (call: Promise<unknown>) =>
  mutateAndRefetch(call, 'authorizations', 'identities');

/** What the person may do with one authorization; if nothing, the reason (REL-2, REL-3, REL-7). */
export function AuthorizationActions({
  authorization: { authorizationId, taxpayerName: company, role, direction, refusable, revision },
  list,
}: {
  readonly authorization: Authorization;
  readonly list: RelationList;
}) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const parts = useParts();
  const params = { path: { authorizationId } };
  // The decision holds only for what was shown (REL-11).
  const body = { revision };

  if (list === 'history')
    return (
      <HideRecord
        act={() =>
          changeAuthorization(answer(api.POST('/v1/authorizations/{authorizationId}/hide', { params })))
        }
      />
    );
  if (list === 'active')
    return isStaffRole(role) ? (
      <Actions>
        <ActionButton
          label={parts('remove')}
          kind="danger"
          question={t('leaveAsk', { company, role: common(`role.${role}`) })}
          done={t('left')}
          act={() =>
            changeAuthorization(
              answer(
                api.DELETE('/v1/authorizations/{authorizationId}', { params: { ...params, query: body } }),
              ),
            )
          }
        />
      </Actions>
    ) : (
      <p className="small">{t('registry')}</p>
    );
  if (direction === 'applied')
    return (
      <>
        <p className="small">{t('waitsForCompany')}</p>
        <Actions>
          <ActionButton
            label={t('withdraw')}
            question={t('withdrawAsk', { company })}
            done={t('withdrawn')}
            act={() =>
              changeAuthorization(
                answer(api.POST('/v1/authorizations/{authorizationId}/withdraw', { params, body })),
              )
            }
          />
        </Actions>
      </>
    );
  if (role === 'legal-representative') return <p className="small">{t('waitsForConfirmation')}</p>;
  return (
    <>
      {refusable ? null : <p className="small">{t('noRefusal')}</p>}
      <Actions>
        <ActionButton
          label={t('confirm')}
          kind="primary"
          question={t('confirmAsk', { company, role: common(`role.${role}`) })}
          done={t('confirmed')}
          act={() =>
            changeAuthorization(
              answer(api.POST('/v1/authorizations/{authorizationId}/confirm', { params, body })),
            )
          }
        />
        {refusable ? (
          <ActionButton
            label={t('reject')}
            kind="danger"
            question={t('rejectAsk', { company })}
            done={t('rejected')}
            act={() =>
              changeAuthorization(
                answer(api.POST('/v1/authorizations/{authorizationId}/reject', { params, body })),
              )
            }
          />
        ) : null}
      </Actions>
    </>
  );
}
