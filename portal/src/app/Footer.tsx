import { Link } from 'react-router';
import { useConfig } from '../api/config.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';
import { Emblem } from './Emblem.tsx';

/** Who runs this site, its registrations, the hotline, and the pages that every government service has. */
export function Footer() {
  const t = useCommon();
  const english = useLanguage() === 'en';
  const { data } = useConfig();
  const site = data?.site;
  const hours = site?.hours?.[english ? 'en' : 'zh'];
  const hotline = site?.hotline ?? '12366';
  return (
    <footer className="bottom">
      <div className="bottom-inner">
        <div className="bottom-who">
          <Emblem />
          <p>
            <strong>{t('bureau')}</strong>
            <br />
            {t('footer.sponsor', { name: t('authority') })}
          </p>
        </div>
        <nav aria-label={t('footer.links')}>
          <Link to="/help">{t('help')}</Link>
          <Link to="/about#privacy">{t('footer.privacy')}</Link>
          <Link to="/about#accessibility">{t('footer.accessibility')}</Link>
          <Link to="/about#browsers">{t('footer.browsers')}</Link>
          <Link to="/about#map">{t('footer.map')}</Link>
        </nav>
        <p className="records">
          <span>
            {t('footer.hotline')} <a href={`tel:${hotline}`}>{hotline}</a>
          </span>
          {hours ? <span>{hours}</span> : null}
          {site?.halls ? (
            <a href={site.halls} target="_blank" rel="noreferrer">
              {t('footer.halls')}
            </a>
          ) : null}
        </p>
        {site?.siteCode || site?.icp || site?.police ? (
          <p className="records">
            {site.siteCode ? <span>{t('footer.siteCode', { code: site.siteCode })}</span> : null}
            {site.icp ? (
              <a href="https://beian.miit.gov.cn/" target="_blank" rel="noreferrer">
                {site.icp}
              </a>
            ) : null}
            {site.police ? (
              <a href="https://beian.mps.gov.cn/" target="_blank" rel="noreferrer">
                {site.police}
              </a>
            ) : null}
          </p>
        ) : null}
      </div>
    </footer>
  );
}
