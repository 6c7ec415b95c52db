import { useRegisterTexts } from './texts.ts';

export function RestartLink({ onRestart }: { onRestart: () => void }) {
  const t = useRegisterTexts();
  return (
    <p>
      <button type="button" className="link" onClick={onRestart}>
        {t('another')}
      </button>
    </p>
  );
}
