import { PageTitle } from '../../components/PageTitle.tsx';
import { ScanApps } from '../../components/scan/ScanApps.tsx';
import { useScannedCodeTexts } from './texts.ts';

/**
 * CHN-2: the page for a camera or another app that scanned one of our codes. Only the apps learn what the code is for.
 */
export function Page() {
  const t = useScannedCodeTexts();
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <p>{t('what')}</p>
      <p>{t('how')}</p>
      <ScanApps codes={['ahtax-app', 'iit-app']} open />
      <p className="notice warn">{t('beware')}</p>
    </section>
  );
}
