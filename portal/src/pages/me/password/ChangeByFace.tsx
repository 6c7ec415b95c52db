import { Button, Form } from 'antd';
import { useRef, useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { isTransient, problemOf } from '../../../api/problem.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { NewPasswordFields } from '../../../components/fields/NewPasswordFields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { FaceCheck } from '../parts/FaceCheck.tsx';
import { usePasswordContext } from './context.ts';
import { usePasswordTexts } from './texts.ts';

/**
 * For a person who logged in by QR and forgot the password: first the new password, then the face check, which changes
 * it.
 */
export function ChangeByFace() {
  const t = usePasswordTexts();
  const context = usePasswordContext();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<{ newPassword: string }>();
  const [isScanning, setIsScanning] = useState(false);
  /** A proof that no call has spent: after a refused password or a network failure the person need not scan again. */
  const proof = useRef<string>(undefined);

  const changePassword = async (faceTicket: string) => {
    const newPassword: string = form.getFieldValue('newPassword');
    try {
      await withFreshFactor(
        () => answer(api.PUT('/v1/account/password', { body: { faceTicket, newPassword } })),
        'ownFace',
      );
    } catch (error) {
      // A proof that expired or was spent is dropped; a weak password says nothing about the proof.
      const problem = problemOf(error);
      if (problem.code !== 'PASSWORD_WEAK' && !isTransient(problem)) proof.current = undefined;
      throw error;
    }
    proof.current = undefined;
    form.resetFields();
    showNotice(t('done'));
  };
  const { submit, busy, problem, retry } = useSubmit({
    form,
    send: async () => {
      if (proof.current === undefined) setIsScanning(true);
      else await changePassword(proof.current);
    },
  });
  /** Sent by the form, so that messages about the password stand beside it, as everywhere. */
  const submitWithProof = async (faceTicket: string) => {
    proof.current = faceTicket;
    setIsScanning(false);
    form.submit();
  };
  return (
    <ApiForm form={form} onFinish={submit} onValuesChange={() => setIsScanning(false)}>
      <p>{t('faceText')}</p>
      <ProblemAlert problem={problem} onRetry={retry} />
      <NewPasswordFields context={context} />
      {isScanning ? (
        <FaceCheck for="password" onPassed={submitWithProof} />
      ) : (
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('toFace')}
        </Button>
      )}
    </ApiForm>
  );
}
