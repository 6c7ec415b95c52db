import { Button, Form } from 'antd';
import { useId, useState } from 'react';
import { shownTime } from '../../api/clock.ts';
import { problemOf, sentenceOf, textOf } from '../../api/problem.ts';
import { useCommon } from '../../i18n/index.ts';
import { announce } from '../live.tsx';
import { useAction } from '../use-action.ts';
import { useCountdown } from '../use-countdown.ts';
import { Input } from './inputs.ts';
import { useRules } from './rules.ts';

interface Props {
  readonly name?: string;
  /** Where the code will go, masked; before the first one is sent (LGN-6). */
  readonly maskedPhone?: string | undefined;
  /** Sends a code; throws ApiProblem. Validate what it needs first (`form.validateFields(['phone'])`): a throw of that is fine. */
  readonly send: () => Promise<{ maskedPhone: string; resendAt: string }>;
}

/** The code box with its button: counts down to the next possible one, says where the code went (SMS-1, SMS-2). */
export function SmsCodeField({ name = 'smsCode', maskedPhone, send }: Props) {
  const t = useCommon();
  const rules = useRules();
  // The dialog for a fresh factor may stand beside a form with a code of its own.
  const id = `${useId()}${name}`;
  const form = Form.useFormInstance();
  const { run, busy } = useAction();
  const [sentTo, setSentTo] = useState<string>();
  const [againAt, setAgainAt] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const left = useCountdown(againAt);

  const get = () =>
    run(async () => {
      setRefused(undefined);
      try {
        const sent = await send();
        setSentTo(sent.maskedPhone);
        setAgainAt(sent.resendAt);
        announce(t('sms.sentTo', { phone: sent.maskedPhone }));
        form.setFields([{ name, errors: [] }]);
        form.focusField(name);
      } catch (error) {
        // The form's own validation has said it beside its field.
        if (typeof error === 'object' && error !== null && 'errorFields' in error) return;
        const problem = problemOf(error);
        setAgainAt(textOf(problem, 'retryAt') ?? againAt);
        setRefused(sentenceOf(problem));
        announce(sentenceOf(problem));
      }
    });

  const hint = sentTo
    ? t('sms.sentTo', { phone: sentTo })
    : maskedPhone
      ? t('sms.target', { phone: maskedPhone })
      : undefined;
  return (
    <Form.Item label={t('field.smsCode')} htmlFor={id} required>
      <div className="code-row">
        <Form.Item name={name} noStyle rules={rules.smsCode}>
          <Input
            id={id}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={32}
            aria-describedby={`${id}-hint`}
          />
        </Form.Item>
        <Button onClick={() => void get()} loading={busy} disabled={left > 0}>
          {left > 600 && againAt
            ? t('sms.until', { time: shownTime(againAt) })
            : left > 0
              ? t('sms.again', { seconds: left })
              : t('sms.get')}
        </Button>
      </div>
      <div id={`${id}-hint`} className={refused ? 'hint wrong' : 'hint'}>
        {refused ?? hint}
      </div>
    </Form.Item>
  );
}
