import { Button } from 'antd';
import { useCommon } from '../i18n/index.ts';

interface Props {
  readonly onBack: () => void;
  /** 上一步 by default. */
  readonly label?: string;
}

/** The button below a step of a journey that leads one step back. */
export function StepBack({ onBack, label }: Props) {
  const t = useCommon();
  return (
    <p className="step-back">
      <Button block onClick={onBack}>
        {label ?? t('previous')}
      </Button>
    </p>
  );
}
