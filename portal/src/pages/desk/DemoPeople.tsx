import { Table } from 'antd';
import { Notice } from '../../components/ProblemAlert.tsx';
import { Loaded } from '../../components/query-states.tsx';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { CopyButton } from './CopyButton.tsx';
import { useDemo } from './demo.ts';
import type { DemoCompany, DemoPerson } from './local-api.ts';
import { useDeskTexts } from './texts.ts';

/** The people who can be played, and how each of them logs in. */
export function DemoPeople() {
  const t = useDeskTexts();
  const query = useDemo();
  return (
    <>
      <p>{t('people.hint')}</p>
      <Loaded query={query}>
        {({ people, companies, problems }) => (
          <>
            {problems.length > 0 ? <Notice kind="warn">{problems.join(' · ')}</Notice> : null}
            {people.length === 0 ? <p>{t('people.empty')}</p> : <PeopleTable people={people} />}
            <OldLogins companies={companies} />
          </>
        )}
      </Loaded>
    </>
  );
}

function PeopleTable({ people }: { people: readonly DemoPerson[] }) {
  const t = useDeskTexts();
  const language = useLanguage();
  return (
    <Table
      className="desk-people"
      rowKey="key"
      size="small"
      pagination={false}
      scroll={{ x: 'max-content' }}
      dataSource={people}
      columns={[
        {
          title: t('people.who'),
          render: (_, { name, zh, en }: DemoPerson) => (
            <>
              <strong>{name}</strong>
              <br />
              <small>{language === 'en' ? en : zh}</small>
            </>
          ),
        },
        { title: t('people.logins'), render: (_, person: DemoPerson) => <Logins person={person} /> },
        { title: t('people.account'), render: (_, person: DemoPerson) => <Accounts person={person} /> },
        {
          title: t('people.password'),
          render: (_, { password }: DemoPerson) =>
            password ? <Value what={t('people.password')} text={password} /> : t('people.notRegistered'),
        },
      ]}
    />
  );
}

/** LEG-1: the old login asks for the company's own password first. */
function OldLogins({ companies }: { companies: readonly DemoCompany[] }) {
  const t = useDeskTexts();
  const old = companies.filter(({ companyPassword }) => companyPassword !== undefined);
  if (old.length === 0) return null;
  return (
    <>
      <h3>{t('people.oldLogin')}</h3>
      <ul className="desk-values">
        {old.map(({ taxpayerId, name, companyPassword = '' }) => (
          <li key={taxpayerId}>
            {name}
            <Value what={t('people.company')} text={taxpayerId} />
            <Value what={t('people.companyPassword')} text={companyPassword} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Logins({ person }: { person: DemoPerson }) {
  const t = useDeskTexts();
  const common = useCommon();
  return (
    <ul className="desk-values">
      {person.logins.map(({ entry, taxpayerId, taxpayerName, reports = [] }) => (
        <li key={`${entry} ${taxpayerId ?? ''}`}>
          {common(`entry.${entry}`)}
          {taxpayerName ? ` · ${taxpayerName}` : ''}
          {taxpayerId ? <Value what={t('people.company')} text={taxpayerId} /> : null}
          {reports.map((reportNo) => (
            <Value key={reportNo} what={t('people.report')} text={reportNo} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function Accounts({ person }: { person: DemoPerson }) {
  const t = useDeskTexts();
  const { documentNumber, phone, username } = person;
  return (
    <ul className="desk-values">
      <li>
        <Value what={t('people.number')} text={documentNumber} />
      </li>
      <li>
        <Value what={t('people.phone')} text={phone} />
      </li>
      {username ? (
        <li>
          <Value what={t('people.username')} text={username} />
        </li>
      ) : null}
    </ul>
  );
}

function Value({ what, text }: { what: string; text: string }) {
  const t = useDeskTexts();
  return (
    <div className="desk-value">
      <span>{text}</span> <CopyButton text={text} label={`${t('copy')} ${what} ${text}`} />
    </div>
  );
}
