import { Button, Form } from 'antd';
import type { Role } from '#domain/names.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { useLegacyDay } from '../../api/config.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { PasswordField, TaxpayerIdField } from '../../components/fields/text-fields.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useLegacyTexts } from './texts.ts';

export interface OpenLegacyLogin {
  readonly legacyId: string;
  readonly persons: readonly {
    readonly personRef: string;
    readonly name: string;
    readonly documentNumber: string;
    readonly role: Role;
  }[];
  readonly morePersons?: true | undefined;
}
interface Values {
  readonly taxpayerId: string;
  readonly companyPassword: string;
}

/** The company's number and password; the API always asks for a proof of work first, which needs no click. */
export function CompanyStep({ onPassed }: { onPassed: (company: OpenLegacyLogin) => void }) {
  const t = useLegacyTexts();
  const day = useLegacyDay();
  const [form] = Form.useForm<Values>();
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (body) =>
      onPassed(
        await withChallenge((challenge) =>
          answer(bareApi.POST('/v1/legacy/logins', { body: { ...body, ...challenge } })),
        ),
      ),
  });
  if (day === null)
    return (
      <>
        <PageTitle step="closed">{t('title')}</PageTitle>
        <Notice kind="warn">{t('closed')}</Notice>
      </>
    );
  return (
    <>
      <PageTitle step="company">{t('title')}</PageTitle>
      {day ? <Notice kind="warn">{t('closes', { day })}</Notice> : null}
      <ProblemAlert problem={problem} onRetry={retry} />
      <ApiForm form={form} onFinish={submit}>
        <TaxpayerIdField />
        <PasswordField name="companyPassword" label={t('companyPassword')} />
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('next')}
        </Button>
      </ApiForm>
    </>
  );
}
