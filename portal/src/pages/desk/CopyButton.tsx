import { Button } from 'antd';
import { copyText } from '../../app/browser-features.ts';
import { announce } from '../../components/live-region.tsx';
import { useDeskTexts } from './texts.ts';

/** A text with a button that puts it on the clipboard. */
export function CopyButton({ text, label, children }: { text: string; label?: string; children?: string }) {
  const t = useDeskTexts();
  const copy = async () => {
    if (await copyText(text)) announce(t('copied', { what: text }));
  };
  return (
    <Button size="small" aria-label={label ?? `${t('copy')} ${text}`} onClick={() => void copy()}>
      {children ?? t('copy')}
    </Button>
  );
}
