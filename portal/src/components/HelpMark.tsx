import { useCommon } from '../i18n/index.ts';

/** "?" beside a word: opens its answer in another tab, so that what was typed stays. */
export function HelpMark({ anchor, about }: { readonly anchor: string; readonly about: string }) {
  const t = useCommon();
  return (
    <a
      className="help-mark"
      href={`/help#${anchor}`}
      target="_blank"
      rel="noreferrer"
      aria-label={t('helpAbout', { about })}
    >
      ?
    </a>
  );
}
