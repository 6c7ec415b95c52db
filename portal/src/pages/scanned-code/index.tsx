import { PageTitle } from '../../components/PageTitle.tsx';
import { Apps } from '../../components/scan/Apps.tsx';
import { useScannedCodeTexts } from './texts.ts';

/** CHN-2: where a camera or a foreign app lands with one of our codes. What the code is for, only the apps learn. */
export function Page() {
  const t = useScannedCodeTexts();
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <p>{t('what')}</p>
      <p>{t('how')}</p>
      <Apps codes={['ahtax-app', 'iit-app']} open />
      <p className="notice warn">{t('beware')}</p>
    </section>
  );
}
