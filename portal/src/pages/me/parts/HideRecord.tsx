import { ActionButton } from './ActionButton.tsx';
import { Actions } from './items.tsx';
import { useParts } from './texts.ts';

/** 清除记录 (CTR-3): hides one record of the history and deletes nothing. */
export function HideRecord({ act }: { readonly act: () => Promise<unknown> }) {
  const t = useParts();
  return (
    <Actions>
      <ActionButton label={t('hide')} question={t('hideAsk')} done={t('hidden')} act={act} />
    </Actions>
  );
}
