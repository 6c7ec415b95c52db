import { Button, Form } from 'antd';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { Link } from 'react-router';
import { isSpecial, specialEntries } from '#domain/companies/entries.ts';
import type { Entry } from '#domain/names.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { useLegacyDay } from '../../api/config.ts';
import { useIsElder } from '../../app/look.ts';
import { textTypedInFirstView } from '../../app/prerender-handover.ts';
import { AccountKinds, useAccountKind } from '../../components/AccountKinds.tsx';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { AccountField, PasswordField, TaxpayerIdField } from '../../components/fields/text-fields.tsx';
import { HelpMark } from '../../components/HelpMark.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice } from '../../components/ProblemAlert.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { LoginProblem } from './LoginProblem.tsx';
import { clearLastCompanies, hasLastEntry, lastCompanies, saveLoginDefaults } from './login-defaults.ts';
import { keepLoginForm, loginFormValues } from './login-form-memory.ts';
import type { OpenLogin } from './login-journey.ts';
import { SessionEndedNotice } from './SessionEndedNotice.tsx';
import { useLoginTexts } from './texts.ts';

interface Values {
  readonly taxpayerId?: string;
  readonly account: string;
  readonly password: string;
}
const tabs = ['enterprise', 'natural', 'agency'] as const;

/** The first factor: entry, company, account and password (LGN-1, LGN-2). */
export function PasswordStep({
  onPassed,
  onSending,
}: {
  onPassed: (passed: OpenLogin) => void;
  onSending: () => void;
}) {
  const t = useLoginTexts();
  const common = useCommon();
  // The form as the person left it, or as 忘记密码 fills it in. The password is only in memory.
  const [initialForm] = useState(loginFormValues);
  const [entry, setEntry] = useState<Entry>(initialForm.entry);
  const [form] = Form.useForm<Values>();
  useEffect(() => {
    if (initialForm.notice) form.focusField('password');
    return () => keepLoginForm({ notice: undefined });
  }, [initialForm, form]);
  // Takes over what was typed or filled in before React took over the page.
  useEffect(() => {
    for (const name of ['taxpayerId', 'account', 'password'] as const) {
      const value = textTypedInFirstView(name);
      if (value === undefined) continue;
      form.setFieldValue(name, value);
      keepLoginForm({ [name]: value });
    }
  }, [form]);
  const accountKind = useAccountKind();
  const { submit, busy, problem, setProblem, retry } = useSubmit<Values>({
    form,
    send: async (typed) => {
      onSending();
      keepLoginForm({ ...typed, entry });
      const body = { ...typed, ...accountKind.membersFor(typed.account), entry };
      const passed = await withChallenge((challenge) =>
        answer(bareApi.POST('/v1/logins', { body: { ...body, ...challenge } })),
      );
      saveLoginDefaults(entry, typed.taxpayerId, passed.taxpayerName);
      onPassed(passed);
    },
  });
  /** A change of the entry keeps what was typed. */
  const changeEntry = (next: Entry) => {
    setProblem(undefined);
    // The mistakes at the other entry do not apply here.
    form.setFields((['taxpayerId', 'account', 'password'] as const).map((name) => ({ name, errors: [] })));
    keepLoginForm({ entry: next });
    setEntry(next);
  };
  // 长辈版 shows one entry and its form. One click shows the others; they stay visible if this browser has used one of
  // them.
  const isElder = useIsElder();
  const [showsAllEntries, setShowsAllEntries] = useState(false);
  const showsOneEntry = isElder && !showsAllEntries && entry === 'natural';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the choice of the look is the reason
  useEffect(() => {
    if (isElder && !hasLastEntry()) changeEntry('natural');
  }, [isElder]);
  const Entries = showsOneEntry ? OneEntry : EntryTabs;
  return (
    <>
      <PageTitle extra={showsOneEntry ? undefined : <LegacyLink />}>{t('title')}</PageTitle>
      {initialForm.notice ? <Notice kind="good">{initialForm.notice}</Notice> : <SessionEndedNotice />}
      <Entries entry={entry} onEntry={changeEntry}>
        {isSpecial(entry) ? null : (
          <p className="small entry-hint">{t(`hint.${entry as (typeof tabs)[number]}`)}</p>
        )}
        {isSpecial(entry) ? (
          <p className="row between">
            <strong>{t('specialNow', { entry: common(`entry.${entry}`) })}</strong>
            <button type="button" className="link" onClick={() => changeEntry('enterprise')}>
              {t('backToEnterprise')}
            </button>
          </p>
        ) : null}
        <ApiForm
          form={form}
          onFinish={submit}
          initialValues={{
            taxpayerId: initialForm.taxpayerId,
            account: initialForm.account,
            password: initialForm.password,
          }}
          onValuesChange={(_changed, { taxpayerId, account }) => keepLoginForm({ taxpayerId, account })}
        >
          <LoginProblem problem={problem} entry={entry} onEntry={changeEntry} onRetry={retry}>
            <AccountKinds
              problem={problem}
              onChoose={(kind) => {
                accountKind.choose(form.getFieldValue('account'), kind);
                retry();
              }}
            />
          </LoginProblem>
          {entry === 'natural' ? null : <CompanyField />}
          <AccountField />
          <PasswordField />
          <ChallengeNotice />
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t('submit')}
          </Button>
        </ApiForm>
        {entry === 'enterprise' ? (
          <nav className="special" aria-label={t('special')}>
            <span>
              {common('entry.special')} <HelpMark anchor="special" about={common('entry.special')} />
            </span>
            <div className="row">
              {specialEntries.map((special) => (
                <button key={special} type="button" className="link" onClick={() => changeEntry(special)}>
                  {common(`entry.${special}`)}
                </button>
              ))}
            </div>
          </nav>
        ) : null}
      </Entries>
      <nav className="row login-links" aria-label={t('help')}>
        <Link to="/register">{t('register')}</Link>
        <Link to="/forgot-password">{t('forgot')}</Link>
        {showsOneEntry ? null : <Link to="/recover-phone">{t('recover')}</Link>}
        {showsOneEntry ? (
          <button type="button" className="link" onClick={() => setShowsAllEntries(true)}>
            {t('otherEntries')}
          </button>
        ) : null}
      </nav>
    </>
  );
}

interface EntriesProps {
  readonly entry: Entry;
  readonly onEntry: (entry: Entry) => void;
  readonly children: ReactNode;
}
/** The three entries as tabs (LGN-1). */
function EntryTabs({ entry, onEntry, children }: EntriesProps) {
  const t = useLoginTexts();
  const common = useCommon();
  return (
    <Tabs
      label={t('entries')}
      tabs={tabs.map((key) => ({ key, title: common(`entry.${key}`) }))}
      active={isSpecial(entry) ? 'enterprise' : (entry as (typeof tabs)[number])}
      onChange={onEntry}
    >
      {children}
    </Tabs>
  );
}
const OneEntry = ({ children }: EntriesProps) => children;

/**
 * The company's number, with the last numbers of this browser to choose from, and a link that removes these numbers.
 */
function CompanyField() {
  const t = useLoginTexts();
  const form = Form.useFormInstance();
  const [companies, setCompanies] = useState(lastCompanies);
  const id = useId();
  const typed = Form.useWatch<string | undefined>('taxpayerId', form);
  const known = companies.find(({ taxpayerId }) => taxpayerId === typed);
  if (companies.length === 0) return <TaxpayerIdField />;
  return (
    <>
      <TaxpayerIdField list={id} />
      <datalist id={id}>
        {companies.map(({ taxpayerId, taxpayerName }) => (
          <option key={taxpayerId} value={taxpayerId}>
            {taxpayerName}
          </option>
        ))}
      </datalist>
      <p className="small row between last-companies">
        <span>{known?.taxpayerName ?? t('lastCompanies')}</span>
        <button
          type="button"
          className="link"
          onClick={() => {
            clearLastCompanies();
            setCompanies([]);
            form.setFieldValue('taxpayerId', undefined);
            keepLoginForm({ taxpayerId: undefined });
          }}
        >
          {t('forget')}
        </button>
      </p>
    </>
  );
}

/** 旧版登录 until its last day (LEG-1). */
function LegacyLink() {
  const t = useLoginTexts();
  const day = useLegacyDay();
  if (!day) return null;
  return <Link to="/legacy">{t('legacyUntil', { day })}</Link>;
}
