import { Button, Checkbox, Form } from 'antd';
import { useState } from 'react';
import { withChallenge } from '../../../api/challenge.ts';
import { answer, api } from '../../../api/client.ts';
import { problemOf } from '../../../api/problem.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../../components/ChallengeNotice.tsx';
import { SmsCodeField } from '../../../components/fields/SmsCodeField.tsx';
import { PhoneField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { refetchLists } from '../parts/queries.ts';
import { Takeover } from './Takeover.tsx';
import { usePhonesTexts } from './texts.ts';

interface Values {
  readonly phone: string;
  /** Not `smsCode`, because the dialog for a fresh factor has a field of that name at the same time. */
  readonly phoneCode: string;
  readonly makeDefault?: boolean;
}

/** PHN-2: sends a code to the new number. PHN-3: takes over a number of another person with a face proof. */
export function AddPhone() {
  const t = usePhonesTexts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const [isTaken, setIsTaken] = useState(false);
  const [addedCount, setAddedCount] = useState(0);

  const addPhone = async ({ phone, phoneCode, makeDefault }: Values, face?: { faceTicket: string }) => {
    const { maskedPhone } = await withFreshFactor(
      () =>
        answer(
          api.POST('/v1/account/phones', {
            body: {
              phone,
              smsCode: phoneCode,
              makeDefault: makeDefault === true,
              ...(face ? { takeover: true, ...face } : {}),
            },
          }),
        ),
      'ownFace',
    );
    setIsTaken(false);
    form.resetFields();
    setAddedCount(addedCount + 1);
    await refetchLists('phones', 'account');
    showNotice(t('added', { phone: maskedPhone }));
  };
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    fields: { SMS_CODE_WRONG: 'phoneCode' },
    send: async (values) => {
      setIsTaken(false);
      try {
        await addPhone(values);
      } catch (error) {
        // The right code was not spent: it is used for the takeover.
        if (problemOf(error).code === 'PHONE_TAKEN') setIsTaken(true);
        throw error;
      }
    },
  });
  const sendCode = async () => {
    await form.validateFields(['phone']);
    const phone: string = form.getFieldValue('phone');
    return withFreshFactor(() =>
      withChallenge((challenge) =>
        answer(api.POST('/v1/account/phones/sms', { body: { phone, ...challenge } })),
      ),
    );
  };
  return (
    <section className="card">
      <h2>{t('add')}</h2>
      <ApiForm form={form} onFinish={submit} onValuesChange={() => setIsTaken(false)}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <PhoneField />
        {/* The next number gets codes of its own. */}
        <SmsCodeField key={addedCount} name="phoneCode" send={sendCode} />
        <ChallengeNotice />
        <Form.Item name="makeDefault" valuePropName="checked">
          <Checkbox>{t('asDefault')}</Checkbox>
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('add')}
        </Button>
      </ApiForm>
      {isTaken ? (
        <Takeover onPassed={(faceTicket) => addPhone(form.getFieldsValue(), { faceTicket })} />
      ) : null}
    </section>
  );
}
