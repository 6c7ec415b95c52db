import { useConfig } from '../../api/config.ts';
import { useNoticeTexts } from './texts.ts';

const parts = ['who', 'what', 'why', 'long', 'rights', 'contact'] as const;

/** The whole text of a notice, with the version that an agreement records. */
export function NoticeText({ of: name }: { readonly of: 'privacy' | 'face' }) {
  const t = useNoticeTexts();
  const { data } = useConfig();
  const version = data?.policies.consentVersion;
  return (
    <>
      {parts.map((part) => (
        <p key={part}>{t(`${name}Text.${part}`)}</p>
      ))}
      {typeof version === 'string' ? <p className="small">{t('version', { version })}</p> : null}
    </>
  );
}
