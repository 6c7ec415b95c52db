import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Identity } from '#contract/schemas.ts';
import { shanghaiDay } from '#domain/days.ts';
import { answer, api } from '../../../api/client.ts';
import { serverNow } from '../../../api/clock.ts';
import { useCommon } from '../../../i18n/index.ts';
import { useSession } from '../../../session/store.ts';
import { isManager, useOwnAgreements, usePendingDecisions } from '../parts/pending-decisions.ts';
import { useAccount } from '../parts/queries.ts';
import { useHomeTexts } from './texts.ts';

/**
 * A relation or agreement that ends within this many days is shown, early enough to have it extended (REL-8, AGY-4).
 */
const soonDays = 30;
/** Notices that the page shows in another place, or that are not new to the person. */
const hiddenNotices: readonly string[] = ['CLOSE_IS_NOT_LOGOUT', 'SESSION_REPLACED'];

interface TodoItem {
  readonly key: string;
  readonly text: string;
  readonly to?: string;
}

/** Everything that waits for this person in this identity, each item with a link. */
export function Todo() {
  const t = useHomeTexts();
  const { identity, notices, person } = useSession();
  const decisions = usePendingDecisions(identity);
  const account = useAccount();
  const expiring = [...useExpiringRelations(identity), ...useEndingAgreements(identity)];
  const items: TodoItem[] = [
    ...notices
      .filter(({ code }) => !hiddenNotices.includes(code))
      .map(({ code, title }) => ({ key: code, text: title })),
    ...(identity.kind === 'agency' && !identity.client
      ? [{ key: 'client', text: t('chooseClient'), to: '/me/clients' }]
      : []),
    ...decisions.all.map(({ what, count, to }) => ({ key: what, text: t(what, { count }), to })),
    ...(account.data?.phones.length === 0 ? [{ key: 'phone', text: t('noPhone'), to: '/me/phones' }] : []),
    ...(person.realNameLevel < 4 ? [{ key: 'level', text: t('level'), to: '/me/level' }] : []),
    ...expiring,
  ];
  return (
    <section className="card" aria-labelledby="todo">
      <h2 id="todo">{t('todo')}</h2>
      {items.length === 0 ? (
        <p className={decisions.isLoaded ? 'calm known' : 'calm'}>
          {decisions.isLoaded ? t('nothing') : '…'}
        </p>
      ) : (
        <ul className="todo">
          {items.map(({ key, text, to }) => (
            <li key={key}>
              <span>{text}</span>
              {to === undefined ? null : <Link to={to}>{t('handle')}</Link>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const lastSoonDay = (): string => shanghaiDay(new Date(serverNow() + soonDays * 86_400_000));

/** Agreements of the company that end soon. */
function useEndingAgreements(identity: Identity): TodoItem[] {
  const t = useHomeTexts();
  const { data = [] } = useOwnAgreements(isManager(identity));
  const last = lastSoonDay();
  return data
    .filter(({ state, until }) => state === 'active' && until <= last)
    .map(({ agreementId, agencyName: agency, until: day }) => ({
      key: agreementId,
      text: t('ending', { agency, day }),
      to: '/me/agreements',
    }));
}

/** The person's own relations that end soon; a company sees those of its people on its own page. */
function useExpiringRelations(identity: Identity): TodoItem[] {
  const t = useHomeTexts();
  const common = useCommon();
  const { data = [] } = useQuery({
    queryKey: ['authorizations', 'expiring'],
    enabled: identity.kind === 'natural',
    queryFn: async () =>
      (await answer(api.GET('/v1/authorizations', { params: { query: { state: 'active' } } })))
        .authorizations,
  });
  const last = lastSoonDay();
  return data.flatMap(({ authorizationId, taxpayerName: company, role, validUntil }) =>
    validUntil !== undefined && validUntil <= last
      ? [
          {
            key: authorizationId,
            text: t('expiring', { company, role: common(`role.${role}`), day: validUntil }),
            to: '/me/authorizations',
          },
        ]
      : [],
  );
}
