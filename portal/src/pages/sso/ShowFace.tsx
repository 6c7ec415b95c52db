import { Button } from 'antd';
import { useRef } from 'react';
import { PageTitle } from '../../components/PageTitle.tsx';
import { type AppCode, isAppCode } from '../../components/scan/Apps.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import type { Scan } from '../../components/scan/use-scan.ts';
import { useMatterName } from './handing-over.ts';
import type { StepUpFacts } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly facts: StepUpFacts;
  /** The first code; after it has expired, `renew` makes a new one. */
  readonly first: Scan;
  readonly renew: () => Promise<Scan>;
  readonly onPassed: () => void;
  readonly onRefuse: () => void;
}

/** SSO-9: the face check for the system's matter, before the browser goes to the system. */
export function ShowFace({ facts, first, renew, onPassed, onRefuse }: Props) {
  const t = useSsoTexts();
  const matterName = useMatterName();
  const left = useRef<Scan | undefined>(first);
  const start = async () => {
    const scan = left.current ?? (await renew());
    left.current = undefined;
    return scan;
  };
  return (
    <section className="card narrow hand-over">
      <PageTitle>{t('faceFor', { matter: matterName(facts.matter) })}</PageTitle>
      <p>{t('faceWhy')}</p>
      <ScanCode
        start={start}
        onDone={onPassed}
        apps={facts.channels.filter((one): one is AppCode => isAppCode(one))}
      />
      <Button block onClick={onRefuse}>
        {t('refuse')}
      </Button>
    </section>
  );
}
