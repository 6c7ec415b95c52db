import { useEffect } from 'react';
import { Link, useLocation } from 'react-router';
import { NoticeText } from '../../components/notices/NoticeText.tsx';
import { useNoticeTexts } from '../../components/notices/texts.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { useCommon } from '../../i18n/index.ts';
import { useLoginTexts } from '../login/texts.ts';
import { useMenuTexts } from '../me/menu-texts.ts';
import { useAboutTexts } from './texts.ts';

const own = [
  'profile',
  'phones',
  'password',
  'level',
  'authorizations',
  'switch',
  'sessions',
  'activity',
] as const;

/** What every government service states about itself: privacy, accessibility, browsers, site map. */
export function Page() {
  const t = useAboutTexts();
  const common = useCommon();
  const notices = useNoticeTexts();
  const login = useLoginTexts();
  const menu = useMenuTexts();
  const { hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  return (
    <article className="card reading">
      <PageTitle>{t('title')}</PageTitle>
      <section id="privacy">
        <h2>{t('privacy')}</h2>
        {(['privacy', 'face'] as const).map((name) => (
          <section key={name}>
            <h3>{notices(name)}</h3>
            <NoticeText of={name} />
          </section>
        ))}
      </section>
      <section id="accessibility">
        <h2>{t('accessibility')}</h2>
        <p>{t('access')}</p>
        <p>{t('accessHelp')}</p>
      </section>
      <section id="browsers">
        <h2>{t('browsers')}</h2>
        <p>{t('browserList')}</p>
      </section>
      <nav id="map" aria-label={t('map')}>
        <h2>{t('map')}</h2>
        <h3>{t('forAll')}</h3>
        <ul>
          {(
            [
              ['/login', login('title')],
              ['/register', login('register')],
              ['/forgot-password', login('forgot')],
              ['/recover-phone', login('recover')],
              ['/legacy', login('legacy')],
              ['/help', common('help')],
            ] as const
          ).map(([to, name]) => (
            <li key={to}>
              <Link to={to}>{name}</Link>
            </li>
          ))}
        </ul>
        <h3>{t('forYou')}</h3>
        <ul>
          <li>
            <Link to="/me">{menu('home')}</Link>
          </li>
          {own.map((page) => (
            <li key={page}>
              <Link to={`/me/${page}`}>{menu(page)}</Link>
            </li>
          ))}
        </ul>
      </nav>
    </article>
  );
}
