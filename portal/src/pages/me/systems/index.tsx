import { answer, api } from '../../../api/client.ts';
import { formatTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Empty, Loaded } from '../../../components/query-states.tsx';
import { useSystemName } from '../../sso/hand-over.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { useSystems } from './queries.ts';
import { SystemTiles } from './SystemTiles.tsx';
import { useSystemsTexts } from './texts.ts';

/** SSO-13: the systems entered in this session; each can be left. */
export function Page() {
  const menu = useMenuTexts();
  const t = useSystemsTexts();
  const systemName = useSystemName();
  const systems = useSystems();
  const leaveSystem = (clientId: string) =>
    mutateAndRefetch(
      answer(api.DELETE('/v1/session/systems/{clientId}', { params: { path: { clientId } } })),
      'systems',
    );
  return (
    <>
      <section className="card">
        <PageTitle>{menu('systems')}</PageTitle>
        <p>{t('hint')}</p>
        <Loaded query={systems}>
          {(all) => {
            const entered = all.filter(({ enteredAt }) => enteredAt !== undefined);
            return entered.length === 0 ? (
              <Empty>{t('none')}</Empty>
            ) : (
              <ul className="items" aria-label={t('entered')}>
                {entered.map(({ clientId, name, enteredAt = '' }) => (
                  <Item
                    key={clientId}
                    title={systemName(name)}
                    facts={[[t('enteredAt'), formatTime(enteredAt)]]}
                  >
                    <Actions>
                      <ActionButton
                        label={t('leave')}
                        kind="danger"
                        question={t('leaveAsk')}
                        act={async () => void (await leaveSystem(clientId))}
                        done={t('left')}
                      />
                    </Actions>
                  </Item>
                ))}
              </ul>
            );
          }}
        </Loaded>
      </section>
      <SystemTiles title={t('open')} />
    </>
  );
}
