import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client.ts';
import { formatTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Empty, Loaded } from '../../../components/query-states.tsx';
import { useBrowserName } from '../../../i18n/browsers.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { refetchLists } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { useSessionsTexts } from './texts.ts';

/** SES-4: the person's own sessions; each other one can be ended. */
export function Page() {
  const menu = useMenuTexts();
  const t = useSessionsTexts();
  const parts = useParts();
  const browserName = useBrowserName();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: async () => (await answer(api.GET('/v1/sessions'))).sessions,
  });
  const endSession = async (id: string) => {
    await answer(api.DELETE('/v1/sessions/{id}', { params: { path: { id } } }));
    await refetchLists('sessions');
  };
  return (
    <section className="card">
      <PageTitle>{menu('sessions')}</PageTitle>
      <p>{t('hint')}</p>
      <Loaded query={sessions}>
        {(all) =>
          all.length === 0 ? (
            <Empty>{t('none')}</Empty>
          ) : (
            <ul className="items" aria-label={t('list')}>
              {all.map(({ sessionId, channel, browser, address, startedAt, lastSeenAt, current }) => (
                <Item
                  key={sessionId}
                  title={parts(`channel.${channel}`)}
                  tag={current ? t('this') : undefined}
                  tone="good"
                  facts={[
                    [t('browser'), browserName(browser)],
                    [t('address'), address],
                    [t('startedAt'), formatTime(startedAt)],
                    [t('lastSeenAt'), formatTime(lastSeenAt)],
                  ]}
                >
                  {current ? (
                    <p className="small">{t('leave')}</p>
                  ) : (
                    <Actions>
                      <ActionButton
                        label={t('end')}
                        kind="danger"
                        question={t('endAsk')}
                        act={() => endSession(sessionId)}
                        done={t('ended')}
                      />
                    </Actions>
                  )}
                </Item>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
