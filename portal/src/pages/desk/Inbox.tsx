import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { smsPurposes } from '#domain/names.ts';
import { readPhone } from '#domain/people/phones.ts';
import { foldNumber } from '#domain/text.ts';
import { announce } from '../../components/live-region.tsx';
import { Loaded } from '../../components/query-states.tsx';
import { CopyButton } from './CopyButton.tsx';
import { readSms, type Sms } from './local-api.ts';
import { useDeskTexts } from './texts.ts';
import { exactTime } from './time.ts';

const shownAtMost = 30;

/** The messages of all phones, newest first, read every two seconds. */
export function Inbox() {
  const t = useDeskTexts();
  const id = useId();
  const [wanted, setWanted] = useState('');
  // A part of a number, or a whole one as people write it (DOC-2).
  const part = readPhone(wanted) ?? foldNumber(wanted);
  const query = useQuery({ queryKey: ['sms'], queryFn: readSms, refetchInterval: 2_000 });
  useAnnounceNewSms(query.data);
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('sms.title')}</h2>
      <label htmlFor={`${id}-filter`}>{t('sms.filter')}</label>
      <Input
        id={`${id}-filter`}
        inputMode="tel"
        autoComplete="off"
        allowClear
        value={wanted}
        onChange={({ target }) => setWanted(target.value)}
      />
      <Loaded query={query}>
        {(all) => <Messages messages={all.filter(({ phone }) => phone.includes(part))} />}
      </Loaded>
    </section>
  );
}

function Messages({ messages }: { messages: readonly Sms[] }) {
  const t = useDeskTexts();
  if (messages.length === 0) return <p className="small">{t('sms.empty')}</p>;
  const more = messages.length - shownAtMost;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="desk-scroll" aria-label={t('sms.title')} tabIndex={0}>
      <ol className="desk-list">
        {messages.slice(0, shownAtMost).map((message) => (
          <li key={`${message.at} ${message.phone} ${message.code ?? message.text}`}>
            <div className="row between">
              <strong>{message.phone}</strong>
              <small>
                {purposeOf(message, t)} · {exactTime(message.at)}
              </small>
            </div>
            <p>{message.text}</p>
            {message.code ? (
              <div className="desk-line">
                <span>{t('sms.code')}</span>
                <strong className="desk-code">{message.code}</strong>
                <CopyButton text={message.code} label={t('sms.copyCode', { code: message.code })} />
              </div>
            ) : null}
          </li>
        ))}
      </ol>
      {more > 0 ? <p className="small">{t('sms.older', { count: more })}</p> : null}
    </section>
  );
}

function purposeOf({ purpose }: Sms, t: ReturnType<typeof useDeskTexts>): string {
  const known = smsPurposes.find((one) => one === purpose);
  return t(`smsPurpose.${known ?? 'other'}`);
}

/** Announces a new message aloud, but not the messages that were there when the page opened. */
function useAnnounceNewSms(messages: readonly Sms[] | undefined): void {
  const t = useDeskTexts();
  const seen = useRef<number>(undefined);
  const count = messages?.length;
  const newest = messages?.[0]?.phone;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another language is no news
  useEffect(() => {
    if (count === undefined) return;
    if (seen.current !== undefined && count > seen.current && newest)
      announce(t('sms.arrived', { phone: newest }));
    seen.current = count;
  }, [count, newest]);
}
