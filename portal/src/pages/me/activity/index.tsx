import { roles } from '#domain/names.ts';
import { answer, api } from '../../../api/client.ts';
import { shownTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { useCommon } from '../../../i18n/index.ts';
import { useSystemName } from '../../sso/handing-over.ts';
import { useMenuTexts } from '../menu.ts';
import { type Fact, Item } from '../parts/items.tsx';
import { PagedList, usePaged } from '../parts/paged.tsx';
import { useParts } from '../parts/texts.ts';
import { useSystems } from '../systems/queries.ts';
import { useActivityTexts } from './texts.ts';

/** What of an event's detail people are told, in this order; the rest is for the bureau. */
const told = [
  'taxpayerName',
  'taxpayerId',
  'agency',
  'client',
  'role',
  'phone',
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
  const list = usePaged(['activity'], async (cursor) => {
    const page = await answer(api.GET('/v1/account/activity', { params: { query: { cursor } } }));
    return { items: page.events, cursor: page.cursor };
  });
  // Words that a later version may add have none of ours yet.
  const words = (key: string, otherwise: string): string => {
    const found = t(key as 'other');
    return found === key ? otherwise : found;
  };
  return (
    <section className="card">
      <PageTitle>{menu('activity')}</PageTitle>
      <p>{t('hint')}</p>
      <PagedList list={list} label={t('list')} empty={t('none')}>
        {({ at, kind, outcome, channel, address, detail }) => (
          <Item
            key={`${at} ${kind} ${JSON.stringify(detail)}`}
            title={words(`kind.${kind}`, t('other'))}
            tag={outcome === 'failure' ? t('failed') : undefined}
            tone="warn"
            facts={[
              [t('at'), shownTime(at)],
              ...detailFacts(kind, detail),
              [t('channel'), parts(`channel.${channel}` as 'channel.web')],
              [t('address'), address],
            ]}
          />
        )}
      </PagedList>
    </section>
  );
}

function useDetailFacts() {
  const t = useActivityTexts();
  const common = useCommon();
  const systemName = useSystemName();
  const { data: systems = [] } = useSystems();
  const inWords = (name: (typeof told)[number], value: string): string => {
    if (name === 'role') {
      const role = roles.find((one) => one === value);
      return role ? common(`role.${role}`) : value;
    }
    if (name !== 'method') return value;
    const found = t(`method.${value}` as 'method.sms');
    return found === `method.${value}` ? value : found;
  };
  return (kind: string, detail: Readonly<Record<string, string | number | boolean>>): Fact[] => {
    // A tax system is known by its client id; of agreements `client` is a company.
    const isSso = kind.startsWith('sso-');
    const system = systems.find(({ clientId }) => clientId === detail.client);
    const facts = told
      .filter((name) => !(isSso && name === 'client'))
      .flatMap((name) => {
        const value = detail[name];
        return value === undefined ? [] : [[t(`detail.${name}`), inWords(name, String(value))] as const];
      });
    const named = system ? systemName(system.name) : String(detail.client);
    return isSso ? [[t('detail.system'), named], ...facts] : facts;
  };
}
