import { answer, api } from '../../../api/client.ts';
import { shownTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Empty, Loaded } from '../../../components/states.tsx';
import { useSystemName } from '../../sso/handing-over.ts';
import { useMenuTexts } from '../menu.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { changing } from '../parts/queries.ts';
import { useSystems } from './queries.ts';
import { Tiles } from './Tiles.tsx';
import { useSystemsTexts } from './texts.ts';

/** SSO-13: the systems entered in this session; each can be left. */
export function Page() {
  const menu = useMenuTexts();
  const t = useSystemsTexts();
  const systemName = useSystemName();
  const systems = useSystems();
  const leave = (clientId: string) =>
    changing(
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
                    facts={[[t('enteredAt'), shownTime(enteredAt)]]}
                  >
                    <Actions>
                      <ActionButton
                        label={t('leave')}
                        kind="danger"
                        ask={t('leaveAsk')}
                        act={async () => void (await leave(clientId))}
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
      <Tiles title={t('open')} />
    </>
  );
}
