import { useId, useState } from 'react';
import { Link } from 'react-router';
import type { AppCode } from '../../components/scan/ScanApps.tsx';
import { useCommon } from '../../i18n/index.ts';
import { IdentitySelect } from './IdentitySelect.tsx';
import type { AssertionClaims, Partner, Person } from './local-api.ts';
import { PersonSelect } from './PersonSelect.tsx';
import { keyOf } from './people.tsx';
import { Relations } from './Relations.tsx';
import { Scanner } from './Scanner.tsx';
import { useDeskTexts } from './texts.ts';

/** One phone with one app: who is logged in and for which company, what it scans, and which companies it shows. */
export function Phone({ app }: { app: AppCode }) {
  const t = useDeskTexts();
  const common = useCommon();
  const id = useId();
  const [person, setPerson] = useState<Person>();
  const [identity, setIdentity] = useState<AssertionClaims['identity']>();
  const phone: Partner = {
    channel: app,
    ...(person ? { person } : {}),
    ...(person && identity ? { identity } : {}),
  };
  const logIn = (next: Person | undefined) => {
    setPerson(next);
    setIdentity(undefined);
  };
  return (
    <section className="desk-phone" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{common(`app.${app}`)}</h3>
      <div className="desk-screen">
        <label htmlFor={`${id}-person`}>{t('person.label')}</label>
        <PersonSelect id={`${id}-person`} value={person} onChange={logIn} nobody={t('person.nobody')} />
        {person ? (
          <IdentitySelect
            key={keyOf(person)}
            id={`${id}-identity`}
            app={app}
            person={person}
            value={identity}
            onChange={setIdentity}
          />
        ) : null}
        <Scanner key={person ? keyOf(person) : ''} phone={phone} />
        <Relations key={`${app} ${person ? keyOf(person) : ''}`} phone={phone} />
        {app === 'ahtax-app' ? (
          <Link to="/register" target="_blank">
            {t('phone.register')}
          </Link>
        ) : null}
      </div>
    </section>
  );
}
