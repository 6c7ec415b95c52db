import { useSystemName } from '../../sso/hand-over.ts';
import { useSystems } from './queries.ts';
import { useSystemsTexts } from './texts.ts';

/** SSO-13: a tile for each system that the present identity may enter. The system begins the hand-over itself. */
export function SystemTiles({ title }: { readonly title: string }) {
  const t = useSystemsTexts();
  const systemName = useSystemName();
  const { data = [] } = useSystems();
  const open = data.filter((one) => one.open && one.startUri !== undefined);
  if (open.length === 0) return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <ul className="tiles" aria-label={t('open')}>
        {open.map(({ clientId, name, startUri }) => (
          <li key={clientId}>
            <a className="tile" href={startUri}>
              <span className="tile-icon" aria-hidden="true">
                {[...systemName(name)][0]}
              </span>
              <strong>{systemName(name)}</strong>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
