import { Link } from 'react-router';
import { documentTypes } from '#domain/people/documents.ts';
import { formatTime } from '../../../api/clock.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { useCommon, useLanguage } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { Facts } from '../parts/items.tsx';
import { useAccount } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { useProfileTexts } from './texts.ts';
import { Username } from './Username.tsx';

/** 个人信息维护 */
export function Page() {
  const menu = useMenuTexts();
  const t = useProfileTexts();
  const common = useCommon();
  const parts = useParts();
  const language = useLanguage();
  const account = useAccount();
  return (
    <>
      <section className="card">
        <PageTitle>{menu('profile')}</PageTitle>
        <Loaded query={account}>
          {({
            name,
            documentType,
            documentNumber,
            username,
            phones,
            realNameLevel,
            registeredAt,
            consents,
          }) => {
            const type = documentTypes.find(({ code }) => code === documentType);
            return (
              <Facts
                facts={[
                  [common('field.name'), name],
                  [common('field.documentType'), language === 'en' ? type?.en : type?.zh],
                  [common('field.documentNumber'), documentNumber],
                  [common('field.username'), username ?? t('noUsername')],
                  [
                    t('phones'),
                    <span key="phones">
                      {phones.map(({ maskedPhone }) => maskedPhone).join(common('scan.and')) || t('noPhone')}{' '}
                      <Link to="/me/phones">{parts('change')}</Link>
                    </span>,
                  ],
                  [t('level'), t('levelValue', { level: realNameLevel })],
                  [t('registeredAt'), formatTime(registeredAt)],
                  [
                    t('consents'),
                    consents.length > 0 ? <Consents key="consents" consents={consents} /> : undefined,
                  ],
                ]}
              />
            );
          }}
        </Loaded>
      </section>
      {account.data ? <Username account={account.data} /> : null}
    </>
  );
}

function Consents({
  consents,
}: {
  readonly consents: readonly {
    readonly kind: 'privacy' | 'face';
    readonly version: string;
    readonly at: string;
  }[];
}) {
  const t = useProfileTexts();
  const { bracketed } = usePunctuation();
  return (
    <ul className="rules">
      {consents.map(({ kind, version, at }) => (
        <li key={kind}>
          {bracketed(t(kind), version)} <span className="small">{formatTime(at)}</span>
        </li>
      ))}
    </ul>
  );
}
