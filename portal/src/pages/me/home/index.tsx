import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { isManagingRole } from '#domain/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Notice } from '../../../components/ProblemAlert.tsx';
import { useCommon } from '../../../i18n/index.ts';
import { useIdentityName } from '../../../session/identities.ts';
import { useSession } from '../../../session/store.ts';
import { type Entry, menuOf } from '../entries.ts';
import { useMenuTexts } from '../menu.ts';
import { useIsAgency } from '../parts/queries.ts';
import { Tiles } from '../systems/Tiles.tsx';
import { useHomeTexts } from './texts.ts';

/** Who I am here, what waits for me, and the ways on. */
export function Page() {
  const menu = useMenuTexts();
  const t = useHomeTexts();
  const common = useCommon();
  const identityName = useIdentityName();
  const { person, identity, notices } = useSession();
  const isAgency = useIsAgency();
  const entries = menuOf(identity, isAgency).flatMap((group) => group.entries);
  return (
    <>
      <section className="card">
        <PageTitle>{menu('home')}</PageTitle>
        <p className="who-am-i">
          <strong>{person.name}</strong>
          <span>{common('session.level', { level: person.realNameLevel })}</span>
          <span>
            {common('session.identity')}：{identityName(identity)}
          </span>
        </p>
      </section>
      <section className="card">
        {notices
          .filter(({ code }) => code !== 'CLOSE_IS_NOT_LOGOUT')
          .map(({ code, title }) => (
            <Notice key={code} kind="warn">
              {title}
            </Notice>
          ))}
        {identity.kind === 'natural' ? <Waiting /> : null}
        {identity.kind === 'enterprise' && isManagingRole(identity.role) ? <WaitingForCompany /> : null}
        <Notice>{t('stay')}</Notice>
        <Tiles title={t('systems')} />
        <h2>{t('shortcuts')}</h2>
        <ul className="shortcuts">
          {entries.map((entry) => (
            <li key={entry}>
              <Link to={`/me/${entry}`}>{menu(entry)}</Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** What waits for the natural person; where it cannot be read just now, its own page says so. */
function Waiting() {
  const pending = useQuery({
    queryKey: ['authorizations', 'count'],
    queryFn: async () =>
      (
        await answer(api.GET('/v1/authorizations', { params: { query: { state: 'pending' } } }))
      ).authorizations.filter(({ direction }) => direction === 'invited').length,
  });
  const companies = useQuery({
    queryKey: ['confirmations', 'count'],
    queryFn: async () => (await answer(api.GET('/v1/confirmations'))).confirmations.length,
  });
  return (
    <>
      <Waits what="waiting" count={pending.data} at="authorizations" />
      <Waits what="companies" count={companies.data} at="authorizations" />
    </>
  );
}

/** What waits for the company, for those who may decide it (REL-6, AGY-4). */
function WaitingForCompany() {
  const applications = useQuery({
    queryKey: ['staff', 'count'],
    queryFn: async () =>
      (
        await answer(api.GET('/v1/enterprise/staff', { params: { query: { state: 'pending' } } }))
      ).staff.filter(({ direction }) => direction === 'applied').length,
  });
  const agreements = useQuery({
    queryKey: ['agreements', 'count'],
    queryFn: async () =>
      (await answer(api.GET('/v1/enterprise/agreements'))).agreements.filter(
        ({ state, proposed }) => state === 'pending' || (state === 'active' && proposed !== undefined),
      ).length,
  });
  return (
    <>
      <Waits what="applications" count={applications.data} at="staff" />
      <Waits what="agreements" count={agreements.data} at="agreements" />
    </>
  );
}

interface WaitsProps {
  readonly what: 'waiting' | 'companies' | 'applications' | 'agreements';
  readonly count: number | undefined;
  readonly at: Entry;
}
function Waits({ what, count = 0, at }: WaitsProps) {
  const t = useHomeTexts();
  if (count === 0) return null;
  return (
    <Notice kind="warn">
      {t(what, { count })} <Link to={`/me/${at}`}>{t('handle')}</Link>
    </Notice>
  );
}
