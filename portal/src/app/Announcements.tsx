import { useConfig } from '../api/config.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';

/**
 * Today's announcements: one line of fixed height that opens to show all of them. The line appears, with the hotline,
 * before the API has answered, so that nothing below it moves.
 */
export function Announcements() {
  const t = useCommon();
  const english = useLanguage() === 'en';
  const { data } = useConfig();
  const all = data?.announcements ?? [];
  const [first, ...others] = all;
  const hotline = data?.site?.hotline ?? '12366';
  const kindOf = ({ kind }: { readonly kind: 'maintenance' | 'change' | 'fraud' }) => (
    <strong className={`kind ${kind}`}>{t(`announcement.${kind}`)}</strong>
  );
  const textOf = ({ zh, en }: { readonly zh: string; readonly en: string }) => (english ? en : zh);
  return (
    <aside className="announcements" aria-label={t('announcement.title')}>
      {first ? (
        <details>
          <summary>
            <span className="line">
              {kindOf(first)} {textOf(first)}
            </span>
            <span className="small">{t('announcement.all', { count: all.length })}</span>
          </summary>
          <ul>
            <li>{textOf(first)}</li>
            {others.map((one) => (
              <li key={one.zh}>
                {kindOf(one)} {textOf(one)}
              </li>
            ))}
          </ul>
        </details>
      ) : (
        <p className="line">
          {t('footer.hotline')}{' '}
          <a className="hotline" href={`tel:${hotline}`}>
            {hotline}
          </a>
        </p>
      )}
    </aside>
  );
}
