import { Button } from 'antd';
import { useRef } from 'react';
import { PageTitle } from '../../components/PageTitle.tsx';
import { type AppCode, isAppCode } from '../../components/scan/ScanApps.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import type { Scan } from '../../components/scan/use-scan.ts';
import { useMatterName } from './hand-over.ts';
import type { StepUpRequest } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly stepUp: StepUpRequest;
  /** The first code; after it has expired, `renew` makes a new one. */
  readonly firstScan: Scan;
  readonly renew: () => Promise<Scan>;
  readonly onPassed: () => void;
  readonly onRefuse: () => void;
}

/** SSO-9: the face check for the system's matter, before the browser goes to the system. */
export function MatterFaceCheck({ stepUp, firstScan, renew, onPassed, onRefuse }: Props) {
  const t = useSsoTexts();
  const matterName = useMatterName();
  const unusedScan = useRef<Scan | undefined>(firstScan);
  const start = async () => {
    const scan = unusedScan.current ?? (await renew());
    unusedScan.current = undefined;
    return scan;
  };
  return (
    <section className="card narrow hand-over">
      <PageTitle>{t('faceFor', { matter: matterName(stepUp.matter) })}</PageTitle>
      <p>{t('faceWhy')}</p>
      <ScanCode
        start={start}
        onDone={onPassed}
        apps={stepUp.channels.filter((one): one is AppCode => isAppCode(one))}
      />
      <Button block onClick={onRefuse}>
        {t('refuse')}
      </Button>
    </section>
  );
}
