import type { ReactNode } from 'react';
import type { AgreementState, ServiceItem } from '#domain/agencies/agreements.ts';
import { texts, useCommon } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import type { Column } from './ItemTable.tsx';
import { type Fact, Item } from './items.tsx';
import { PagedList } from './paged-list.tsx';
import { useParts } from './texts.ts';
import type { usePagedQuery } from './use-paged.ts';

/** Texts about agreements, for the agency's side and the client's side (AGY-4). */
export const useAgreementTexts = texts('me-agreement', {
  zh: {
    list: '服务协议',
    none: '没有服务协议',
    agency: '代理机构',
    client: '委托企业',
    period: '服务期限',
    from: '开始日期',
    until: '截止日期',
    to: '{{from}} 至 {{until}}',
    toDay: '至',
    items: '服务项目',
    agents: '代理人员',
    proposed: '待确认的变更',
    state: {
      pending: '待委托企业确认',
      active: '有效',
      rejected: '已拒绝',
      ended: '已终止',
      expired: '已到期',
    },
    item: {
      'tax-declaration': '纳税申报代理',
      'general-advice': '一般税务咨询',
      'tax-planning': '税收策划',
      attestation: '涉税鉴证',
      'other-matters': '其他税务事项代理',
      consulting: '专业税务顾问',
    },
    terminate: '终止协议',
    terminateAsk: '终止后立即生效，代理人员不能再为该企业办税。确定终止吗？',
    ownTerminateAsk: '终止后立即生效，“{{agency}}”的代理人员不能再为本企业办税。确定终止吗？',
    ownPending: '待本企业确认',
    terminated: '协议已终止',
  },
  en: {
    list: 'Agreements',
    none: 'There are no agreements',
    agency: 'Agency',
    client: 'Client',
    period: 'Service period',
    from: 'First day',
    until: 'Last day',
    to: '{{from}} to {{until}}',
    toDay: 'to',
    items: 'Services',
    agents: 'Agents',
    proposed: 'Change that waits',
    state: {
      pending: 'waiting for the client',
      active: 'active',
      rejected: 'refused',
      ended: 'ended',
      expired: 'expired',
    },
    item: {
      'tax-declaration': 'Tax declarations',
      'general-advice': 'General advice',
      'tax-planning': 'Tax planning',
      attestation: 'Attestation',
      'other-matters': 'Other tax matters',
      consulting: 'Consulting',
    },
    terminate: 'End it',
    terminateAsk: 'It ends at once; the agents can no longer work for the company. End it?',
    ownTerminateAsk:
      'It ends at once; the agents of “{{agency}}” can no longer work for your company. End it?',
    ownPending: 'waiting for your company',
    terminated: 'The agreement has ended',
  },
});

interface Terms {
  readonly agents: readonly {
    readonly agentId: string;
    readonly name: string;
    readonly documentNumber: string;
  }[];
  readonly items: readonly ServiceItem[];
  readonly from: string;
  readonly until: string;
}
export interface Agreement extends Terms {
  readonly agreementId: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly state: AgreementState;
  readonly revision: number;
  readonly proposed?: Terms | undefined;
}
export const isPendingOrActive = ({ state }: Pick<Agreement, 'state'>): boolean =>
  state === 'pending' || state === 'active';

const tones = {
  pending: 'warn',
  active: 'good',
  rejected: 'plain',
  ended: 'plain',
  expired: 'plain',
} as const;

function useTerms(): (terms: Terms) => Fact[] {
  const t = useAgreementTexts();
  const common = useCommon();
  const { bracketed } = usePunctuation();
  return ({ from, until, items, agents }) => [
    [t('period'), t('to', { from, until })],
    [t('items'), items.map((item) => t(`item.${item}`)).join(common('scan.and'))],
    [
      t('agents'),
      agents.map(({ name, documentNumber }) => bracketed(name, documentNumber)).join(common('scan.and')),
    ],
  ];
}

const partnerOf = (agreement: Agreement, side: Side): readonly [name: string, number: string] =>
  side === 'agency' ? [agreement.clientName, agreement.clientId] : [agreement.agencyName, agreement.agencyId];
type Side = 'agency' | 'client';

/** The word for the state; if the client itself must decide, the word says so. */
function useStateWord(): (state: AgreementState, side: Side) => string {
  const t = useAgreementTexts();
  return (state, side) => (side === 'client' && state === 'pending' ? t('ownPending') : t(`state.${state}`));
}

/** The terms that wait for the client's consent, shown below the terms in force. */
function Proposed({ terms }: { readonly terms: Terms }) {
  const factsOf = useTerms();
  const { termed } = usePunctuation();
  return (
    <ul className="rules">
      {factsOf(terms).map(([term, value]) => (
        <li key={term}>{termed(term, String(value))}</li>
      ))}
    </ul>
  );
}

/** The table for a wide screen, for one of the two sides; `actions` is the last column. */
function useAgreementColumns(
  side: Side,
  actions: (agreement: Agreement) => ReactNode,
): readonly Column<Agreement>[] {
  const t = useAgreementTexts();
  const common = useCommon();
  const parts = useParts();
  const stateWord = useStateWord();
  const itemsOf = ({ items }: Agreement): string =>
    items.map((item) => t(`item.${item}`)).join(common('scan.and'));
  const agentsOf = ({ agents }: Agreement): string => agents.map(({ name }) => name).join(common('scan.and'));
  return [
    {
      title: t(side === 'agency' ? 'client' : 'agency'),
      render: (agreement) => {
        const [name, number] = partnerOf(agreement, side);
        return (
          <>
            {name}
            <br />
            <small>{number}</small>
          </>
        );
      },
      text: (agreement) => partnerOf(agreement, side).join(' '),
    },
    {
      title: t('items'),
      render: (agreement) => (
        <>
          {itemsOf(agreement)}
          {agreement.proposed ? (
            <>
              <br />
              <strong>{t('proposed')}</strong>
              <Proposed terms={agreement.proposed} />
            </>
          ) : null}
        </>
      ),
      text: itemsOf,
    },
    { title: t('agents'), render: agentsOf, text: agentsOf },
    {
      title: t('period'),
      render: ({ from, until }) => (
        <>
          <span className="whole">{from}</span> {t('toDay')} <span className="whole">{until}</span>
        </>
      ),
      text: ({ until }) => until,
    },
    {
      title: parts('fact.state'),
      render: ({ state }) => <span className={`tag ${tones[state]}`}>{stateWord(state, side)}</span>,
      text: ({ state }) => stateWord(state, side),
    },
    { title: parts('actions'), render: actions },
  ];
}

/** An agreement as both sides see it, with the name of the other side. */
function AgreementItem({
  agreement,
  side,
  children,
}: {
  readonly agreement: Agreement;
  readonly side: Side;
  readonly children?: ReactNode;
}) {
  const t = useAgreementTexts();
  const terms = useTerms();
  const stateWord = useStateWord();
  const { bracketed } = usePunctuation();
  const { state, proposed } = agreement;
  const [name, number] = partnerOf(agreement, side);
  return (
    <Item
      title={bracketed(name, number)}
      tag={stateWord(state, side)}
      tone={tones[state]}
      facts={[
        ...terms(agreement),
        ...(proposed ? ([[t('proposed'), <Proposed key="proposed" terms={proposed} />]] as const) : []),
      ]}
    >
      {children}
    </Item>
  );
}

/** The agreements of one side, as a table or as cards, each with its buttons. */
export function AgreementList({
  list,
  side,
  actions,
}: {
  readonly list: ReturnType<typeof usePagedQuery<Agreement>>;
  readonly side: 'agency' | 'client';
  readonly actions: (agreement: Agreement) => ReactNode;
}) {
  const words = useAgreementTexts();
  const columns = useAgreementColumns(side, actions);
  return (
    <PagedList
      keyOf={({ agreementId }) => agreementId}
      list={list}
      label={words('list')}
      empty={words('none')}
      columns={columns}
    >
      {(agreement) => (
        <AgreementItem key={agreement.agreementId} agreement={agreement} side={side}>
          {actions(agreement)}
        </AgreementItem>
      )}
    </PagedList>
  );
}
