import { Link } from 'react-router';
import { useIdentityName } from '../../../session/identity-name.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useSwitchIdentity } from '../parts/identity-switch.tsx';
import { useIdentities } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { useHomeTexts } from './texts.ts';

const maxShown = 4;

/** Other identities, one click away (SWI-2); a person with only one does not see this part. */
export function RecentIdentities() {
  const t = useHomeTexts();
  const parts = useParts();
  const identityName = useIdentityName();
  const switchIdentity = useSwitchIdentity();
  const identities = useIdentities();
  const others = (identities.data?.pages[0]?.items ?? []).filter(({ current }) => !current);
  if (others.length === 0) return null;
  return (
    <section className="card" aria-labelledby="identities">
      <h2 id="identities">{t('identities')}</h2>
      <ul className="todo">
        {others.slice(0, maxShown).map(({ choiceId, identity }) => (
          <li key={choiceId}>
            <span id={`switch-${choiceId.slice(-8)}`}>{identityName(identity)}</span>
            <ActionButton label={parts('switchTo')} act={() => switchIdentity(choiceId)} />
          </li>
        ))}
      </ul>
      {others.length > maxShown || identities.hasNextPage ? (
        <p>
          <Link to="/me/switch">{t('allIdentities')}</Link>
        </p>
      ) : null}
    </section>
  );
}
