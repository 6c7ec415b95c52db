import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Empty, Loaded } from '../../../components/query-states.tsx';
import { useMenuTexts } from '../menu-texts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { refetchLists } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { AddPhone } from './AddPhone.tsx';
import { usePhonesTexts } from './texts.ts';

/** 手机号码修改 (PHN-1, PHN-2) */
export function Page() {
  const menu = useMenuTexts();
  const t = usePhonesTexts();
  const parts = useParts();
  const phones = useQuery({
    queryKey: ['phones'],
    queryFn: async () => (await answer(api.GET('/v1/account/phones'))).phones,
  });
  const refetchAfter = (call: Promise<unknown>) => call.then(() => refetchLists('phones', 'account'));
  return (
    <>
      <section className="card">
        <PageTitle>{menu('phones')}</PageTitle>
        <p>{t('hint')}</p>
        <Loaded query={phones}>
          {(all) =>
            all.length === 0 ? (
              <Empty>{t('none')}</Empty>
            ) : (
              <ul className="items" aria-label={t('list')}>
                {all.map(({ phoneId, maskedPhone, isDefault }) => {
                  const params = { path: { phoneId } };
                  return (
                    <Item
                      key={phoneId}
                      title={maskedPhone}
                      tag={isDefault ? t('isDefault') : undefined}
                      tone="good"
                    >
                      {isDefault ? null : (
                        <Actions>
                          <ActionButton
                            label={t('makeDefault')}
                            act={() =>
                              refetchAfter(
                                answer(api.PUT('/v1/account/phones/{phoneId}/default', { params })),
                              )
                            }
                            done={t('nowDefault')}
                          />
                          <ActionButton
                            label={parts('remove')}
                            kind="danger"
                            question={t('removeAsk', { phone: maskedPhone })}
                            act={() =>
                              refetchAfter(answer(api.DELETE('/v1/account/phones/{phoneId}', { params })))
                            }
                            done={t('removed')}
                          />
                        </Actions>
                      )}
                    </Item>
                  );
                })}
              </ul>
            )
          }
        </Loaded>
      </section>
      <AddPhone />
    </>
  );
}
