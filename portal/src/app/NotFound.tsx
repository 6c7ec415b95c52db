import { Link } from 'react-router';
import { PageTitle } from '../components/PageTitle.tsx';
import { useCommon } from '../i18n/index.ts';

export function NotFound() {
  const t = useCommon();
  return (
    <section className="card narrow">
      <PageTitle>{t('notFound')}</PageTitle>
      <Link to="/login">{t('home')}</Link>
    </section>
  );
}
