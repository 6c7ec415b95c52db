import { Button, Form } from 'antd';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { isSpecial, specialEntries } from '#domain/entries.ts';
import type { Entry } from '#domain/names.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { useLegacyDay } from '../../api/config.ts';
import { AccountKinds, useAccountKind } from '../../components/AccountKinds.tsx';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { AccountField, PasswordField, TaxpayerIdField } from '../../components/fields/text-fields.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice } from '../../components/ProblemAlert.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { Ended } from './Ended.tsx';
import type { PasswordPassed } from './journey.ts';
import { Refused } from './Refused.tsx';
import { useLoginTexts } from './texts.ts';
import { rememberTyped, typedLogin } from './typed.ts';

interface Typed {
  readonly taxpayerId?: string;
  readonly account: string;
  readonly password: string;
}
const tabs = ['enterprise', 'natural', 'agency'] as const;

/** The first factor: entry, company, account and password (LGN-1, LGN-2). */
export function PasswordStep({ onPassed }: { onPassed: (passed: PasswordPassed) => void }) {
  const t = useLoginTexts();
  const common = useCommon();
  // As it was left, or as 忘记密码 hands it over; the password is typed in memory alone.
  const [before] = useState(typedLogin);
  const [entry, setEntry] = useState<Entry>(before.entry);
  const [form] = Form.useForm<Typed>();
  useEffect(() => {
    if (before.news) form.focusField('password');
    return () => rememberTyped({ news: undefined });
  }, [before, form]);
  const meant = useAccountKind();
  const { submit, busy, problem, setProblem, retry } = useSubmit<Typed>({
    form,
    send: async (typed) => {
      rememberTyped({ ...typed, entry });
      const body = { ...typed, ...meant.of(typed.account), entry };
      onPassed(
        await withChallenge((challenge) =>
          answer(bareApi.POST('/v1/logins', { body: { ...body, ...challenge } })),
        ),
      );
    },
  });
  /** What was typed stays when somebody goes to another entry. */
  const go = (next: Entry) => {
    setProblem(undefined);
    // What was wrong at the other entry is nothing here.
    form.setFields((['taxpayerId', 'account', 'password'] as const).map((name) => ({ name, errors: [] })));
    rememberTyped({ entry: next });
    setEntry(next);
  };
  return (
    <>
      <PageTitle extra={<LegacyLink />}>{t('title')}</PageTitle>
      {before.news ? <Notice kind="good">{before.news}</Notice> : <Ended />}
      <Tabs
        label={t('entries')}
        tabs={tabs.map((key) => ({ key, title: common(`entry.${key}`) }))}
        active={isSpecial(entry) ? 'enterprise' : (entry as (typeof tabs)[number])}
        onChange={go}
      >
        {isSpecial(entry) ? (
          <p className="row between">
            <strong>{t('specialNow', { entry: common(`entry.${entry}`) })}</strong>
            <button type="button" className="link" onClick={() => go('enterprise')}>
              {t('backToEnterprise')}
            </button>
          </p>
        ) : null}
        <ApiForm
          form={form}
          onFinish={submit}
          initialValues={{
            taxpayerId: before.taxpayerId,
            account: before.account,
            password: before.password,
          }}
          onValuesChange={(_changed, { taxpayerId, account }) => rememberTyped({ taxpayerId, account })}
        >
          <Refused problem={problem} entry={entry} onEntry={go} onRetry={retry}>
            <AccountKinds
              problem={problem}
              onChoose={(kind) => {
                meant.choose(form.getFieldValue('account'), kind);
                retry();
              }}
            />
          </Refused>
          {entry === 'natural' ? null : <TaxpayerIdField />}
          <AccountField />
          <PasswordField />
          <ChallengeNotice />
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t('submit')}
          </Button>
        </ApiForm>
        {entry === 'enterprise' ? (
          <nav className="special" aria-label={t('special')}>
            <span>{common('entry.special')}：</span>
            <div className="row">
              {specialEntries.map((special) => (
                <button key={special} type="button" className="link" onClick={() => go(special)}>
                  {common(`entry.${special}`)}
                </button>
              ))}
            </div>
          </nav>
        ) : null}
      </Tabs>
      <nav className="row login-links" aria-label={t('help')}>
        <Link to="/register">{t('register')}</Link>
        <Link to="/forgot-password">{t('forgot')}</Link>
        <Link to="/recover-phone">{t('recover')}</Link>
      </nav>
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
