import { useIsElder } from '../../../app/look.ts';
import { useSession } from '../../../session/store.ts';
import { type Entry, menuOf } from '../entries.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { useIsAgency } from '../parts/queries.ts';
import { icons } from './icons.tsx';
import { Tile } from './Tile.tsx';
import { useHomeTexts } from './texts.ts';

/** The most used pages of those that this identity has; the menu lists all pages of the account centre. */
const mostUsed = [
  'clients',
  'staff',
  'agency',
  'agreements',
  'authorizations',
  'company',
  'switch',
  'phones',
  'activity',
] as const;
/** The number of shortcuts: two rows on a wide screen; in 长辈版 fewer, one below the other. */
const [maxShown, maxShownForElders] = [6, 4];

export function Shortcuts() {
  const menu = useMenuTexts();
  const t = useHomeTexts();
  const { identity } = useSession();
  const isAgency = useIsAgency();
  const available: readonly Entry[] = menuOf(identity, isAgency).flatMap(({ entries }) => entries);
  const isElder = useIsElder();
  const shown = mostUsed
    .filter((entry) => available.includes(entry))
    .slice(0, isElder ? maxShownForElders : maxShown);
  return (
    <section className="card">
      <h2>{t('more')}</h2>
      <ul className="tiles">
        {shown.map((entry) => (
          <Tile
            key={entry}
            to={`/me/${entry}`}
            title={menu(entry)}
            text={t(`what.${entry}`)}
            icon={icons[entry]}
          />
        ))}
      </ul>
    </section>
  );
}
