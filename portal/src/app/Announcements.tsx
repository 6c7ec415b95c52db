import { useConfig } from '../api/config.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';

/** What everybody is told today; the first in one line, the others behind it. */
export function Announcements() {
  const t = useCommon();
  const english = useLanguage() === 'en';
  const { data } = useConfig();
  const all = data?.announcements ?? [];
  const [first, ...others] = all;
  if (!first) return null;
  const line = ({ kind, zh, en }: typeof first) => (
    <>
      <strong className={`kind ${kind}`}>{t(`announcement.${kind}`)}</strong> {english ? en : zh}
    </>
  );
  return (
    <aside className="announcements" aria-label={t('announcement.title')}>
      {others.length === 0 ? (
        <p>{line(first)}</p>
      ) : (
        <details>
          <summary>
            {line(first)} <span className="small">{t('announcement.all', { count: all.length })}</span>
          </summary>
          <ul>
            {others.map((one) => (
              <li key={one.zh}>{line(one)}</li>
            ))}
          </ul>
        </details>
      )}
    </aside>
  );
}
