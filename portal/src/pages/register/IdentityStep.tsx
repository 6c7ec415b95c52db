import './register.css';
import { Button, Checkbox, Form } from 'antd';
import { useEffect } from 'react';
import { Link } from 'react-router';
import type { DocumentType } from '#domain/people/documents.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { isTickedInFirstView, textTypedInFirstView } from '../../app/prerender-handover.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { PersonFields } from '../../components/fields/PersonFields.tsx';
import { NoticeText } from '../../components/notices/NoticeText.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import type { OpenRegistration } from './opened-registration.ts';
import { useRegisterTexts } from './texts.ts';

export interface IdentityValues {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  readonly privacy?: boolean;
  readonly face?: boolean;
}

/** Identity check and consents (REG-1, REG-6): the person reads each consent here and agrees to each one separately. */
export function IdentityStep({
  initialValues,
  onTyped,
  onOpened,
  onLeave,
}: {
  /** The data that the person typed before, if the person returns to this step. */
  initialValues: IdentityValues | undefined;
  onTyped: (typed: IdentityValues) => void;
  onOpened: (opened: OpenRegistration) => void;
  onLeave: () => void;
}) {
  const t = useRegisterTexts();
  const [form] = Form.useForm<IdentityValues>();
  const { submit, busy, problem, retry } = useSubmit<IdentityValues>({
    form,
    fields: { PERSON_MISMATCH: null },
    send: async (typed) => {
      onTyped(typed);
      const { privacy, face, ...person } = typed;
      const consents = [...(privacy ? ['privacy' as const] : []), ...(face ? ['face' as const] : [])];
      const opened = await withChallenge((challenge) =>
        answer(bareApi.POST('/v1/registrations', { body: { ...person, consents, ...challenge } })),
      );
      onOpened({ ...opened, documentNumber: person.documentNumber });
    },
  });
  // Takes over text and ticks from the time before React took over the page.
  useEffect(() => {
    for (const name of ['name', 'documentNumber'] as const) {
      const value = textTypedInFirstView(name);
      if (value !== undefined) form.setFieldValue(name, value);
    }
    for (const name of ['privacy', 'face'] as const)
      if (isTickedInFirstView(name)) form.setFieldValue(name, true);
  }, [form]);
  return (
    <>
      <PageTitle step="identity">{t('identityTitle')}</PageTitle>
      <p>{t('identityHint')}</p>
      <ApiForm form={form} onFinish={submit} {...(initialValues ? { initialValues } : {})}>
        <ProblemAlert problem={problem} onRetry={retry}>
          {problem?.code === 'ALREADY_REGISTERED' ? (
            <p className="row">
              <Link to="/login">{t('toLogin')}</Link>
              <Link to="/forgot-password">{t('forgot')}</Link>
            </p>
          ) : null}
        </ProblemAlert>
        <PersonFields />
        <fieldset className="consents">
          <legend>{t('consents')}</legend>
          <ConsentField name="privacy" />
          <ConsentField name="face" optional />
        </fieldset>
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('nextProfile')}
        </Button>
      </ApiForm>
      <StepBack onBack={onLeave} label={t('toLoginPage')} />
    </>
  );
}

/** Without the face consent only a person who was recorded at a hall can continue; the API decides (REG-2, REG-6). */
function ConsentField({ name, optional = false }: { name: 'privacy' | 'face'; optional?: boolean }) {
  const t = useRegisterTexts();
  return (
    <>
      <details>
        <summary>{t(`${name}Read`)}</summary>
        <NoticeText of={name} />
      </details>
      <Form.Item
        name={name}
        valuePropName="checked"
        rules={
          optional
            ? []
            : [
                {
                  validateTrigger: 'onSubmit',
                  validator: async (_rule, value: unknown) => {
                    if (value !== true) throw new Error(t('mustAgree'));
                  },
                },
              ]
        }
      >
        <Checkbox>{t(name)}</Checkbox>
      </Form.Item>
    </>
  );
}
