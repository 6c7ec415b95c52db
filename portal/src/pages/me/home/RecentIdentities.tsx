import { Link } from 'react-router';
import { useIdentityName } from '../../../session/identities.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useIdentities } from '../parts/queries.ts';
import { useBecome } from '../parts/Switch.tsx';
import { useParts } from '../parts/texts.ts';
import { useHomeTexts } from './texts.ts';

const most = 4;

/** Other identities, one click away (SWI-2); a person with only one does not see this part. */
export function RecentIdentities() {
  const t = useHomeTexts();
  const parts = useParts();
  const identityName = useIdentityName();
  const become = useBecome();
  const identities = useIdentities();
  const others = (identities.data?.pages[0]?.items ?? []).filter(({ current }) => !current);
  if (others.length === 0) return null;
  return (
    <section className="card" aria-labelledby="identities">
      <h2 id="identities">{t('identities')}</h2>
      <ul className="todo">
        {others.slice(0, most).map(({ choiceId, identity }) => (
          <li key={choiceId}>
            <span id={`switch-${choiceId.slice(-8)}`}>{identityName(identity)}</span>
            <ActionButton label={parts('switchTo')} act={() => become(choiceId)} />
          </li>
        ))}
      </ul>
      {others.length > most || identities.hasNextPage ? (
        <p>
          <Link to="/me/switch">{t('allIdentities')}</Link>
        </p>
      ) : null}
    </section>
  );
}
