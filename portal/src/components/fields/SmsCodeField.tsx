import './sms-code.css';
import { Button, Form } from 'antd';
import { type ChangeEvent, useEffect, useId, useState } from 'react';
import { foldNumber, readCode } from '#domain/text.ts';
import { formatTime } from '../../api/clock.ts';
import { type Problem, problemOf, sentenceOf, textMember } from '../../api/problem.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { fieldErrorWithHelp } from '../HelpLink.tsx';
import { announce } from '../live-region.tsx';
import { useAction } from '../use-action.ts';
import { useCountdown } from '../use-countdown.ts';
import { useRules } from './rules.ts';

interface Props {
  readonly name?: string;
  /** The masked number that will get the code, shown before the first code is sent (LGN-6). */
  readonly maskedPhone?: string | undefined;
  /** The number typed in the field beside this one. When it changes, messages about the earlier number disappear. */
  readonly target?: string | undefined;
  /** The state of a sent code, kept by a parent that removes this field and shows it again (`useSentCode`). */
  readonly sentCode?: SentCodeState | undefined;
  /** Handles problems of the whole journey; answers true if other code shows the problem. */
  readonly onProblem?: ((problem: Problem) => boolean) | undefined;
  /** Submits the form as soon as all six digits are filled in. */
  readonly submitsWhenComplete?: boolean;
  /**
   * Sends a code; throws ApiProblem. First validate the fields that it needs (`form.validateFields(['phone'])`), which
   * may throw.
   */
  readonly send: () => Promise<{ maskedPhone: string; resendAt: string }>;
}

interface SentCode {
  /** Masked; unknown if the page was loaded again after the send. */
  readonly sentTo?: string | undefined;
  readonly resendAt?: string | undefined;
  readonly target?: string | undefined;
}
export interface SentCodeState {
  readonly sent: SentCode | undefined;
  readonly setSent: (sent: SentCode | undefined) => void;
}
/** Remembers that a code was sent while the field itself is removed and shown again: 短信 and 扫脸 are tabs. */
export function useSentCode(before?: SentCode): SentCodeState {
  const [sent, setSent] = useState(before);
  return { sent, setSent };
}

const digitPositions = [1, 2, 3, 4, 5, 6] as const;

/**
 * The six digits of a typed or pasted text, which may be a whole SMS. After a wrong code, one more digit begins a new
 * code.
 */
function digitsOf(text: string, wasWrong: boolean): string {
  const typed = foldNumber(text);
  const [code] = /(?<!\d)\d{6}(?!\d)/.exec(typed) ?? [];
  if (code !== undefined) return code;
  if (wasWrong && /^\d{7}$/.test(typed)) return typed.slice(-1);
  return typed.replace(/\D/g, '').slice(0, digitPositions.length);
}

/**
 * Six boxes for the code, with a send button, which counts down to the next possible send. A text says which number got
 * the code (SMS-1, SMS-2). The boxes are drawn around a single field, so that screen readers, paste and the phone's
 * automatic filling work.
 */
export function SmsCodeField({
  name = 'smsCode',
  maskedPhone,
  target,
  sentCode,
  onProblem,
  submitsWhenComplete = false,
  send,
}: Props) {
  const t = useCommon();
  const rules = useRules();
  // The dialog for a fresh factor may be open together with a form that has a code field, too.
  const id = `${useId()}${name}`;
  const form = Form.useFormInstance();
  const { run, busy } = useAction();
  const own = useSentCode();
  const { sent: lastSent, setSent } = sentCode ?? own;
  const sent = lastSent?.target === target ? lastSent : undefined;
  const [refusal, setRefusal] = useState<{
    readonly problem: Problem;
    readonly target: string | undefined;
  }>();
  const refused = refusal && refusal.target === target ? fieldErrorWithHelp(refusal.problem) : undefined;
  const resendAt = sent?.resendAt;
  const secondsLeft = useCountdown(resendAt);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a sentence in another language is not read
  useEffect(() => setRefusal(undefined), [language]);

  const requestCode = () =>
    run(async () => {
      setRefusal(undefined);
      try {
        const { maskedPhone: sentTo, resendAt } = await send();
        setSent({ sentTo, resendAt, target });
        announce(t('sms.sentTo', { phone: sentTo }));
        form.setFields([{ name, errors: [] }]);
        form.focusField(name);
      } catch (error) {
        // The form's validation has already shown the problem beside its field.
        if (typeof error === 'object' && error !== null && 'errorFields' in error) return;
        const problem = problemOf(error);
        if (onProblem?.(problem)) return;
        const retryAt = textMember(problem, 'retryAt');
        if (retryAt !== undefined) setSent({ ...sent, resendAt: retryAt, target });
        setRefusal({ problem, target });
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
            {digitPositions.map((place) => (
              <span key={place} aria-hidden="true" />
            ))}
            <Form.Item
              name={name}
              noStyle
              rules={rules.smsCode}
              getValueFromEvent={({ target }: ChangeEvent<HTMLInputElement>) => {
                const code = digitsOf(target.value, target.getAttribute('aria-invalid') === 'true');
                // After the form has stored the value. A seventh key changes nothing, and must not send the same code
                // again.
                const isNew = code !== form.getFieldValue(name);
                if (submitsWhenComplete && isNew && readCode(code) !== undefined)
                  setTimeout(() => form.submit());
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
          <Button onClick={() => void requestCode()} loading={busy} disabled={secondsLeft > 0}>
            {secondsLeft > 600 && resendAt
              ? t('sms.until', { time: formatTime(resendAt) })
              : secondsLeft > 0
                ? t('sms.again', { seconds: secondsLeft })
                : t('sms.get')}
          </Button>
        </div>
      </div>
      <div id={`${id}-hint`} className={refused ? 'hint wrong' : 'hint'}>
        {refused ??
          [hint, submitsWhenComplete && sent ? t('sms.atOnce') : undefined]
            .filter(Boolean)
            .join(t('sms.andThen'))}
      </div>
    </Form.Item>
  );
}
