import { Button, Form, Radio } from 'antd';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { PasswordField } from '../../components/fields/text-fields.tsx';
import { ProblemActions } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { usePunctuation } from '../../i18n/punctuation.ts';
import type { OpenLogin } from '../login/login-journey.ts';
import type { OpenLegacyLogin } from './CompanyStep.tsx';
import { useLegacyTexts } from './texts.ts';

interface Props {
  readonly company: OpenLegacyLogin;
  readonly onPassed: (passed: OpenLogin) => void;
  readonly onBind: () => void;
  readonly onRestart: () => void;
}
interface Values {
  readonly personRef: string;
  readonly password: string;
}

/**
 * The person chooses themselves from the company's people and proves it with their own password, which counts as their
 * own (LEG-1, LCK-1).
 */
export function PersonStep({ company, onPassed, onBind, onRestart }: Props) {
  const t = useLegacyTexts();
  const common = useCommon();
  const { bracketed } = usePunctuation();
  const [form] = Form.useForm<Values>();
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (body) =>
      onPassed(
        await withChallenge((challenge) =>
          answer(
            bareApi.POST('/v1/legacy/logins/{legacyId}/person', {
              params: { path: { legacyId: company.legacyId } },
              body: { ...body, ...challenge },
            }),
          ),
        ),
      ),
  });
  return (
    <>
      <PageTitle step="person">{t('pickTitle')}</PageTitle>
      <ProblemAlert problem={problem} onRetry={retry}>
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      {company.persons.length === 0 ? (
        <p>{t('nobody')}</p>
      ) : (
        <>
          <p>{t('pickHint')}</p>
          {company.morePersons ? <p>{t('morePersons')}</p> : null}
          <ApiForm form={form} onFinish={submit}>
            <Form.Item
              name="personRef"
              label={t('persons')}
              rules={[{ required: true, message: t('choose'), validateTrigger: 'onSubmit' }]}
            >
              <Radio.Group
                vertical
                options={company.persons.map(({ personRef, name, documentNumber, role }) => ({
                  value: personRef,
                  label: `${bracketed(name, documentNumber)} · ${common(`role.${role}`)}`,
                }))}
              />
            </Form.Item>
            <PasswordField />
            <ChallengeNotice />
            <Button type="primary" htmlType="submit" block loading={busy}>
              {t('logIn')}
            </Button>
          </ApiForm>
        </>
      )}
      <p>
        <Button onClick={onBind}>{t('bind')}</Button>
      </p>
    </>
  );
}
