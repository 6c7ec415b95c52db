import './sms-code.css';
import { Button, Form } from 'antd';
import { type ChangeEvent, useEffect, useId, useState } from 'react';
import { foldNumber, readCode } from '#domain/text.ts';
import { shownTime } from '../../api/clock.ts';
import { type Problem, problemOf, sentenceOf, textOf } from '../../api/problem.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { announce } from '../live.tsx';
import { useAction } from '../use-action.ts';
import { useCountdown } from '../use-countdown.ts';
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

const places = [1, 2, 3, 4, 5, 6] as const;

/**
 * The six digits of what was typed or pasted: a whole SMS may come along. Where the code that stands there was wrong, one
 * more digit begins the next one.
 */
function digitsOf(text: string, wasWrong: boolean): string {
  const typed = foldNumber(text);
  const [code] = /(?<!\d)\d{6}(?!\d)/.exec(typed) ?? [];
  if (code !== undefined) return code;
  if (wasWrong && /^\d{7}$/.test(typed)) return typed.slice(-1);
  return typed.replace(/\D/g, '').slice(0, places.length);
}

/**
 * Six boxes for the code, with its button: counts down to the next possible one, says where the code went (SMS-1, SMS-2).
 * The boxes are drawn around one field, which screen readers, paste and the phone's own filling know as one.
 */
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
        <div>
          <div className="code-boxes">
            {places.map((place) => (
              <span key={place} aria-hidden="true" />
            ))}
            <Form.Item
              name={name}
              noStyle
              rules={rules.smsCode}
              getValueFromEvent={({ target }: ChangeEvent<HTMLInputElement>) => {
                const code = digitsOf(target.value, target.getAttribute('aria-invalid') === 'true');
                // After the form has taken it.
                if (atOnce && readCode(code) !== undefined) setTimeout(() => form.submit());
                return code;
              }}
            >
              <input
                id={id}
                inputMode="numeric"
                autoComplete="one-time-code"
                aria-describedby={`${id}-hint`}
              />
            </Form.Item>
          </div>
          <Button onClick={() => void get()} loading={busy} disabled={left > 0}>
            {left > 600 && againAt
              ? t('sms.until', { time: shownTime(againAt) })
              : left > 0
                ? t('sms.again', { seconds: left })
                : t('sms.get')}
          </Button>
        </div>
      </div>
      <div id={`${id}-hint`} className={refused ? 'hint wrong' : 'hint'}>
        {refused ??
          [hint, atOnce && sent ? t('sms.atOnce') : undefined].filter(Boolean).join(t('sms.andThen'))}
      </div>
    </Form.Item>
  );
}
