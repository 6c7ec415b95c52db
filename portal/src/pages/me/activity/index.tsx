import { Button } from 'antd';
import { roles } from '#domain/names.ts';
import { answer, api } from '../../../api/client.ts';
import { formatTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { useBrowserName } from '../../../i18n/browsers.ts';
import { useCommon } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { useSystemName } from '../../sso/hand-over.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { type Fact, Facts, Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { useParts } from '../parts/texts.ts';
import { usePagedQuery } from '../parts/use-paged.ts';
import { useSystems } from '../systems/queries.ts';
import { downloadCsv } from './download.ts';
import { useActivityTexts } from './texts.ts';

type Detail = Readonly<Record<string, string | number | boolean>>;

/** The members of an event's detail that the page shows, in this order; the other ones are for the bureau. */
const shownMembers = [
  'taxpayerName',
  'taxpayerId',
  'agency',
  'client',
  'role',
  'phone',
  'browser',
  'locality',
  'method',
  'matter',
  'validUntil',
  'until',
] as const;

/** 安全记录 (SES-4): pages by cursor, kinds in words. */
export function Page() {
  const menu = useMenuTexts();
  const t = useActivityTexts();
  const parts = useParts();
  const detailFacts = useDetailFacts();
  const { joined, termed } = usePunctuation();
  const list = usePagedQuery(['activity'], async (cursor) => {
    const page = await answer(api.GET('/v1/account/activity', { params: { query: { cursor } } }));
    return { items: page.events, cursor: page.cursor };
  });
  // A later version of the API may add words for which this page has no text yet.
  const words = (key: string, otherwise: string): string => {
    const found = t(key as 'other');
    return found === key ? otherwise : found;
  };
  const detailText = (kind: string, detail: Detail): string =>
    joined(detailFacts(kind, detail).map(([term, value]) => termed(term, String(value))));
  const events = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const heads = [t('event'), t('outcome'), t('at'), t('more'), t('channel'), t('address')];
  const cells = ({ kind, outcome, at, detail, channel, address }: (typeof events)[number]): string[] => [
    words(`kind.${kind}`, t('other')),
    outcome === 'failure' ? t('failed') : '',
    formatTime(at),
    detailText(kind, detail),
    parts(`channel.${channel}` as 'channel.web'),
    address,
  ];
  return (
    <section className="card">
      <PageTitle
        extra={
          events.length > 0 ? (
            <Button
              aria-describedby="export-hint"
              onClick={() => downloadCsv(t('list'), [heads, ...events.map(cells)])}
            >
              {t('export')}
            </Button>
          ) : undefined
        }
      >
        {menu('activity')}
      </PageTitle>
      <p>{t('hint')}</p>
      <PagedList
        // Two events of the same second may have the same members.
        keyOf={(_event, at) => String(at)}
        list={list}
        label={t('list')}
        empty={t('none')}
        columns={[
          {
            title: t('event'),
            render: ({ kind, outcome }) => (
              <>
                {words(`kind.${kind}`, t('other'))}{' '}
                {outcome === 'failure' ? <span className="tag warn">{t('failed')}</span> : null}
              </>
            ),
            text: ({ kind }) => words(`kind.${kind}`, t('other')),
          },
          { title: t('at'), render: ({ at }) => formatTime(at), text: ({ at }) => at, noWrap: true },
          {
            title: t('more'),
            render: ({ kind, detail }) => <Facts facts={detailFacts(kind, detail)} />,
            text: ({ kind, detail }) => detailText(kind, detail),
          },
          {
            title: t('channel'),
            render: ({ channel }) => parts(`channel.${channel}` as 'channel.web'),
            text: ({ channel }) => parts(`channel.${channel}` as 'channel.web'),
          },
          {
            title: t('address'),
            render: ({ address }) => address,
            text: ({ address }) => address,
            noWrap: true,
          },
        ]}
      >
        {({ at, kind, outcome, channel, address, detail }) => (
          <Item
            key={`${at} ${kind} ${JSON.stringify(detail)}`}
            title={words(`kind.${kind}`, t('other'))}
            tag={outcome === 'failure' ? t('failed') : undefined}
            tone="warn"
            facts={[
              [t('at'), formatTime(at)],
              ...detailFacts(kind, detail),
              [t('channel'), parts(`channel.${channel}` as 'channel.web')],
              [t('address'), address],
            ]}
          />
        )}
      </PagedList>
      {events.length > 0 ? (
        <p id="export-hint" className="small">
          {t('exportHint', { count: events.length })}
        </p>
      ) : null}
    </section>
  );
}

function useDetailFacts() {
  const t = useActivityTexts();
  const common = useCommon();
  const systemName = useSystemName();
  const browserName = useBrowserName();
  const { data: systems = [] } = useSystems();
  const inWords = (name: (typeof shownMembers)[number], value: string): string => {
    if (name === 'role') {
      const role = roles.find((one) => one === value);
      return role ? common(`role.${role}`) : value;
    }
    if (name === 'browser') return browserName(value);
    if (name !== 'method') return value;
    const found = t(`method.${value}` as 'method.sms');
    return found === `method.${value}` ? value : found;
  };
  return (kind: string, detail: Detail): Fact[] => {
    // For a hand-over `client` is the client id of the tax system; for an agreement it is a company.
    const isSso = kind.startsWith('sso-');
    const system = systems.find(({ clientId }) => clientId === detail.client);
    const facts = shownMembers
      .filter((name) => !(isSso && name === 'client'))
      .flatMap((name) => {
        const value = detail[name];
        return value === undefined ? [] : [[t(`detail.${name}`), inWords(name, String(value))] as const];
      });
    const named = system ? systemName(system.name) : String(detail.client);
    return isSso ? [[t('detail.system'), named], ...facts] : facts;
  };
}
