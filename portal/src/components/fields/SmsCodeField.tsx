import { Button, Form } from 'antd';
import { useEffect, useId, useState } from 'react';
import { readCode } from '#domain/text.ts';
import { shownTime } from '../../api/clock.ts';
import { type Problem, problemOf, sentenceOf, textOf } from '../../api/problem.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { announce } from '../live.tsx';
import { useAction } from '../use-action.ts';
import { useCountdown } from '../use-countdown.ts';
import { Input } from './inputs.ts';
import { useRules } from './rules.ts';

interface Props {
  readonly name?: string;
  /** Where the code will go, masked; before the first one is sent (LGN-6). */
  readonly maskedPhone?: string | undefined;
  /** The number that was typed beside it: what was said of another one is gone. */
  readonly target?: string | undefined;
  /** Kept by whoever takes this field away and brings it back (`useSentCode`). */
  readonly kept?: KeptCode | undefined;
  /** Problems that the whole journey has; true where somebody else shows them. */
  readonly onProblem?: ((problem: Problem) => boolean) | undefined;
  /** Submits the form as soon as all six digits are there. */
  readonly atOnce?: boolean;
  /** Sends a code; throws ApiProblem. Validate what it needs first (`form.validateFields(['phone'])`): a throw of that is fine. */
  readonly send: () => Promise<{ maskedPhone: string; resendAt: string }>;
}

interface SentCode {
  /** Masked; not known where the page was loaded anew meanwhile. */
  readonly sentTo?: string | undefined;
  readonly againAt?: string | undefined;
  readonly target?: string | undefined;
}
export interface KeptCode {
  readonly sent: SentCode | undefined;
  readonly note: (sent: SentCode | undefined) => void;
}
/** That a code was sent, where the field itself comes and goes: 短信 and 扫脸 are tabs. */
export function useSentCode(before?: SentCode): KeptCode {
  const [sent, note] = useState(before);
  return { sent, note };
}

/** The code box with its button: counts down to the next possible one, says where the code went (SMS-1, SMS-2). */
export function SmsCodeField({
  name = 'smsCode',
  maskedPhone,
  target,
  kept,
  onProblem,
  atOnce = false,
  send,
}: Props) {
  const t = useCommon();
  const rules = useRules();
  // The dialog for a fresh factor may stand beside a form with a code of its own.
  const id = `${useId()}${name}`;
  const form = Form.useFormInstance();
  const { run, busy } = useAction();
  const own = useSentCode();
  const { sent: noted, note } = kept ?? own;
  const sent = noted?.target === target ? noted : undefined;
  const [refusal, setRefusal] = useState<{ readonly says: string; readonly target: string | undefined }>();
  const refused = refusal && refusal.target === target ? refusal.says : undefined;
  const againAt = sent?.againAt;
  const left = useCountdown(againAt);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a sentence in another language is not read
  useEffect(() => setRefusal(undefined), [language]);

  const get = () =>
    run(async () => {
      setRefusal(undefined);
      try {
        const { maskedPhone: sentTo, resendAt } = await send();
        note({ sentTo, againAt: resendAt, target });
        announce(t('sms.sentTo', { phone: sentTo }));
        form.setFields([{ name, errors: [] }]);
        form.focusField(name);
      } catch (error) {
        // The form's own validation has said it beside its field.
        if (typeof error === 'object' && error !== null && 'errorFields' in error) return;
        const problem = problemOf(error);
        if (onProblem?.(problem)) return;
        const retryAt = textOf(problem, 'retryAt');
        if (retryAt !== undefined) note({ ...sent, againAt: retryAt, target });
        setRefusal({ says: sentenceOf(problem), target });
        announce(sentenceOf(problem));
      }
    });

  const hint = sent?.sentTo
    ? t('sms.sentTo', { phone: sent.sentTo })
    : sent
      ? t('sms.sent')
      : maskedPhone
        ? t('sms.target', { phone: maskedPhone })
        : undefined;
  return (
    <Form.Item label={t('field.smsCode')} htmlFor={id} required>
      <div className="code-row">
        <Form.Item name={name} noStyle rules={rules.smsCode}>
          <Input
            id={id}
            className="code-boxes"
            inputMode="numeric"
            onChange={({ target: { value } }) => {
              const code = readCode(value);
              // After the form has taken it.
              if (atOnce && code !== undefined && code.length === value.trim().length)
                setTimeout(() => form.submit());
            }}
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
        {refused ??
          [hint, atOnce && sent ? t('sms.atOnce') : undefined].filter(Boolean).join(t('sms.andThen'))}
      </div>
    </Form.Item>
  );
}
